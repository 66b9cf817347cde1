"""Amounts are whole numbers; as text they are plain decimals and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching.amounts import EXPONENTS, amount_parse, amount_text, exponent


@pytest.mark.parametrize(
    ("value", "currency", "units"),
    [
        ("12.50", "KGS", 1250),
        ("12.5", "KGS", 1250),
        ("0.01", "KGS", 1),
        (5000, "USD", 500_000),
        ("5000", "KRW", 5000),
        ("0012", "KGS", 1200),
        (0, "KGS", 0),
        ("1" + "0" * 40, "XTS", 10**40),
    ],
)
def test_amounts_are_read_in_units_of_the_currency(value, currency, units):
    assert amount_parse(value, currency) == units


@pytest.mark.parametrize(
    "value",
    [
        *("", " 1", "1 ", "1,50", "1_000", "+1", "-1", "1e3", "1.", ".5", "NaN", "inf", "1.234", "٣", "1\n", "0x1"),
        *(1.0, 1.5, float("nan"), -1, True, None, [], b"1", "9" * 1001, 10**1001),
    ],
)
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(ValueError):
        amount_parse(value, "KGS")


@pytest.mark.parametrize("value", ["1.0", "0.5"])
def test_a_currency_without_places_takes_none(value):
    with pytest.raises(ValueError, match="places"):
        amount_parse(value, "KRW")


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="unknown currency"):
        exponent("ZZZ")


@given(st.integers(0, 10**60), st.sampled_from(sorted(EXPONENTS)))
def test_what_is_written_reads_the_same(units, currency):
    assert amount_parse(amount_text(units, exponent(currency)), currency) == units


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (1250, 2, "12.50"),
        (5, 2, "0.05"),
        (0, 2, "0.00"),
        (7, 0, "7"),
        (10**30, 0, "1" + "0" * 30),
        (1, 9, "0.000000001"),
    ],
)
def test_text_keeps_all_places(value, scale, text):
    assert amount_text(value, scale) == text


def test_the_engine_and_the_platform_have_the_same_exponents():
    from birge.money import EXPONENTS as PLATFORM

    assert {code: places for code, places in EXPONENTS.items() if code in PLATFORM} == PLATFORM
