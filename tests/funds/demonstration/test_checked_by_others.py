"""The whole demonstration, taken away from us: programs that we have not written come to the same balances."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction
from django.conf import settings
from django.db import transaction

from birge_engine.journals import amount_text, beancount_account, exponent, hledger_account
from birge_engine.verify import cli
from funds.ledger.balances import balances_for, balances_like
from funds.ledger.codes import account_type
from funds.ledger.models import Entry
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from projects.works.models import Project
from projects.works.selectors import projects_public
from tests.support.programs import needed


@dataclass(frozen=True)
class Published:
    """What is given out of the demonstration."""

    archive: Path
    key: str
    size: int


@pytest.fixture(scope="module")
def signed(summary, tmp_path_factory, django_db_blocker):
    """Sequence and sign it once for this module, and write its archive."""
    folder = tmp_path_factory.mktemp("published")
    signer = Signer(folder / "signer", "birge.test/ledger")
    key = signer.key_make()
    with django_db_blocker.unblock(), transaction.atomic():
        size = sequence_all(signer=signer, at_once=100).size
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "LEDGER_EXPORTS", folder)
            archive = archive_write()
        yield Published(archive, str(key), size)
        transaction.set_rollback(True)


@pytest.fixture
def published(signed, demo):
    assert signed.size == Entry.objects.count() > 500
    return signed


@pytest.fixture
def file(client, tmp_path):
    """Download a file, with parameters; return where it lies."""

    def file(name, **query):
        path = tmp_path / name
        path.write_bytes(client.get(f"/ledger/{name}", query).getvalue())
        return path

    return file


def run(*command):
    """Run a program; it may say nothing but its answer."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def ours(balances):
    """Return balances in minor units with the signs that postings have: debit positive."""
    return {(each.code, each.currency): account_type(each.code).normal * each.amount for each in balances}


def not_nothing(balances):
    return {account: amount for account, amount in balances.items() if amount}


def test_the_verifier_finds_that_all_holds(published, capsys):
    assert cli.main([str(published.archive), "--key", published.key]) == cli.HOLDS
    said = capsys.readouterr().out
    assert said.startswith(f"HOLDS: {published.size} entries of birge.test/ledger")
    assert "their published balances are right" in said
    assert " 0 allocations" not in said


def test_the_verifier_says_so_in_a_process_of_its_own_too(published):
    engine = Path(__file__).resolve().parents[3] / "engine"
    done = subprocess.run(
        [sys.executable, "-m", "birge_engine.verify", published.archive],
        cwd=engine, env={"PATH": ""}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_hledger_takes_it_and_has_our_balances_to_the_last_tyiyn(published, file):
    hledger, path = needed("hledger"), file("journal.hledger")
    assert run(hledger, "-f", path, "check", "--strict", "payees") == ""
    table = run(hledger, "-f", path, "balance", "--flat", "-N", "-E", "-O", "csv", "--layout=bare")
    read = {(row[0], row[1]): row[2] for row in list(csv.reader(io.StringIO(table)))[1:] if Decimal(row[2])}
    expected = not_nothing(ours(balances_like("")))
    assert len(expected) > 50
    assert read == {(hledger_account(code), unit): amount_text(at, unit) for (code, unit), at in expected.items()}


@pytest.mark.parametrize("report", ["balancesheetequity", "incomestatement"])
def test_the_reports_of_hledger_come_to_nothing(published, file, report):
    rows = list(csv.reader(io.StringIO(run(needed("hledger"), "-f", file("journal.hledger"), report, "-O", "csv"))))
    assert len(rows) > 20
    assert rows[-1] == ["Net:", "0"]


def test_beancount_takes_it_and_has_our_balances_to_the_last_tyiyn(published, file):
    path = file("journal.beancount")
    assert run(Path(sys.executable).with_name("bean-check"), path) == ""
    directives, errors, _options = loader.load_file(str(path))
    assert errors == []
    read = Counter()
    for each in directives:
        for posting in each.postings if isinstance(each, Transaction) else ():
            read[posting.account, posting.units.currency] += posting.units.number
    assert not_nothing(read) == {
        (beancount_account(code), unit): Decimal(at).scaleb(-exponent(unit))
        for (code, unit), at in not_nothing(ours(balances_like(""))).items()
    }


def test_the_table_of_each_project_has_its_balances(published, file):
    moved = 0
    for project in projects_public():
        text = file("postings.csv", project=project.public_id).read_text(encoding="utf-8-sig")
        read = Counter()
        for row in csv.DictReader(io.StringIO(text), delimiter=";"):
            read[row["account"], row["currency"]] += int(row["amount_minor"])
        expected = ours(balances_for(purpose_ref=project.public_id))
        assert {account: read[account] for account in expected} == expected
        assert sum(read.values()) == 0
        moved += bool(expected)
    assert 10 < moved < Project.objects.count()


def test_hledger_takes_the_file_of_one_village(published, file):
    project = Project.objects.filter(status="under_way").order_by("pk").first()
    path = file("journal.hledger", village=project.village.public_id)
    assert run(needed("hledger"), "-f", path, "check", "--strict", "payees") == ""
    table = run(needed("hledger"), "-f", path, "balance", "--flat", "-N", "-E", "-O", "csv", "--layout=bare")
    read = {(row[0], row[1]): row[2] for row in list(csv.reader(io.StringIO(table)))[1:]}
    expected = ours(balances_for(purpose_ref=project.public_id))
    assert len(expected) > 5
    assert {(hledger_account(code), unit): amount_text(at, unit) for (code, unit), at in expected.items() if at} == {
        account: amount for account, amount in read.items() if project.public_id in account[0] and Decimal(amount)
    }
