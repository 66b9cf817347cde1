"""So many units for each unit given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, Standing, allocate, rule_parse, village_match
from tests.support.matching import amounts, gift, proportional_rules, rule

HERE = ProjectFacts("p")


def drawn(amount, project=HERE, standing=Standing(), **data):  # noqa: B008  it is frozen
    found = rule("proportional", **({"rate": 1} | data)).draw(amount, project, standing)
    return found.matched, found.counted, found.why


@pytest.mark.parametrize(("rate", "matched"), [(1, 100), (3, 300), ("0.5", 50), ({"num": 1, "den": 3}, 33)])
def test_a_gift_draws_its_rate_rounded_down(rate, matched):
    assert drawn(100, rate=rate) == (matched, 100, "full")


@pytest.mark.parametrize(
    ("data", "standing", "matched", "counted", "why"),
    [
        ({"cap_per_contribution": 60}, Standing(), 60, 30, "cap_contribution"),
        ({"counted_per_contribution": 60}, Standing(), 120, 60, "counted"),
        ({"cap_per_donor": 60}, Standing(donor_matched=45), 15, 8, "cap_donor"),
        ({"cap_per_project": 60}, Standing(project_matched=50), 10, 5, "cap_project"),
        ({"cap_per_project": 60}, Standing(project_matched=70), 0, 0, "cap_project"),
        ({}, Standing(pool_rest=90), 90, 45, "pool_rest"),
        ({}, Standing(pool_rest=0), 0, 0, "pool_empty"),
        ({}, Standing(pool_rest=-5), 0, 0, "pool_empty"),
        ({"gifts_per_donor": 1}, Standing(donor_gifts=1), 0, 0, "once"),
        ({"gifts_per_donor": 2}, Standing(donor_gifts=1), 200, 100, "full"),
        ({"gifts_per_donor_here": 1}, Standing(donor_gifts=5), 200, 100, "full"),
        ({"gifts_per_donor_here": 1}, Standing(donor_gifts_here=1), 0, 0, "once"),
        ({"rate": 0}, Standing(), 0, 0, "zero_rate"),
        ({"rate": "0.001"}, Standing(), 0, 0, "below_unit"),
        ({"cap_per_donor": 60, "cap_per_project": 50}, Standing(pool_rest=55), 50, 25, "cap_project"),
        (
            {"cap_per_donor": 50, "cap_per_project": 50},
            Standing(pool_rest=50),
            50,
            25,
            "cap_donor",
        ),  # the first of equals
    ],
)
def test_a_gift_is_told_what_held_it_back(data, standing, matched, counted, why):
    assert drawn(100, standing=standing, **({"rate": 2} | data)) == (matched, counted, why)


def test_a_plan_that_lacks_less_draws_less():
    assert drawn(100, ProjectFacts("p", rest=30)) == (30, 30, "plan_full")


def test_a_project_that_is_not_eligible_draws_nothing():
    assert drawn(100, eligible={"categories": ["school"]}) == (0, 0, "not_eligible:categories")


def test_a_negative_amount_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="negative"):
        drawn(-1)


def test_a_rule_in_whole_som_gives_whole_som():
    whole = {"currency": "KGS", "decimals": 0}
    assert drawn(1250, **whole) == (1200, 1250, "full")
    assert drawn(99, **whole) == (0, 0, "below_unit")
    assert drawn(5000, standing=Standing(pool_rest=1999), **whole) == (1900, 1900, "pool_rest")
    assert drawn(5000, standing=Standing(pool_rest=99), **whole) == (0, 0, "pool_empty")


def test_the_cap_is_of_the_match_and_not_of_the_gift_before_its_factor():
    """In Goteo a cap of 100 for one gift pays 300 at factor 3."""
    assert drawn(500, rate=3, cap_per_contribution=100)[0] == 100


def test_the_cap_of_a_project_counts_what_the_pool_gave_and_not_what_its_members_gave_themselves():
    """In Goteo a private gift of a member of the pool eats the cap."""
    gifts = [gift(1, donor="member-of-the-pool", amount=400, at="2026-03-01"), gift(2, donor="b", at="2026-03-02")]
    after = rule("proportional", rate=1, cap_per_project=100, eligible={"from": "2026-03-02"})
    assert [each.matched for each in allocate(after, gifts).allocations] == [100]


def test_two_gifts_never_see_the_same_rest():
    result = allocate(rule("proportional", rate=1, pool=150), [gift(1), gift(2, at=gift(1).at)])
    assert [drawn.matched for drawn in result.gifts.values()] == [100, 50]
    assert [drawn.why for drawn in result.gifts.values()] == ["full", "pool_rest"]


@given(st.integers(0, 10**12), st.integers(-5, 10**12))
def test_som_for_som_is_what_the_village_does_already(amount, rest):
    som = rule_parse({"kind": "proportional", "currency": "KGS", "rate": 1})
    assert som.draw(amount, HERE, Standing(pool_rest=rest)).matched == village_match(amount, rest)


standings = st.builds(
    Standing, st.none() | amounts, amounts, amounts, amounts, amounts, st.integers(0, 3), st.integers(0, 3)
)


@given(proportional_rules(), amounts, amounts, standings, st.none() | amounts)
def test_who_gives_more_never_draws_less(data, one, other, standing, rest):
    project, found = ProjectFacts("p", rest=rest), rule(**data)
    less, more = sorted((one, other))
    assert found.draw(less, project, standing).matched <= found.draw(more, project, standing).matched


@given(proportional_rules(), amounts, standings, st.none() | amounts)
def test_what_counts_is_part_of_the_gift_and_draws_just_as_much(data, amount, standing, rest):
    project, found = ProjectFacts("p", rest=rest), rule(**data)
    drawn = found.draw(amount, project, standing)
    assert 0 <= drawn.counted <= amount
    assert drawn.matched <= found.rate * drawn.counted
    assert found.draw(drawn.counted, project, standing).matched == drawn.matched


@given(proportional_rules(counted_per_contribution=None, cap_per_contribution=None, pool=None), amounts, amounts)
def test_nobody_gains_by_dividing_a_gift(data, one, other):
    found = rule(**data)
    whole = allocate(found, [gift(1, amount=one + other)])
    divided = allocate(found, [gift(1, amount=one), gift(2, amount=other)])
    assert divided.total <= whole.total


@given(proportional_rules(pool=None), st.lists(st.tuples(st.sampled_from("ab"), amounts), max_size=9))
def test_no_cap_is_ever_exceeded(data, given_):
    found = rule(**data)
    result = allocate(found, [gift(number, "p", *each) for number, each in enumerate(given_)])
    of_donor, matches = {}, {}
    for number, (donor, _amount) in enumerate(given_):
        matched = result.gifts[f"{number:04}"].matched
        of_donor[donor] = of_donor.get(donor, 0) + matched
        matches.setdefault(donor, []).append(matched)
        assert found.cap_per_contribution is None or matched <= found.cap_per_contribution
    assert found.cap_per_project is None or result.total <= found.cap_per_project
    assert found.cap_per_donor is None or all(matched <= found.cap_per_donor for matched in of_donor.values())
    for most in (found.gifts_per_donor, found.gifts_per_donor_here):
        assert most is None or all(sum(map(bool, each)) <= most for each in matches.values())
