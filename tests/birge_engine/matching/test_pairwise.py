"""Pairs of donors: the more two have in common, the less each of their projects draws."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from birge_engine.matching import allocate, certified_pairs, fast, rule_parse
from birge_engine.matching.columns import columns_from
from tests.support.matching import gift, rule

amounts = st.integers(1, 50) | st.integers(1, 10**12)


def pairwise(pool=10**30, threshold=25, variant="pairwise", **data):
    return rule("quadratic", variant=variant, pool=pool, threshold=threshold, **data)


def matched(found):
    return {each.project: each.matched for each in found.allocations}


@st.composite
def rounds(draw, most=40):
    """Few donors and many projects, so that pairs have much in common."""
    rows = draw(st.lists(st.tuples(st.sampled_from("uvwxyz"), st.sampled_from("abcdef"), amounts), max_size=most))
    return [gift(number, project, donor, amount) for number, (project, donor, amount) in enumerate(rows)]


def formula(gifts, term):
    """Go through all pairs and projects, with many decimal places."""
    given = {}
    for each in gifts:
        own = given.setdefault(each.donor, {})
        own[each.project] = own.get(each.project, 0) + each.amount
    found = {each.project: Decimal(0) for each in gifts}
    with localcontext() as context:
        context.prec = 80
        for one, other in combinations(given.values(), 2):
            roots = {name: (Decimal(one[name]) * other[name]).sqrt() for name in one.keys() & other.keys()}
            for name, root in roots.items():
                found[name] += term(root, sum(roots.values()))
    return found


def touching(exact):
    """Round down, but what lies within 10**-20 of a unit is that unit."""
    nearest = exact.to_integral_value()
    return int(nearest if abs(exact - nearest) < Decimal("1e-20") else exact)


@given(rounds(), st.integers(0, 1000))
def test_each_pair_brings_what_the_formula_says(gifts, threshold):
    exact = formula(gifts, lambda root, whole: root * (threshold + 1) / whole)
    found = allocate(pairwise(threshold=threshold), gifts)
    assert matched(found) == {name: touching(each) for name, each in exact.items()}


@given(rounds(), st.integers(1, 10**6))
def test_the_bounded_form_is_the_textbooks(gifts, threshold):
    exact = formula(gifts, lambda root, whole: root * threshold / (threshold + whole))
    found = allocate(pairwise(threshold=threshold, variant="pairwise_bounded"), gifts)
    assert matched(found) == {name: touching(each) for name, each in exact.items()}


@settings(max_examples=200)
@given(rounds(), st.sampled_from(["pairwise", "pairwise_bounded"]), st.sampled_from([1, 10, 10**5, 10**30]))
def test_numpy_changes_nothing(gifts, variant, pool):
    some = pairwise(pool, variant=variant, decimals=2)
    assert fast.allocate(some, columns_from(gifts)) == allocate(some, gifts)


@given(rounds(), st.sampled_from([1, 2, 7]))
def test_blocks_change_nothing(gifts, block):
    before = fast.allocate(pairwise(1000), columns_from(gifts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certified_pairs, "BLOCK", block)
        assert fast.allocate(pairwise(1000), columns_from(gifts)) == before
        bounded = pairwise(1000, variant="pairwise_bounded")
        assert fast.allocate(bounded, columns_from(gifts)) == allocate(bounded, gifts)


@given(st.lists(amounts, min_size=2, max_size=6), st.integers(0, 100))
def test_who_has_one_project_in_common_brings_the_threshold_and_one(given_amounts, threshold):
    gifts = [gift(number, donor=str(number), amount=amount) for number, amount in enumerate(given_amounts)]
    pairs = len(gifts) * (len(gifts) - 1) // 2
    assert allocate(pairwise(threshold=threshold), gifts).total == pairs * (threshold + 1)


def test_threshold_and_one_are_in_units_of_the_currency_not_of_cents():
    data = {"kind": "quadratic", "variant": "pairwise", "currency": "USD", "pool": 5000, "threshold": 25}
    found = allocate(rule_parse(data), [gift(1, donor="a", amount=100), gift(2, donor="b", amount=400)])
    assert found.total == 2600


def test_two_projects_of_the_same_pair_share_what_it_brings():
    gifts = [gift(number, project, donor, 100) for number, (project, donor) in enumerate(["pa", "pb", "qa", "qb"])]
    assert matched(allocate(pairwise(threshold=9), gifts)) == {"p": 5, "q": 5}


def test_the_currency_does_not_matter():
    """Both formulas grow with the unit: in cents they give a hundred times as much as in dollars."""
    gifts = [
        gift(number, project, donor, 100 * (number + 1))
        for number, (project, donor) in enumerate(["pa", "pb", "qa", "qb", "qc"])
    ]
    for variant in ("pairwise", "pairwise_bounded"):
        data = {"kind": "quadratic", "variant": variant, "threshold": 25, "pool": 10**6, "decimals": 6}
        usd = allocate(rule_parse({**data, "currency": "USD"}), gifts)
        krw = allocate(
            rule_parse({**data, "currency": "KRW"}),
            [gift(int(each.id), each.project, each.donor, each.amount // 100) for each in gifts],
        )
        assert matched(usd) == matched(krw)


@given(rounds(), st.integers(1, 50))
def test_it_is_scaled_down_only_when_it_exceeds_the_pool(gifts, threshold):
    whole = allocate(pairwise(threshold=threshold, decimals=6), gifts).total
    pool = -(-whole // 10**6)
    assert allocate(pairwise(pool + 1, threshold, decimals=6), gifts).total == whole
    if pool > 1:
        assert allocate(pairwise(pool - 1, threshold), gifts).total == pool - 1


def test_a_stranger_who_joins_a_pair_does_not_lower_it():
    few = [gift(number, "p", donor, 10) for number, donor in enumerate("ab")]
    assert Fraction(allocate(pairwise(), [*few, gift(9, "p", "c", 10)]).total, allocate(pairwise(), few).total) == 3
