"""Scenarios 30 and 31: each bank line once, in whatever way it comes; what was changed by hand is refused."""

import datetime as dt
import itertools
import sys
import types

import pytest

from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed
from funds.banking.models import BankLine, StatementFile
from funds.banking.references import reference_of
from funds.banking.services import bank_account_open, columns_save, statement_import
from funds.banking.suggesting import Expected
from tests.factories.people import aimak_and_village, officer_of, organisation, person
from tests.factories.statements import OURS, Told, account_at_bank, camt, csv_file, mt940, one_c, xlsx_file

pytestmark = pytest.mark.django_db
D = [dt.date(2026, 11, day) for day in range(1, 21)]
MONTH = [
    Told(D[0], 5_000_00, "Pomosh selu AK7-4821-6", "Асанова Айгүл", bank_id="B-1001"),
    Told(D[2], 1_000_00, "Pomosh", "Бекова Нурзат", bank_id="B-1002"),
    Told(D[2], 1_000_00, "Pomosh", "Бекова Нурзат", bank_id="B-1003"),  # true twins
    Told(D[2], -300_00, "Komissiya", "Банк", bank_id="B-1004"),
    Told(D[9], 700_00, "Көпүрө", "Осмонов Талант", bank_id="B-1005"),
    Told(D[14], 1_000_00, "Pomosh", "Токтосунова Гүл", bank_id="B-1006"),
]
WRITTEN = {"1c": one_c, "camt053": camt, "mt940": mt940, "csv": csv_file, "xlsx": xlsx_file}


@pytest.fixture
def custodian():
    return organisation("custodian", aimak_and_village()[0])


@pytest.fixture
def account(custodian):
    return account_at_bank(custodian)


def take(account, data, **options):
    return statement_import(account=account, data=data, actor=None, **options)


def told(report):
    return (report.lines, report.new, report.duplicates, [each["code"] for each in report.errors])


def kept(account):
    return sorted((line.day, line.amount_minor) for line in BankLine.objects.filter(account=account))


ALL = sorted((each.day, each.minor) for each in MONTH)


@pytest.mark.parametrize("order", list(itertools.permutations(WRITTEN, 2)), ids=" then ".join)
def test_scenario_30_the_same_month_in_two_formats(account, order):
    first, second = order
    assert told(take(account, WRITTEN[first](MONTH))) == (6, 6, 0, [])
    assert told(take(account, WRITTEN[second](MONTH))) == (6, 0, 6, [])
    assert kept(account) == ALL


def test_scenario_30_the_same_month_in_all_formats(account):
    assert [told(take(account, write(MONTH)))[1] for write in WRITTEN.values()] == [6, 0, 0, 0, 0]


@pytest.mark.parametrize("kind", WRITTEN)
def test_scenario_30_a_file_twice(account, kind):
    data = WRITTEN[kind](MONTH)
    assert told(take(account, data)) == (6, 6, 0, [])
    assert told(take(account, data)) == (6, 0, 6, [])
    assert StatementFile.objects.count() == 1


@pytest.mark.parametrize("order", list(itertools.product(WRITTEN, WRITTEN)), ids=" then ".join)
def test_scenario_30_overlapping_periods(account, order):
    first, second = (WRITTEN[kind] for kind in order)
    assert told(take(account, first(MONTH[:5]))) == (5, 5, 0, [])
    later = second(MONTH[1:], opening=105_000_00)
    assert told(take(account, later)) == (5, 1, 4, [])
    assert kept(account) == ALL


@pytest.mark.parametrize("cut", range(1, 6))
@pytest.mark.parametrize("kinds", [("1c", "1c"), ("1c", "camt053"), ("mt940", "csv"), ("csv", "csv")])
def test_scenario_30_a_day_in_two_parts(account, cut, kinds):
    """Taken in at noon and in the evening, each file with its own part: equal amounts of both parts are two."""
    opening = 100_000_00 + sum(each.minor for each in MONTH[:cut])
    take(account, WRITTEN[kinds[0]](MONTH[:cut]))
    report = take(account, WRITTEN[kinds[1]](MONTH[cut:], opening=opening))
    assert told(report) == (6 - cut, 6 - cut, 0, [])
    assert kept(account) == ALL


def test_scenario_30_a_part_of_a_day_and_then_the_whole_of_it(account):
    take(account, one_c(MONTH[:2]))
    assert told(take(account, camt(MONTH))) == (6, 4, 2, [])
    assert told(take(account, one_c(MONTH[:2], encoding="utf-8"))) == (2, 0, 2, [])  # and the part once more
    assert kept(account) == ALL


def test_scenario_30_twins_are_numbered(account):
    take(account, one_c(MONTH))
    twins = BankLine.objects.filter(account=account, day=D[2], amount_minor=1_000_00)
    assert sorted(line.ordinal for line in twins) == [0, 1]
    assert len({line.identity for line in twins}) == 2


def test_scenario_30_an_earlier_month_can_be_taken_in_later(account):
    take(account, one_c(MONTH[4:], opening=106_700_00))
    assert told(take(account, camt(MONTH[:4]))) == (4, 4, 0, [])
    wrong = take(account, csv_file([Told(dt.date(2026, 10, 30), 1_00)], opening=100_000_00))
    assert told(wrong) == (1, 0, 0, ["overlap"])


@pytest.mark.parametrize("kind", ["1c", "camt053", "mt940"])
def test_scenario_31_opening_and_lines_do_not_come_to_closing(account, kind):
    report = take(account, WRITTEN[kind](MONTH, closing=200_000_00))
    assert told(report) == (6, 0, 0, ["wrong_balance"])
    assert (report.opening, report.closing) == (100_000_00, 200_000_00)
    assert not BankLine.objects.exists()
    assert not StatementFile.objects.exists()


@pytest.mark.parametrize("kind", WRITTEN)
def test_scenario_31_a_gap_to_the_last_closing(account, kind):
    take(account, one_c(MONTH[:4]))
    report = take(account, WRITTEN[kind](MONTH[5:], opening=107_400_00))
    assert told(report) == (1, 0, 0, ["gap"])
    assert kept(account) == ALL[:4]


@pytest.mark.parametrize("kind", WRITTEN)
def test_scenario_31_an_overlap_that_says_something_else(account, kind):
    take(account, one_c(MONTH))
    changed = [*MONTH[:4], Told(D[9], 9_700_00, "Көпүрө", "Осмонов Талант"), *MONTH[5:]]
    assert told(take(account, WRITTEN[kind](changed)))[1:] == (0, 0, ["overlap"])
    left_out = [*MONTH[:4], *MONTH[5:]]
    assert told(take(account, WRITTEN[kind](left_out)))[1:] == (0, 0, ["overlap"])
    assert kept(account) == ALL


def test_lines_without_balances_are_held_against_the_first_that_have_them(account):
    bare = "Дата;Сумма;Назначение\n" + "".join(f"{each.day:%d.%m.%Y};{each.minor / 100:.2f};x\n" for each in MONTH)
    assert told(take(account, bare.encode())) == (6, 6, 0, [])
    assert told(take(account, one_c(MONTH))) == (6, 0, 6, [])
    other = take(account, one_c(MONTH[:3], closing=None, days=(D[0], D[19])))
    assert told(other) == (3, 0, 0, ["overlap"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (camt(MONTH, currency="RUB"), "account_currency"),
        (one_c(MONTH, account="1030120000055555"), "other_account"),
        (camt([Told(dt.date(2099, 1, 1), 1_00)]), "future"),
    ],
)
def test_what_is_not_of_this_account_is_refused(account, data, code):
    assert told(take(account, data))[1:] == (0, 0, [code])


def test_a_dry_run_writes_nothing(account):
    report = take(account, one_c(MONTH), dry_run=True)
    assert told(report) == (6, 6, 0, [])
    assert report.unidentified == 5
    assert not BankLine.objects.exists()
    assert not AuditRecord.objects.filter(object_ref=account.public_id).exists()


def awaited(account):
    assert account.number == OURS
    days = {"first_day": D[0], "last_day": D[19], "currency": "KGS"}
    return [
        Expected("pledge1", 5_000_00, reference="AK7-4821-6", **days),
        Expected("pledge2", 700_00, reference=reference_of(5), name="Талант Осмонов", **days),
    ]


def test_lines_are_held_against_what_is_awaited(account, settings, monkeypatch):
    module = types.ModuleType("awaited_in_tests")
    module.awaited = awaited
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.BANKING_EXPECTED = "awaited_in_tests.awaited"
    report = take(account, one_c(MONTH))
    assert (report.matched, report.suggested, report.unidentified) == (1, 1, 3)
    by_status = {line.status: line for line in BankLine.objects.filter(account=account)}
    assert by_status["matched"].expected_ref == "pledge1"
    assert by_status["suggested"].expected_ref == ""
    assert by_status["new"].amount_minor == -300_00  # what went out is not looked at


def test_only_the_custodian_s_officer_may(account, custodian):
    officer = officer_of(custodian, "custodian_officer")
    with pytest.raises(NotAllowed):
        statement_import(account=account, data=one_c(MONTH), actor=person())
    assert statement_import(account=account, data=one_c(MONTH), actor=officer).new == 6
    record = AuditRecord.objects.get(object_ref=account.public_id)
    assert record.details["new"] == 6
    assert StatementFile.objects.get().uploaded_by == officer


def test_accounts_and_columns_are_written_down_once(custodian):
    officer = officer_of(custodian, "custodian_officer")
    facts = {"custodian": custodian, "currency": "KGS", "name": "Фонд", "opened_on": D[0], "actor": officer}
    account = bank_account_open(number="1030 1200 0001 2345", **facts)
    assert account.number == OURS
    with pytest.raises(Conflict):
        bank_account_open(number=OURS, **facts)
    with pytest.raises(InvalidInput):
        bank_account_open(number="1", **facts)
    with pytest.raises(InvalidInput):
        columns_save(account=account, columns={"date": "A"}, actor=officer)
    columns_save(account=account, columns={"date": "A", "amount": "B"}, actor=officer)
    assert told(take(account, b"A,B\n2026-11-01,5.00\n")) == (1, 1, 0, [])
