"""A cell has one meaning or is refused."""

import datetime as dt
from decimal import Decimal

import pytest

from birge.errors import InvalidInput
from projects.imports.values import amount_read, day_read, percent_read


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12 500", "KGS", 12_500_00),
        ("12 500,50 сом", "KGS", 12_500_50),
        ("300 som.", "KGS", 300_00),
        ("KGS 300", "KGS", 300_00),
        ("€1200.5", "EUR", 1_200_50),
        ("5000", "KRW", 5000),
    ],
)
def test_sums_are_read_as_people_write_them(text, currency, minor):
    assert amount_read(text, currency, decimal="", thousands="").minor == minor


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "minor"),
    [
        ("1.234.567,89", ",", ".", 123_456_789),
        ("1,234", ".", ",", 1_234_00),
        ("1234,5", ",", ".", 1_234_50),
        ("12 500,00", ",", "", 12_500_00),
    ],
)
def test_the_marks_of_a_list_give_a_sum_one_meaning(text, decimal, thousands, minor):
    assert amount_read(text, "EUR", decimal=decimal, thousands=thousands).minor == minor


@pytest.mark.parametrize(
    ("text", "decimal", "thousands"),
    [
        ("1.234.567,89", "", ""),
        ("12.500", "", ""),
        ("1.25", ",", "."),
        ("=A1+B1", "", ""),
        ("около 5000", "", ""),
        ("-31.00", "", ""),
        ("(500)", "", ""),
        ("1e6", "", ""),
        ("10000000000000000", "", ""),
    ],
)
def test_what_is_unclear_or_no_sum_is_refused(text, decimal, thousands):
    with pytest.raises(InvalidInput):
        amount_read(text, "KGS", decimal=decimal, thousands=thousands)


def test_days_are_read_by_the_patterns_of_the_list():
    assert day_read("25.11.2026", ["%Y-%m-%d", "%d.%m.%Y"]) == dt.date(2026, 11, 25)
    assert day_read("01. Nov 15", ["%d. %b %y"]) == dt.date(2015, 11, 1)


def test_a_month_without_a_day_means_its_last_day():
    assert day_read("Feb 16", ["%b %y"]) == dt.date(2016, 2, 29)


@pytest.mark.parametrize("text", ["45992", "2026-02-30", "soon", "1931-10-15"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(InvalidInput):
        day_read(text, ["%Y-%m-%d"])


def test_percentages_are_read_with_comma_or_point():
    assert percent_read("50,38%") == percent_read("50.38 %") == Decimal("50.38")


@pytest.mark.parametrize("text", ["150%", "50% and 60%", "NaN", "-1"])
def test_what_is_not_one_percentage_is_refused(text):
    with pytest.raises(InvalidInput):
        percent_read(text)
