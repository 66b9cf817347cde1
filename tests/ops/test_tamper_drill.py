"""The tamper drill: every lie is found by who kept a trace, the ledger stays as it is, an escaping lie fails it."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from funds.ledger import codes
from funds.ledger.models import Checkpoint, Entry
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from tests.factories.ledger import (
    ADVANCE,
    ANOTHER,
    BANK,
    CUSTODIAN,
    HELD,
    PROJECT,
    SPENT,
    K,
    draft,
    posted,
    received,
)
from tools.drill_table import WIDTHS, calm, caught, failed, missed, table, unseen
from tools.tamper_drill import ATTACKS, HONEST, conclude

ROOT = Path(__file__).resolve().parents[2]
FOUND = [missed(), missed(), caught("x"), caught("x")]
QUIET = [calm()] * 4


@pytest.fixture
def environment(tmp_path):
    """A ledger with a bit of what lies need, its key, and how the drill is to find both."""
    for amount in range(100, 112):
        received(amount)
        received(amount, to=codes.held_project(CUSTODIAN, ANOTHER))
    paper = (hashlib.sha256(b"a receipt").hexdigest(), "receipt")
    accountable = codes.accountable(CUSTODIAN, PROJECT)
    posted(
        draft(K.TRANCHE_RELEASED, (HELD, 90), (BANK, -90), (ADVANCE, 90), (accountable, -90)),
        draft(K.EXPENSE_DOCUMENTED, (SPENT, 90), (ADVANCE, -90), documents=[paper]),
    )
    received(112)
    signer = Signer(tmp_path / "signer", "birge.local/ledger")
    signer.key_make()
    sequence_all(signer=signer)
    found = {"LEDGER_SIGNER": str(tmp_path / "signer"), "NO_COLOR": "1"}
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return os.environ | found | {"DATABASE_URL": f"sqlite:///{name}"}
    where = {"PGHOST": connection.settings_dict["HOST"], "DATABASE_URL": f"postgresql://postgres@/{name}"}
    return os.environ | found | where


@pytest.mark.slow
@pytest.mark.sqlite  # it works on copies of what is given out: the database has no part in it
@pytest.mark.django_db(transaction=True)
def test_whoever_kept_a_trace_finds_every_lie_and_the_ledger_itself_is_not_touched(environment, tmp_path):
    before = list(Entry.objects.order_by("pk").values_list("pk", "leaf")), list(Checkpoint.objects.values_list())
    last = (tmp_path / "signer" / "last").read_text()
    connection.close()
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "tamper_drill.py"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the platform's own check finds 1, a first visit 1, whoever kept one old checkpoint 9" in done.stdout
    assert "the witness 8." in done.stdout
    assert "Traceback" not in done.stderr
    after = list(Entry.objects.order_by("pk").values_list("pk", "leaf")), list(Checkpoint.objects.values_list())
    assert [[*map(str, rows)] for rows in after] == [[*map(str, rows)] for rows in before]
    assert (tmp_path / "signer" / "last").read_text() == last


def rows_with(cells, letter="b"):
    return [(HONEST, QUIET)] + [(attack, cells if attack.letter == letter else FOUND) for attack in ATTACKS]


def test_it_passes_if_all_is_found(capsys):
    assert conclude(rows_with(FOUND), 1.0) == 0
    assert "PASSED" in capsys.readouterr().out


@pytest.mark.parametrize(
    "cells",
    [
        [caught("x"), caught("x"), missed(), caught("x")],
        [caught("x"), caught("x"), caught("x"), missed()],
        [missed(), missed(), caught("x"), unseen()],
        [caught("x"), caught("x"), failed("x"), caught("x")],
        [caught("x"), caught("x"), caught("x"), failed("x")],
        [failed("x")] * 4,
    ],
)
def test_one_lie_that_escapes_fails_it(cells, capsys):
    assert conclude(rows_with(cells), 1.0) == 1
    assert "FAILED: not found by all who should: b." in capsys.readouterr().out


def test_what_changes_nothing_in_the_log_need_not_be_seen_by_a_witness():
    assert conclude(rows_with([missed(), caught("x"), caught("x"), unseen()], letter="a"), 1.0) == 0


@pytest.mark.parametrize("cell", [caught("x"), failed("x")])
@pytest.mark.parametrize("place", range(4))
def test_a_false_alarm_over_the_honest_ledger_fails_it(cell, place, capsys):
    cells = [*QUIET[:place], cell, *QUIET[place + 1 :]]
    assert conclude([(HONEST, cells), *rows_with(FOUND)[1:]], 1.0) == 1
    assert "cries wolf" in capsys.readouterr().out


def test_the_table_is_straight_whatever_stands_in_it():
    cells = [caught("a word " * 40), missed(), failed("x" * 99), unseen()]
    lines = table([("a", "A lie that is told in rather many words", cells), ("b", "", FOUND)]).splitlines()
    assert {len(line) for line in lines} == {sum(WIDTHS) + 3 * len(WIDTHS) + 1}
    assert "caught: a word a" in "\n".join(lines)
