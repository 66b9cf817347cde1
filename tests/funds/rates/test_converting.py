"""Which rate counts, and what a sum is worth by it: scenario 13, there and back within what two roundings explain."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from birge.errors import InvalidInput
from birge.money import EXPONENTS, LARGEST, Money
from funds.rates import selectors
from funds.rates.selectors import RateMissing, UsedRate, convert, rate_on, rate_rounded, rates_used_on
from tests.factories.rates import trusted, waiting

FRIDAY = dt.date(2026, 9, 18)
SUNDAY = FRIDAY + dt.timedelta(days=2)
MONDAY = FRIDAY + dt.timedelta(days=3)
HALF = Fraction(1, 2)
CURRENCIES = sorted(set(EXPONENTS) - {"XTS"})


@pytest.mark.django_db
def test_a_weekend_takes_the_rate_of_the_day_before():
    trusted("USD", "87.45", FRIDAY)
    trusted("USD", "87.6", MONDAY)
    assert rate_on("USD", SUNDAY) == UsedRate("USD", 1, Decimal("87.45"), "nbkr", FRIDAY, 2)
    assert rate_on("USD", MONDAY).som == Decimal("87.6")
    assert rate_on("USD", FRIDAY - dt.timedelta(days=1)) is None
    assert rate_on("EUR", SUNDAY) is None


@pytest.mark.django_db
def test_a_waiting_rate_is_never_used():
    rate = waiting()
    assert rate_on("USD", rate.day).on == rate.day - dt.timedelta(days=1)
    assert [each.som for each in rates_used_on(rate.day)] == [Decimal("87.45")]


@pytest.mark.django_db
def test_an_old_rate_says_so_and_what_holds_a_week_is_old_a_week_later():
    trusted("USD", "87.45", FRIDAY)
    assert [rate_on("USD", FRIDAY + dt.timedelta(days=n)).old for n in (0, 5, 6)] == [False, False, True]
    weekly = UsedRate("JPY", 10, Decimal("5.6749"), "nbkr", FRIDAY, 12, 7)
    assert (weekly.old, UsedRate("JPY", 10, Decimal("5.6749"), "nbkr", FRIDAY, 13, 7).old) == (False, True)


@pytest.mark.django_db
def test_the_som_needs_nobody_to_say_what_it_costs():
    assert rate_on("KGS", FRIDAY).per_unit == 1
    found = convert(Money(5, "KGS"), "KGS", FRIDAY)
    assert (found.got, found.rate, found.source, found.on) == (Money(5, "KGS"), Decimal("1.00000000"), "", FRIDAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given_", "to", "got", "rate"),
    [
        (Money(100_00, "USD"), "KGS", Money(8745_00, "KGS"), "87.45000000"),
        (Money(1_50, "RUB"), "KGS", Money(1_57, "KGS"), "1.04940000"),  # 157.41
        (Money(10, "KRW"), "KGS", Money(63, "KGS"), "0.06300000"),  # 10 won, no smaller unit: 63 tyiyn
        (Money(1, "KRW"), "KGS", Money(6, "KGS"), "0.06300000"),
        (Money(63, "KGS"), "KRW", Money(10, "KRW"), "15.87301587"),
        (Money(1000_00, "RUB"), "USD", Money(12_00, "USD"), "0.01200000"),  # by way of the som: 1.0494 / 87.45
        (Money(1, "USD"), "KRW", Money(14, "KRW"), "1388.09523810"),
        (Money(-100_00, "USD"), "KGS", Money(-8745_00, "KGS"), "87.45000000"),
        (Money(0, "USD"), "KRW", Money(0, "KRW"), "1388.09523810"),
    ],
)
def test_sums_are_converted_by_the_rate_that_is_shown(given_, to, got, rate):
    trusted("USD", "87.45", FRIDAY)
    trusted("RUB", "1.0494", FRIDAY)
    trusted("KRW", "6.3", FRIDAY, nominal=100)
    found = convert(given_, to, SUNDAY)
    assert (found.given, found.got, str(found.rate)) == (given_, got, rate)
    assert (found.source, found.on, found.old) == ("nbkr", FRIDAY, False)


@pytest.mark.django_db
def test_a_tie_goes_to_the_even_neighbour():
    trusted("USD", "0.5", FRIDAY)
    assert [convert(Money(n, "USD"), "KGS", FRIDAY).got.minor for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]


@pytest.mark.django_db
def test_two_rates_name_the_earlier_day_and_both_sources():
    trusted("USD", "87.45", MONDAY)
    trusted("RUB", "1.0494", FRIDAY, source="nbkr-file")
    found = convert(Money(100_00, "RUB"), "USD", MONDAY)
    assert (found.on, found.source) == (FRIDAY, "nbkr-file+nbkr")
    assert [each.currency for each in found.used] == ["RUB", "USD"]


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), [("EUR", "KGS"), ("KGS", "EUR"), ("EUR", "USD"), ("USD", "EUR")])
def test_where_no_rate_is_known_none_is_made_up(one, other):
    trusted("USD", "87.45", FRIDAY)
    with pytest.raises(RateMissing, match="EUR") as refused:
        convert(Money(1, one), other, FRIDAY)
    assert refused.value.code == "rate_missing"


@pytest.mark.django_db
def test_beyond_all_measure_is_refused():
    trusted("USD", "87.45", FRIDAY)
    with pytest.raises(InvalidInput):
        convert(Money(LARGEST, "USD"), "KGS", FRIDAY)
    with pytest.raises(ValueError, match="unknown currency"):
        convert(Money(1, "USD"), "ABC", FRIDAY)


def a_rate(currency, som, nominal):
    return UsedRate(currency, nominal, som, "nbkr", FRIDAY, 0)


rates = st.builds(
    lambda units, places: Decimal(units).scaleb(-places),
    st.integers(min_value=100, max_value=10**6),
    st.integers(min_value=2, max_value=4),
)
nominals = st.sampled_from([1, 10, 100, 1000])
two = st.lists(st.sampled_from(CURRENCIES), min_size=2, max_size=2, unique=True)
minors = st.integers(min_value=0, max_value=10**11)


def converted(money, to, table):
    with patch.object(selectors, "rate_on", lambda currency, day: table[currency]):
        return convert(money, to, FRIDAY)


def tables(data, currencies):
    return {
        each: a_rate("KGS", Decimal(1), 1) if each == "KGS" else a_rate(each, data.draw(rates), data.draw(nominals))
        for each in currencies
    }


def within(minor, rate, one, other):
    """Say whether the result is not beyond all measure."""
    return minor * rate * Fraction(10) ** (EXPONENTS[other] - EXPONENTS[one]) < LARGEST


@given(st.data(), two, minors)
def test_the_result_is_sum_times_rate_and_both_are_rounded_once(data, currencies, minor):
    one, other = currencies
    table = tables(data, currencies)
    true_rate = table[one].per_unit / table[other].per_unit
    assume(rate_rounded(true_rate) and within(minor, true_rate, one, other))
    found = converted(Money(minor, one), other, table)
    assert abs(Fraction(found.rate) - true_rate) <= HALF / 10**8
    assert found.rate.as_tuple().exponent == -8
    with localcontext() as context:  # the same as anybody reckons it with decimals
        context.prec = 60
        exact = Decimal(minor).scaleb(-EXPONENTS[one]) * found.rate
        shown = exact.quantize(Decimal(1).scaleb(-EXPONENTS[other]), ROUND_HALF_EVEN)
        assert Decimal(found.got.minor).scaleb(-EXPONENTS[other]) == shown


@given(st.data(), two, minors)
def test_there_and_back_differs_by_what_the_roundings_explain(data, currencies, minor):
    one, other = currencies
    table = tables(data, currencies)
    there_rate = table[one].per_unit / table[other].per_unit
    assume(min(there_rate, 1 / there_rate) >= Fraction(1, 10**6) and within(minor, there_rate, one, other))
    there = converted(Money(minor, one), other, table)
    back = converted(there.got, one, table)
    unit = Fraction(1, 10**8)
    scale = Fraction(10) ** (EXPONENTS[one] - EXPONENTS[other])
    by_first = HALF * Fraction(back.rate) * scale  # half a minor unit there, seen from here
    by_rates = minor * (HALF * unit * Fraction(back.rate) + HALF * unit * there_rate)
    assert abs(back.got.minor - minor) <= HALF + by_first + by_rates


@given(st.data(), st.sampled_from(CURRENCIES), minors, minors)
def test_more_is_never_worth_less(data, currency, small, more):
    assume(currency != "KGS")
    table = tables(data, ["KGS", currency])
    assume(within(small + more, table[currency].per_unit, currency, "KGS"))
    less, greater = (converted(Money(each, currency), "KGS", table).got for each in (small, small + more))
    assert less.minor <= greater.minor


@given(st.data(), st.sampled_from(CURRENCIES), minors)
def test_a_rate_of_the_bank_itself_is_not_rounded_at_all(data, currency, minor):
    table = tables(data, ["KGS", currency])
    assume(within(minor, table[currency].per_unit, currency, "KGS"))
    found = converted(Money(minor, currency), "KGS", table)
    assert Fraction(found.rate) == table[currency].per_unit
