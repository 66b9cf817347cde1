"""`manage.py import_statement`: the same from a shell, with a report for machines."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from funds.banking.models import BankLine
from tests.factories.people import aimak_and_village, organisation
from tests.factories.statements import OURS, Told, account_at_bank, one_c

FIELDS = {
    "format", "opening", "closing", "currency", "lines", "new", "duplicates", "matched", "suggested", "unidentified",
    "errors",
}  # fmt: skip
LINES = [Told(dt.date(2026, 11, n), 100_00 * n) for n in range(1, 6)]
SAMPLE = Path(__file__).parent / "data" / "camt053" / "viafintech_valid_example.xml"


def run(*words):
    out, status = StringIO(), 0
    try:
        call_command("import_statement", *(str(word) for word in words), "--json", stdout=out)
    except SystemExit as ended:
        status = ended.code
    return status, json.loads(out.getvalue())


def test_a_dry_run_needs_neither_account_nor_database():
    """No test database is asked for: touching it would fail."""
    status, report = run(SAMPLE, "--dry-run")
    assert status == 0
    assert set(report) >= FIELDS
    assert (report["format"], report["currency"], report["opening"], report["closing"]) == (
        "camt053",
        "EUR",
        3306,
        2306,
    )
    assert (report["lines"], report["new"], report["duplicates"], report["unidentified"]) == (4, 4, 0, 1)
    assert report["errors"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["/nowhere/at/all", "--dry-run"], "no_file"),
        ([SAMPLE], "account_wanted"),
        ([SAMPLE, "--dry-run", "--format", "mt940"], "stray_line"),
        ([SAMPLE, "--dry-run", "--format", "ofx"], "format"),
        ([SAMPLE.parent, "--dry-run"], "no_file"),
    ],
)
def test_what_is_wrong_is_told_with_status_2(words, code):
    status, report = run(*words)
    assert (status, [each["code"] for each in report["errors"]]) == (2, [code])
    assert report["errors"][0]["message"]


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["number", "public_id"])
def test_a_file_is_taken_in_once(tmp_path, by):
    account = account_at_bank(organisation("custodian", aimak_and_village()[0]))
    file = tmp_path / "kl_to_1c.txt"
    file.write_bytes(one_c(LINES))
    name = OURS if by == "number" else account.public_id
    status, report = run(file, "--account", name, "--dry-run")
    assert (status, report["new"], BankLine.objects.count()) == (0, 5, 0)
    assert [run(file, "--account", name)[1]["new"] for _time in range(2)] == [5, 0]
    assert BankLine.objects.count() == 5
    status, report = run(file, "--account", "nobody")
    assert (status, report["errors"][0]["code"]) == (2, "account_unknown")


@pytest.mark.django_db
def test_people_read_it_in_words(tmp_path, settings):
    settings.LANGUAGE_CODE = "en"
    out = StringIO()
    call_command("import_statement", str(SAMPLE), "--dry-run", stdout=out)
    assert "4 entries read, 4 new." in out.getvalue()
