"""Sums are whole minor units of one currency; they are read as people type them and written as people read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge.errors import InvalidInput
from birge.money import EXPONENTS, LARGEST, CurrencyMismatch, Money, format_money, parse_amount

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(-LARGEST, LARGEST)


def test_sums_of_one_currency_are_added_compared_and_turned():
    assert Money(5_00, "KGS") + Money(25, "KGS") == Money(5_25, "KGS")
    assert Money(5_00, "KGS") - Money(6_00, "KGS") == -Money(1_00, "KGS")
    assert Money(5_00, "KGS") > Money(4_99, "KGS") >= Money(4_99, "KGS")
    assert [bool(Money(minor, "KGS")) for minor in (1, 0, -1)] == [True, False, True]


@pytest.mark.parametrize("use", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b])
def test_two_currencies_are_never_added_nor_compared(use):
    with pytest.raises(CurrencyMismatch):
        use(Money(5_00, "KGS"), Money(5_00, "RUB"))
    assert Money(5_00, "KGS") != Money(5_00, "RUB")


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_only_whole_numbers_are_money(minor):
    with pytest.raises(TypeError):
        Money(minor, "KGS")


def test_a_currency_without_a_known_exponent_is_no_money():
    with pytest.raises(ValueError, match="XXX"):
        Money(1, "XXX")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1500", "KGS", 1500_00),
        (" 12 500 ", "KGS", 12_500_00),
        ("12\u00a0500", "KGS", 12_500_00),
        ("12\u202f500,5", "KGS", 12_500_50),
        ("12’500.05", "KGS", 12_500_05),
        ("0,01", "KGS", 1),
        ("0", "KGS", 0),
        ("1500", "KRW", 1500),
    ],
)
def test_a_sum_is_read_as_people_type_it(text, currency, minor):
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text", ["", " ", "-5", "+5", "1e3", "1.", ".5", "12.500,50", "1,2,3", "five", "5 som", "NaN", "0x10", "½"]
)
def test_what_is_no_number_is_refused_beside_its_field(text):
    with pytest.raises(InvalidInput) as refusal:
        parse_amount(text, "KGS")
    assert (refusal.value.code, refusal.value.field) == ("amount", "amount")
    assert "digits" in refusal.value.message


@pytest.mark.parametrize("text", ["12.500", "12,500", "0,001"])
def test_a_mark_between_thousands_is_not_guessed_at(text):
    with pytest.raises(InvalidInput, match="between thousands"):
        parse_amount(text, "KGS")


@pytest.mark.parametrize(("text", "currency"), [("1.2345", "KGS"), ("1.5", "KRW")])
def test_no_digit_is_dropped_silently(text, currency):
    with pytest.raises(InvalidInput, match="too many digits"):
        parse_amount(text, currency)


@pytest.mark.parametrize("text", [str(LARGEST), "9" * 39, "9" * 5000])
def test_what_is_too_large_is_refused_however_long(text):
    with pytest.raises(InvalidInput, match="too large"):
        parse_amount(text, "KGS")


@pytest.mark.parametrize(
    ("minor", "currency", "ky", "en"),
    [
        (12_500_00, "KGS", "12 500 сом", "12,500 som"),
        (1_200_50, "RUB", "1 200,50 ₽", "₽1,200.50"),
        (1_200_50, "USD", "1 200,50 $", "$1,200.50"),
        (-5, "KGS", "−0,05 сом", "−0.05 som"),
        (0, "KGS", "0 сом", "0 som"),
        (5000, "KRW", "5 000 ₩", "₩5,000"),
        (1500_00, "UZS", "1 500 UZS", "UZS 1,500"),
    ],
)
def test_a_sum_is_written_as_its_reader_writes_it(minor, currency, ky, en):
    money = Money(minor, currency)
    assert format_money(money, "ky").replace("\u00a0", " ") == ky
    assert format_money(money, "ru") == format_money(money, "ky")
    assert format_money(money, "en").replace("\u00a0", " ") == en


def test_a_written_sum_does_not_break_over_two_lines():
    assert " " not in "".join(format_money(Money(1_234_567_89, "KGS"), language) for language in ("ky", "ru"))


@given(minors.filter(lambda minor: minor >= 0), currencies)
def test_what_is_written_in_digits_is_read_back(minor, currency):
    digits = str(Decimal(minor).scaleb(-EXPONENTS[currency]))
    assert parse_amount(digits if "E" not in digits else str(int(Decimal(digits))), currency) == Money(minor, currency)


@given(minors, currencies, st.sampled_from(["ky", "ru", "en"]))
def test_no_minor_unit_is_lost_in_writing(minor, currency, language):
    written = format_money(Money(minor, currency), language)
    digits = "".join(sign for sign in written if sign.isdecimal())
    exponent = EXPONENTS[currency]
    shown = int(digits) if exponent == 0 or minor % 10**exponent else int(digits) * 10**exponent
    assert shown == abs(minor)
    assert written.startswith("−") == (minor < 0)
