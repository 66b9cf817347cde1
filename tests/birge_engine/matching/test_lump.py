"""A lump for each: equal or by weight, never more than the pool."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, allocate
from birge_engine.matching.model import RuleError
from tests.support.matching import gift_lists, rule

weights = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 9) | st.just("0.25"), min_size=1).filter(
    lambda each: any(value != 0 for value in each.values())
)


def matched(found):
    return {each.project: each.matched for each in found.allocations}


def test_a_pool_is_divided_equally():
    facts = {name: ProjectFacts(name) for name in "pqr"}
    assert matched(allocate(rule("lump", pool=100), [], facts)) == {"p": 34, "q": 33, "r": 33}


def test_a_pool_is_divided_by_the_weights_that_the_rule_states():
    facts = {name: ProjectFacts(name) for name in "pqr"}
    found = allocate(rule("lump", pool=100, weights={"p": 2, "q": "0.5"}), [], facts)
    assert [(each.matched, each.reason) for each in found.allocations] == [
        (80, "pool_share"),
        (20, "pool_share"),
        (0, "no_weight"),
    ]


def test_what_is_known_of_a_project_can_be_its_weight():
    some = rule("lump", pool=100)
    facts = {"p": ProjectFacts("p", weight=3), "q": ProjectFacts("q", weight=1)}
    assert matched(allocate(some, [], facts)) == {"p": 75, "q": 25}


def test_a_stated_amount_is_for_each_as_long_as_the_pool_suffices():
    facts = {name: ProjectFacts(name) for name in "pqr"}
    assert matched(allocate(rule("lump", pool=100, amount=30), [], facts)) == {"p": 30, "q": 30, "r": 30}
    assert matched(allocate(rule("lump", amount=30), [], facts)) == {"p": 30, "q": 30, "r": 30}
    assert matched(allocate(rule("lump", pool=50, amount=30), [], facts)) == {"p": 17, "q": 17, "r": 16}


def test_a_cap_and_a_plan_cut_it():
    facts = {"p": ProjectFacts("p"), "q": ProjectFacts("q", rest=7)}
    found = allocate(rule("lump", pool=100, cap_per_project=40), [], facts)
    assert [(each.matched, each.reason) for each in found.allocations] == [(40, "cap_project"), (7, "plan_full")]


@given(
    gift_lists(),
    st.integers(0, 1000),
    st.none() | weights,
    st.none() | st.integers(0, 500),
    st.none() | st.integers(0, 99),
)
def test_a_lump_never_gives_more_than_the_pool_nor_than_a_cap(gifts, pool, weights, amount, cap):
    found = allocate(rule("lump", pool=pool, weights=weights, amount=amount, cap_per_project=cap), gifts)
    assert found.total <= pool
    assert all(cap is None or each.matched <= cap for each in found.allocations)
    if weights is None and amount is None and cap is None and gifts:
        assert found.total == pool


@given(gift_lists(), st.randoms(use_true_random=False))
def test_the_order_of_gifts_does_not_count(gifts, random):
    some = rule("lump", pool=100)
    assert allocate(some, random.sample(gifts, len(gifts))) == allocate(some, gifts)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "pool"),
        ({"pool": 5, "weights": {"p": 0}}, "weights"),
        ({"pool": 5, "weights": {"p": -1}}, "weights.p"),
        ({"pool": 5, "wieghts": {}}, "wieghts"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(data, field):
    with pytest.raises(RuleError) as error:
        rule("lump", **data)
    assert error.value.field == field
