"""CSV and XLSX: headings are found, amounts and days are never guessed."""

import datetime as dt
import io
import zipfile

import pytest

from funds.banking.reading import StatementError, columns_suggest, statement_read
from funds.banking.reading.values import written_amount
from tests.factories.statements import OURS, Told, csv_file, xlsx_file

DAY = dt.date(2026, 11, 3)
LINES = [
    Told(DAY, 5_000_00, "Көпүрө үчүн, AK7-4821-6"),
    Told(DAY, -1_250_50, "Комиссия"),
    Told(dt.date(2026, 11, 4), 19_99, "Помощь"),
]


def refusal(data, **options):
    with pytest.raises(StatementError) as refused:
        statement_read(data, **options)
    return refused.value.code


@pytest.mark.parametrize(
    "data",
    [csv_file(LINES), csv_file(LINES, encoding="cp1251"), csv_file(LINES, encoding="cp866"), xlsx_file(LINES)],
    ids=["utf-8", "windows", "dos", "xlsx"],
)
def test_a_bank_s_table_reads_itself(data):
    statement = statement_read(data)
    assert [line.amount_minor for line in statement.lines] == [5_000_00, -1_250_50, 19_99]
    assert [line.day.day for line in statement.lines] == [3, 3, 4]
    assert (statement.account, statement.currency) == (OURS, "KGS")
    assert (statement.opening_minor, statement.closing_minor) == (100_000_00, 103_769_49)
    assert statement.lines[0].text_key == "копуроучунak748216"
    assert not statement.problems


def test_the_newest_line_may_stand_first():
    rows = csv_file(LINES).decode().splitlines()
    statement = statement_read("\n".join(rows[:5] + rows[:4:-1]).encode())
    assert (statement.opening_minor, statement.closing_minor) == (100_000_00, 103_769_49)


def test_a_changed_amount_does_not_fit_the_balance_after_it():
    data = csv_file(LINES).decode().replace("1250,50", "1290,50", 1).encode()
    assert [each.code for each in statement_read(data).problems] == ["running_balance"]


def test_balances_above_and_below_are_held_against_the_lines():
    text = "Входящий остаток;100,00\nДата;Сумма;Назначение\n01.11.2026;50,00;а\n02.11.2026;-20,00;б\n"
    statement = statement_read((text + "Исходящий остаток;130,00\n").encode())
    assert (statement.opening_minor, statement.closing_minor, statement.problems) == (100_00, 130_00, ())
    problems = statement_read((text + "Исходящий остаток;131,00\n").encode()).problems
    assert [each.code for each in problems] == ["wrong_balance"]


def test_saved_columns_are_used():
    data = b"A,B,C\n2026-11-01,10.00,x\n"
    assert refusal(data) == "headings"
    statement = statement_read(data, mapping={"date": "A", "amount": "B", "text": "C", "currency_code": "USD"})
    assert [(line.amount_minor, line.currency, line.text) for line in statement.lines] == [(10_00, "USD", "x")]
    assert refusal(data, mapping={"date": "A"}) == "columns"
    assert refusal(data, mapping={"date": "A", "amount": "B", "colour": "C"}) == "columns"


def test_columns_are_suggested_from_headings():
    headings = ["Дата операции", "ID операции", "Дебет", "Кредит", "Остаток", "Отправитель", "Счет отправителя"]
    assert columns_suggest([*headings, "Назначение"]) == {
        "date": "Дата операции", "reference": "ID операции", "debit": "Дебет", "credit": "Кредит", "balance": "Остаток",
        "name": "Отправитель", "account": "Счет отправителя", "text": "Назначение",
    }  # fmt: skip
    assert columns_suggest(["Күнү", "Суммасы", "Максаты"]) == {"date": "Күнү", "amount": "Суммасы", "text": "Максаты"}


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1 250,50", 1250_50), ("1\u00a0250.5", 1250_50), ("1,250.50", 1250_50), ("1.250,50", 1250_50),
        ("-500", -500_00),
        ("(500.00)", -500_00), ("500,00-", -500_00), ("+7", 7_00), ("1,250,000", 1250000_00), ("12 500 сом", 12500_00),
        ("−3,10", -3_10), ("0.500", 50), (".5", 50),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, minor):
    assert written_amount(text, "KGS") == minor


@pytest.mark.parametrize("text", ["1,250", "1.250", "", "-", "1e5", "NaN", "--5", "1,2,3", "5,0,00", "１２", "1.2.3,4"])
def test_what_is_unclear_is_refused(text):
    with pytest.raises(StatementError):
        written_amount(text, "KGS")


def test_a_saved_sign_makes_it_clear():
    assert written_amount("1,250", "KGS", decimal=".") == 1250_00
    assert written_amount("1.250", "KGS", decimal=",") == 1250_00


def test_won_have_no_fraction():
    assert written_amount("5,000", "KRW", decimal=".") == 5000
    with pytest.raises(StatementError):
        written_amount("5.5", "KRW")


@pytest.mark.parametrize(
    ("days", "found"),
    [(["03/11/2026", "13/11/2026"], "2026-11-03"), (["11/03/2026", "11/13/2026"], "2026-11-03")],
)
def test_which_is_the_month_follows_from_all_days(days, found):
    data = "Date,Amount\n" + "".join(f"{day},1.00\n" for day in days)
    assert statement_read(data.encode()).lines[0].day.isoformat() == found
    assert refusal(b"Date,Amount\n03/11/2026,1.00\n") == "day_unclear"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Date,Amount,Text\n2026-11-01,1.00\n", "row_short"),
        (b"Date,Amount,Text\n2026-11-01,,x\n", "row_incomplete"),
        (b"Date,Amount,Text\n,1.00,x\n", "row_incomplete"),
        (b'Date,Amount,Text\n2026-11-01,1.00,"x\n', "csv"),
        (b"Date,Amount\n", "no_lines"),
        (b"Date,Amount\nyesterday,1.00\n", "day"),
        ("Дата;Сумма\n01.11.2026;5".encode("koi8-r"), "encoding"),
        (b"hello", "headings"),
        (b"  \n", "empty"),
    ],
)
def test_what_is_broken_is_named(data, code):
    assert refusal(data) == code


def test_pending_lines_do_not_count():
    data = "Дата;Сумма;Статус\n01.11.2026;5,00;Проведено\n01.11.2026;7,00;Отклонено\n".encode()
    assert [line.amount_minor for line in statement_read(data).booked] == [5_00]


def test_a_spreadsheet_with_entities_or_a_bomb_in_it_is_refused():
    bad = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_file(LINES))) as good, zipfile.ZipFile(bad, "w") as package:
        for part in good.infolist():
            content = good.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            package.writestr(part.filename, content)
    assert refusal(bad.getvalue()) == "entities"
    with zipfile.ZipFile(bad := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b" " * (130 * 1024 * 1024))
    assert refusal(bad.getvalue()) == "too_large"
    assert refusal(xlsx_file(LINES)[:2000]) == "cut_off"
    with zipfile.ZipFile(bad := io.BytesIO(), "w") as package:
        package.writestr("hello.txt", b"hello")
    assert refusal(bad.getvalue()) == "xlsx"
