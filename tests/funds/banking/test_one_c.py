"""1C's text format: letters, directions, accounts, days."""

import datetime as dt

import pytest

from funds.banking.reading import StatementError, statement_read, statements_read
from tests.factories.statements import OURS, THEIRS, Told, one_c

DAY = dt.date(2026, 11, 3)
LINES = [
    Told(DAY, 5_000_00, "Көпүрө үчүн жардам, AK7-4821-6", "Жээнбекова Өмүркан"),
    Told(DAY, -1_250_50, "Комиссия банка за октябрь", "Банк"),
    Told(dt.date(2026, 11, 4), 700_05, "Помощь селу ёлка №5"),
]


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig", "utf-16"])
def test_letters_of_all_kinds(encoding):
    statement = statement_read(one_c(LINES, encoding=encoding))
    assert (statement.format, statement.account, statement.currency) == ("1c", OURS, "KGS")
    assert (statement.opening_minor, statement.closing_minor) == (100_000_00, 104_449_55)
    assert [line.amount_minor for line in statement.lines] == [5_000_00, -1_250_50, 700_05]
    wanted = "Копуро учун жардам, AK7-4821-6" if encoding.startswith("cp") else LINES[0].text
    assert statement.lines[0].text == wanted
    assert statement.lines[0].text_key == statement_read(one_c(LINES)).lines[0].text_key
    assert [line.other_account for line in statement.lines] == [THEIRS] * 3
    assert statement.lines[0].other_name.endswith("ркан")
    assert not statement.problems


def test_one_document_of_each_kind_says_its_own_day():
    data = one_c(LINES).replace("Дата=03.11.2026".encode("cp1251"), "Дата=01.11.2026".encode("cp1251"))
    assert statement_read(data).lines[0].day == DAY


def test_an_account_among_several_is_chosen():
    other = "1030120000099999"
    both = one_c(LINES)
    section = one_c([Told(DAY, 1_00)], account=other).split("КонецРасчСчет".encode("cp1251"))[0]
    section = section[section.index("СекцияРасчСчет".encode("cp1251")) :] + "КонецРасчСчет\r\n".encode("cp1251")
    document = one_c([Told(DAY, 1_00)], account=other).partition("КонецРасчСчет\r\n".encode("cp1251"))[2]
    document = document.replace("КонецФайла\r\n".encode("cp1251"), b"")
    at = both.index("СекцияДокумент".encode("cp1251"))
    data = both[:at] + section + document + both[at:]
    assert [each.account for each in statements_read(data)] == [OURS, other]
    assert len(statement_read(data, account=OURS).lines) == 3
    assert [line.amount_minor for line in statement_read(data, account=other).lines] == [1_00]
    with pytest.raises(StatementError) as refused:
        statement_read(data)
    assert refused.value.code == "several_accounts"


def test_a_section_for_each_day_is_one_statement():
    first = one_c(LINES[:2], encoding="utf-8").decode()
    second = one_c(LINES[2:], opening=103_749_50, encoding="utf-8").decode()
    head, _mark, documents = first.partition("КонецРасчСчет\r\n")
    section = second[second.index("СекцияРасчСчет") :].partition("КонецФайла")[0]
    data = (head + "КонецРасчСчет\r\n" + documents.replace("КонецФайла\r\n", "") + section + "КонецФайла\r\n").encode()
    statement = statement_read(data)
    assert (statement.opening_minor, statement.closing_minor, len(statement.lines)) == (100_000_00, 104_449_55, 3)
    assert not statement.problems
    broken = data.replace("НачальныйОстаток=103749.50".encode(), "НачальныйОстаток=103700.00".encode())
    assert {each.code for each in statement_read(broken).problems} == {"wrong_balance", "gap_inside"}


def test_the_closing_may_follow_from_the_turnover():
    lines = one_c(LINES, encoding="utf-8").decode().splitlines(keepends=True)
    data = "".join(line for line in lines if not line.startswith("КонечныйОстаток")).encode()
    assert statement_read(data).closing_minor == 104_449_55


def test_a_russian_account_tells_its_currency():
    assert statement_read(one_c(LINES, account="40703810900000000001")).currency == "RUB"
    assert statement_read(one_c(LINES), currency="RUB").currency == "RUB"


def test_a_long_purpose_may_be_broken_into_lines():
    text = "НазначениеПлатежа=Помощь селу ёлка №5"
    data = one_c(LINES, encoding="utf-8").decode()
    assert statement_read(data.replace(text, text + "\r\nна новый год").encode()).lines[2].text.endswith("на новый год")
    numbered = "НазначениеПлатежа=Помощь\r\nНазначениеПлатежа1=Помощь\r\nНазначениеПлатежа2=селу"
    assert statement_read(data.replace(text, numbered).encode()).lines[2].text == "Помощь селу"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("КонецФайла\r\n", "", "cut_off"),
        ("КонецДокумента\r\nКонецФайла", "КонецФайла", "cut_off"),
        ("Сумма=5000.00", "Сумма=5000.001", "amount_digits"),
        ("Сумма=5000.00", "Сумма=5e3", "amount"),
        ("Сумма=5000.00", "Сумма=-5000.00", "amount"),
        ("Сумма=5000.00", "Сумма=", "document_incomplete"),
        ("Сумма=5000.00", "Сумма=99999999999999999", "amount_large"),
        ("ДатаПоступило=03.11.2026", "ДатаПоступило=31.11.2026", "day"),
        ("Кодировка=Windows", "Кодировка=DOS", "encoding_declared"),
        ("КонецФайла", "КонецФайла\r\nx=1", "after_end"),
        ("СекцияРасчСчет", "какая-то строка\r\nСекцияРасчСчет", "stray_line"),
    ],
)
def test_what_is_broken_is_named(before, after, code):
    data = one_c(LINES).decode("cp1251").replace(before, after, 1).encode("cp1251")
    with pytest.raises(StatementError) as refused:
        statement_read(data)
    assert refused.value.code == code
    assert refused.value.line > 0


def test_a_day_that_it_came_on_says_that_it_came():
    data = one_c(LINES).decode("cp1251").replace(f"ПолучательСчет={OURS}", "ПолучательСчет=чужой", 1)
    assert statement_read(data.encode("cp1251")).lines[0].amount_minor == 5_000_00
