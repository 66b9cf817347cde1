"""Rates that depend on what a donor has given already, on the gift's size, or on how many give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, RuleError, Standing, allocate
from tests.support.matching import amounts, gift, gift_lists, rule, tiers_rules

HERE = ProjectFacts("p")
FIRST_FIFTY = [{"up_to": 50, "rate": "0.5"}, {"up_to": None, "rate": "0"}]
BONUS_DAY = [{"at_least": 100, "rate": "0.2"}, {"at_least": 500, "rate": "0.3"}, {"at_least": 750, "rate": "0.4"}]
MANY = [{"donors": 1, "rate": "0.5"}, {"donors": 3, "rate": 1}]


def usd(per, tiers, **data):
    return rule("tiers", currency="USD", per=per, tiers=tiers, **data)


@pytest.mark.parametrize(
    ("before", "amount", "matched", "counted", "why"),
    [
        (0, 30_00, 15_00, 30_00, "full"),
        (0, 80_00, 25_00, 50_00, "counted"),
        (30_00, 30_00, 10_00, 20_00, "counted"),
        (50_00, 30_00, 0, 0, "zero_rate"),
        (70_00, 30_00, 0, 0, "zero_rate"),
        (0, 1, 0, 1, "below_unit"),
    ],
)
def test_globalgiving_adds_half_of_the_first_fifty_dollars_of_each_donor(before, amount, matched, counted, why):
    drawn = usd("donor", FIRST_FIFTY).draw(amount, HERE, Standing(donor_counted=before))
    assert (drawn.matched, drawn.counted, drawn.why) == (matched, counted, why)


def test_little_by_little_many_small_gifts_are_worth_more_than_a_large_one():
    many = allocate(usd("donor", FIRST_FIFTY), [gift(n, donor=f"d{n}", amount=50_00) for n in range(20)])
    one = allocate(usd("donor", FIRST_FIFTY), [gift(1, amount=1000_00)])
    assert (many.total, one.total) == (500_00, 25_00)


def test_a_donors_first_fifty_are_for_all_projects_or_for_each():
    gifts = [gift(1, "p", amount=50_00), gift(2, "q", amount=50_00)]
    assert allocate(usd("donor", FIRST_FIFTY), gifts).total == 25_00
    assert allocate(usd("donor_here", FIRST_FIFTY), gifts).total == 50_00


@pytest.mark.parametrize(
    ("amount", "matched"), [(99_99, 0), (100_00, 20_00), (499_99, 99_99), (500_00, 150_00), (750_00, 300_00)]
)
def test_globalgivings_bonus_day_adds_more_to_larger_gifts(amount, matched):
    assert usd("gift", BONUS_DAY).draw(amount, HERE, Standing()).matched == matched


def test_globalgivings_bonus_day_has_a_cap_per_organisation():
    gifts = [gift(number, donor=f"d{number}", amount=1000_00) for number in range(6)]
    assert allocate(usd("gift", BONUS_DAY, cap_per_project=2000), gifts).total == 2000_00


def test_a_bracket_that_draws_nothing_has_to_be_passed_through():
    above = rule("tiers", per="donor", tiers=[{"up_to": 50, "rate": 0}, {"up_to": None, "rate": 1}])
    result = allocate(above, [gift(1, amount=30), gift(2, amount=30), gift(3, amount=30)])
    assert [(each.matched, each.counted) for each in result.gifts.values()] == [(0, 30), (10, 30), (30, 30)]


def test_the_number_of_donors_sets_the_rate_of_the_whole_project():
    gifts = [gift(1, "p", "a", 60), gift(2, "p", "b", 60), gift(3, "p", "c", 60)]
    gifts += [gift(4, "q", "a", 90), gift(5, "q", "a", 90)]  # one donor, however often
    result = allocate(rule("tiers", per="project", tiers=MANY), gifts)
    assert {each.project: each.matched for each in result.allocations} == {"p": 180, "q": 90}


def test_a_round_that_exceeds_the_pool_is_scaled_down():
    gifts = [gift(1, "p", amount=200), gift(2, "q", amount=100), gift(3, "r", amount=1)]
    result = allocate(rule("tiers", per="project", tiers=MANY, pool=100), gifts)
    assert {each.project: (each.matched, each.reason) for each in result.allocations} == {
        "p": (67, "pool_rest"),
        "q": (33, "pool_rest"),
        "r": (0, "below_unit"),
    }


def test_in_a_round_that_leaves_money_over_nothing_is_handed_out_above_the_rate():
    """In Gitcoin's code what a cap cuts off is handed out even though the pool is not used up."""
    gifts = [gift(1, "p", amount=1000), gift(2, "q", amount=98)]
    result = allocate(rule("tiers", per="project", tiers=MANY, pool=10_000, cap_per_project=100), gifts)
    assert [(each.matched, each.reason) for each in result.allocations] == [(100, "cap_project"), (49, "full")]


def test_places_are_kept_as_the_rule_says():
    gifts = [gift(1, amount=1)]
    assert allocate(rule("tiers", per="project", tiers=MANY, decimals=3), gifts).total == 500
    assert allocate(usd("project", MANY, decimals=0), [gift(1, amount=3_99)]).total == 1
    thirds = [{"up_to": 50, "rate": {"num": 1, "den": 3}}]
    assert allocate(rule("tiers", per="donor", tiers=thirds, decimals=9), gifts).total == 333_333_333


@pytest.mark.parametrize(
    ("per", "tiers", "field"),
    [
        ("donor", [], "tiers"),
        ("donor", None, "tiers"),
        ("donor", [{"up_to": None, "rate": 1}, {"up_to": 5, "rate": 1}], "tiers"),
        ("donor", [{"up_to": 5, "rate": 1}, {"up_to": 5, "rate": 2}], "tiers"),
        ("donor", [{"up_to": 5}], "tiers[0].rate"),
        ("donor", [{"at_least": 5, "rate": 1}], "tiers[0].at_least"),
        ("gift", [{"at_least": 5, "rate": 2}, {"at_least": 6, "rate": 1}], "tiers"),
        ("gift", [{"at_least": None, "rate": 2}], "tiers[0].at_least"),
        ("project", [{"donors": 0, "rate": 2}], "tiers[0].donors"),
        ("village", [{"donors": 1, "rate": 2}], "per"),
    ],
)
def test_tiers_that_cannot_be_meant_are_refused(per, tiers, field):
    with pytest.raises(RuleError) as caught:
        rule("tiers", per=per, tiers=tiers)
    assert caught.value.field == field


by_gift = st.sampled_from(["donor", "donor_here", "gift"]).flatmap(tiers_rules)
standings = st.builds(
    Standing, st.none() | amounts, amounts, st.just(0), amounts, st.just(0), st.just(0), st.just(0), amounts
)


@given(by_gift, amounts, amounts, standings)
def test_who_gives_more_never_draws_less(data, one, other, standing):
    less, more = sorted((one, other))
    assert rule(**data).draw(less, HERE, standing).matched <= rule(**data).draw(more, HERE, standing).matched


@given(by_gift, amounts, standings)
def test_what_counts_is_part_of_the_gift_and_draws_just_as_much(data, amount, standing):
    drawn = rule(**data).draw(amount, HERE, standing)
    assert 0 <= drawn.counted <= amount
    if data["per"] != "gift":  # there the rate is that of the whole gift
        assert rule(**data).draw(drawn.counted, HERE, standing).matched == drawn.matched


@given(
    st.sampled_from(["donor", "donor_here", "gift"]).flatmap(lambda per: tiers_rules(per, pool=None)), amounts, amounts
)
def test_nobody_gains_by_dividing_a_gift(data, one, other):
    whole = allocate(rule(**data), [gift(1, amount=one + other)])
    assert allocate(rule(**data), [gift(1, amount=one), gift(2, amount=other)]).total <= whole.total


@given(tiers_rules("project"), gift_lists(), amounts)
def test_more_given_to_a_project_never_lowers_its_match_while_the_pool_lasts(data, gifts, more):
    endless = rule(**data | {"pool": None})
    before = {each.project: each.matched for each in allocate(endless, gifts).allocations}
    if gifts:
        gifts[0] = gift(0, gifts[0].project, gifts[0].donor, gifts[0].amount + more)
    after = {each.project: each.matched for each in allocate(endless, gifts).allocations}
    assert all(after[project] >= matched for project, matched in before.items())
