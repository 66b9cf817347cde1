"""Samples of banks, read against what others say stands in them (data/SOURCE.md says whose they are)."""

import json
import re
from decimal import Decimal
from pathlib import Path

import mt940
import pytest

from funds.banking.reading import EXPONENTS, statements_read
from funds.banking.services import statement_look

DATA = Path(__file__).parent / "data"
CAMT = sorted((DATA / "camt053").glob("*.xml"))
SWIFT = sorted((DATA / "mt940").iterdir())
EXPECTED = json.loads((DATA / "camt053_expected.json").read_text())
# Their own figures do not come out, whichever way one reads them: 18.150 and 8.850 are not 27.050; a line in euro on an
# account in francs; 3 of the 35 entries it counts itself; 87 684 after one page and 287 684 before the next.
CONTRADICTING = {
    "camt053.v2.five.decimals.xml": "wrong_balance",
    "viafintech_valid_example_v8.xml": "line_currency",
    "viafintech_valid_example_with_batch.xml": "wrong_balance",
    "jejik_abnamro.sta": "wrong_balance",
}
# A closing balance in Swedish crowns on an account in euro counts as none.
WARNED = {"camt053.v2.minimal.xml", "camt053.v2.with-party-ids.xml", "camt053.v4.xml", "camt053.v8.xml"}


def minor(amount, currency):
    return int(Decimal(amount).scaleb(EXPONENTS[currency]))


def balance(statement, *codes):
    amount, currency = next(statement["balances"][code] for code in codes if code in statement["balances"]).split()
    return minor(amount, currency)


@pytest.mark.parametrize("path", CAMT, ids=lambda path: path.name)
def test_camt_says_what_a_plain_parser_read(path):
    expected = EXPECTED[path.name]
    (statement,) = statements_read(path.read_bytes())
    entries = [entry for each in expected for entry in each["entries"] if entry["status"] == "BOOK"]
    sign = {"CRDT": 1, "DBIT": -1}
    assert [(line.day.isoformat(), line.amount_minor, line.currency) for line in statement.lines] == [
        (entry["booking_date"][:10], sign[entry["sign"]] * minor(entry["amount"], entry["ccy"]), entry["ccy"])
        for entry in entries
    ]
    assert statement.opening_minor == balance(expected[0], "OPBD", "PRCD")
    assert statement.closing_minor == (None if path.name in WARNED else balance(expected[-1], "CLBD"))


@pytest.mark.parametrize("path", [*CAMT, *SWIFT], ids=lambda path: path.name)
def test_what_comes_out_is_taken_and_what_does_not_is_named(path):
    report = statement_look(path.read_bytes())
    codes = [error["code"] for error in report.errors]
    assert codes[:1] == ([CONTRADICTING[path.name]] if path.name in CONTRADICTING else [])
    assert report.lines > 0
    assert report.new == (0 if codes else report.lines)
    assert [each["code"] for each in report.warnings] == ["balance_currency"] * (path.name in WARNED)


@pytest.mark.parametrize("path", SWIFT, ids=lambda path: path.name)
def test_mt940_reads_every_entry(path):
    text = path.read_text(errors="replace")
    lines = [line for each in statements_read(path.read_bytes()) for line in each.lines]
    assert len(lines) == len(re.findall("^:61:", text, re.MULTILINE))


@pytest.mark.parametrize(
    "path", [each for each in SWIFT if not each.name.startswith("ASNB")], ids=lambda each: each.name
)
def test_mt940_reads_the_same_amounts_and_days_as_another_parser(path):
    theirs = mt940.parse(path.read_text(errors="replace"))
    ours = [line for each in statements_read(path.read_bytes()) for line in each.lines]
    assert [line.amount_minor for line in ours] == [int(each.data["amount"].amount * 100) for each in theirs]
    assert [line.day for line in ours] == [each.data.get("entry_date") or each.data["date"] for each in theirs]


def test_several_accounts_of_a_file_stay_apart():
    statements = statements_read((DATA / "mt940" / "cmxl_mt940.sta").read_bytes())
    assert [(each.currency, len(each.lines), each.opening_minor, each.closing_minor) for each in statements] == [
        ("DEM", 11, 8434974, 8443704),
        ("EUR", 2, 218795, 438795),
        ("PLN", 3, 4000000, 5004000),
    ]


def test_a_month_of_daily_statements_is_one():
    (statement,) = statements_read((DATA / "mt940" / "ASNB_mt940.txt").read_bytes())
    assert (statement.opening_minor, statement.closing_minor, len(statement.lines)) == (44429, 50123, 8)
    assert (statement.first_day.isoformat(), statement.last_day.isoformat()) == ("2020-01-01", "2020-01-31")


def test_the_bank_s_own_id_and_the_sender_are_found():
    (statement,) = statements_read((DATA / "camt053" / "viafintech_valid_example_v8.xml").read_bytes())
    first = statement.lines[0]
    assert (first.reference, first.other_name, first.text) == ("9999171ZC0173078", "Jon Doe", "INVOICE R77561")
