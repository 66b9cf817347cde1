"""A sum that is unlocked when a goal is met."""

import pytest
from hypothesis import given

from birge_engine.matching import ProjectFacts, RuleError, allocate
from tests.support.matching import challenge_rules, gift, gift_lists, project_facts, rule

PLAN = {"donors": 200, "village": 100, "matching": 100}


def outcome(goal, gifts, facts=None, **data):
    found = allocate(rule("challenge", **({"amount": 500, "goal": goal} | data)), gifts, facts)
    return {each.project: (each.matched, each.reason) for each in found.allocations}


def plan(village_paid=0, **more):
    return {"p": ProjectFacts("p", shares=PLAN, village_paid=village_paid, **more)}


THREE = [gift(1, donor="a"), gift(2, donor="b"), gift(3, donor="a")]


@pytest.mark.parametrize(
    ("goal", "facts", "expected"),
    [
        ({"donors": 2}, None, (500, "full")),
        ({"donors": 3}, None, (0, "goal_donors")),  # one gave twice, and is one
        ({"raised": 300}, None, (500, "full")),
        ({"raised": 301}, None, (0, "goal_raised")),
        ({"raised_share": "0.75"}, plan(), (500, "full")),
        ({"raised_share": "0.76"}, plan(), (0, "goal_raised_share")),
        ({"raised_share": "0.75"}, None, (0, "goal_raised_share")),  # nobody knows of a plan
        ({"village_paid_share": "0.5"}, plan(50), (500, "full")),
        ({"village_paid_share": "0.5"}, plan(49), (0, "goal_village_paid_share")),
        ({"village_paid_share": "0.5"}, None, (0, "goal_village_paid_share")),
        ({"donors": 2, "village_paid_share": "0.5"}, plan(49), (0, "goal_village_paid_share")),
        ({"donors": 3, "village_paid_share": "0.5"}, plan(50), (0, "goal_donors")),
        ({"donors": 2, "raised": 300, "raised_share": "0.5", "village_paid_share": "0.5"}, plan(60), (500, "full")),
        ({"donors": 2, "by": "2026-03-01"}, None, (500, "full")),
        ({"donors": 2, "by": "2026-02-28"}, None, (0, "goal_donors")),
    ],
)
def test_all_that_the_goal_asks_has_to_hold(goal, facts, expected):
    assert outcome(goal, THREE, facts)["p"] == expected


def test_who_gives_nothing_is_no_donor():
    gifts = [gift(1, donor="a"), gift(2, donor="b", amount=0)]
    assert outcome({"donors": 2}, gifts)["p"] == (0, "goal_donors")
    by_donors = rule("tiers", per="project", tiers=[{"donors": 2, "rate": 1}])
    assert allocate(by_donors, gifts).total == 0


def test_a_gift_of_an_unknown_day_does_not_count_by_a_day():
    assert outcome({"raised": 100, "by": "2026-03-01"}, [gift(1, at="")])["p"] == (0, "goal_raised")


def test_the_villages_half_alone_can_be_the_goal():
    assert outcome({"village_paid_share": "0.5"}, [], plan(50)) == {"p": (500, "full")}


def test_it_is_never_more_than_the_plan_lacks_or_the_cap():
    assert outcome({"donors": 1}, THREE, plan(rest=70))["p"] == (70, "plan_full")
    assert outcome({"donors": 1}, THREE, cap_per_project=80)["p"] == (80, "cap_project")


TWO_PROJECTS = [
    gift(1, "p", "a", at="2026-03-01"),
    gift(2, "q", "b", at="2026-03-02"),
    gift(3, "q", "c", at="2026-03-03"),
    gift(4, "p", "d", at="2026-03-04"),
]


def test_who_reaches_the_goal_first_is_paid_first():
    assert outcome({"donors": 2}, TWO_PROJECTS, pool=700) == {"q": (500, "full"), "p": (200, "pool_rest")}
    assert outcome({"donors": 2}, TWO_PROJECTS, pool=500) == {"q": (500, "full"), "p": (0, "pool_empty")}
    assert outcome({"donors": 1}, TWO_PROJECTS, pool=500) == {"p": (500, "full"), "q": (0, "pool_empty")}


def test_or_all_who_reach_it_share():
    shared = {"p": (350, "pool_rest"), "q": (350, "pool_rest")}
    assert outcome({"donors": 2}, TWO_PROJECTS, pool=700, when_dry="pro_rata") == shared


def test_a_goal_that_is_met_already_needs_no_gift():
    assert outcome({"raised": 0}, [], plan(), pool=500) == {"p": (500, "full")}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": None}, "amount"),
        ({"goal": None}, "goal"),
        ({"goal": {}}, "goal.donors"),
        ({"goal": {"by": "2026-03-01"}}, "goal.donors"),
        ({"goal": {"donors": 0}}, "goal.donors"),
        ({"goal": {"donors": 1, "raised_share": "1.1"}}, "goal.raised_share"),
        ({"goal": {"donors": 1, "by": "soon"}}, "goal.by"),
        ({"goal": {"donors": 1, "givers": 1}}, "goal.givers"),
    ],
)
def test_a_goal_that_cannot_be_meant_is_refused(change, field):
    with pytest.raises(RuleError) as caught:
        rule("challenge", **({"amount": 5, "goal": {"donors": 1}} | change))
    assert caught.value.field == field


@given(challenge_rules(), gift_lists(), project_facts())
def test_a_project_gets_all_or_what_a_limit_leaves_and_says_which(data, gifts, facts):
    for each in allocate(rule(**data), gifts, facts).allocations:
        assert (each.matched == data["amount"]) >= (each.reason == "full")
        assert each.matched == 0 or not each.reason.startswith("goal")
