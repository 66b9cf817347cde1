"""Who is matched at all. What nobody knows does not fulfil a condition."""

import pytest

from birge_engine.matching import ProjectFacts, Standing, allocate, gift_draw
from tests.support.matching import gift, rule

SCHOOL = ProjectFacts(
    "p", category="school", oblast="41703", village="41703215820", shares={"donors": 40, "village": 60, "in_kind": 900}
)


def refusal(project=SCHOOL, **eligible):
    return rule("proportional", rate=1, eligible=eligible).eligible.project_refusal(project)


@pytest.mark.parametrize(
    "eligible",
    [
        {},
        {"categories": ["water", "school"]},
        {"oblasts": ["41703"]},
        {"villages": ["41703215820"]},
        {"villages": ["41708", "417032"]},  # everything below this code
        {"min_project": 100, "max_project": 100},  # without what is given in kind
    ],
)
def test_a_project_that_fulfils_all_conditions_is_in(eligible):
    assert refusal(**eligible) is None


@pytest.mark.parametrize(
    ("eligible", "which"),
    [
        ({"categories": ["water"]}, "categories"),
        ({"oblasts": ["41708"]}, "oblasts"),
        ({"villages": ["41703215821"]}, "villages"),
        ({"min_project": 101}, "min_project"),
        ({"max_project": 99}, "max_project"),
    ],
)
def test_a_condition_that_does_not_hold_is_named(eligible, which):
    assert refusal(**eligible) == which
    assert refusal(ProjectFacts("unknown"), **eligible) == which


@pytest.mark.parametrize(
    ("eligible", "at", "which"),
    [
        ({"from": "2026-03-02"}, "2026-03-01T23:59:59Z", "from"),
        ({"from": "2026-03-02"}, "2026-03-02T00:00:00Z", None),
        ({"from": "2026-03-02"}, "", "from"),
        ({"until": "2026-03-02"}, "2026-03-02T23:59:59Z", None),
        ({"until": "2026-03-02"}, "2026-03-03T00:00:00Z", "until"),
        ({"until": "2026-03-02"}, "", "until"),
        ({}, "", None),
    ],
)
def test_both_days_belong_to_the_call(eligible, at, which):
    assert rule("proportional", rate=1, eligible=eligible).eligible.gift_refusal(gift(1, at=at)) == which


def test_a_mere_pledge_is_left_out_where_only_payments_count():
    paid = rule("proportional", rate=1, eligible={"confirmed_only": True})
    pledge = gift(1, confirmed=False)
    assert gift_draw(paid, pledge, SCHOOL, Standing()).why == "not_eligible:confirmed_only"
    assert gift_draw(rule("proportional", rate=1), pledge, SCHOOL, Standing()).matched == 100


@pytest.mark.parametrize(("first_time", "matched"), [(True, 100), (False, 0), (None, 0)])
def test_first_time_donors_have_to_be_known_as_such(first_time, matched):
    welcome = rule("proportional", rate=1, eligible={"first_time_donors": True})
    assert gift_draw(welcome, gift(1), SCHOOL, Standing(), first_time=first_time).matched == matched


def test_within_a_list_the_first_gift_of_a_donor_is_told_by_its_time():
    welcome = rule("proportional", rate=1, eligible={"first_time_donors": True})
    gifts = [
        gift(1, donor="a", at="2026-03-02"),
        gift(2, donor="a", at="2026-03-01", project="q"),
        gift(3, donor="b", at="2026-03-01", first_time=False),
    ]
    result = allocate(welcome, gifts)
    assert {name: drawn.matched for name, drawn in result.gifts.items()} == {"0001": 0, "0002": 100, "0003": 0}


@pytest.mark.parametrize(("confirmed_only", "matched"), [(True, 100), (False, 200)])
def test_a_pledge_that_was_never_paid_is_no_first_gift_where_only_payments_count(confirmed_only, matched):
    eligible = {"first_time_donors": True, "confirmed_only": confirmed_only}
    gifts = [gift(1, amount=200, at="2026-03-01", confirmed=False), gift(2, at="2026-03-02")]
    assert allocate(rule("proportional", rate=1, eligible=eligible), gifts).total == matched


def test_guests_with_one_payer_are_one_donor():
    once = {"rate": 1, "gifts_per_donor": 1}
    gifts = [gift(1, donor="guest-1", payer="card-7"), gift(2, donor="guest-2", payer="card-7"), gift(3, donor="b")]
    assert allocate(rule("proportional", **once), gifts).total == 200
    assert allocate(rule("proportional", **once, eligible={"donors": "accounts"}), gifts).total == 300


def test_one_payer_with_many_names_does_not_reach_a_goal_alone():
    goal = {"amount": 500, "goal": {"donors": 2}}
    gifts = [gift(1, donor="guest-1", payer="card-7"), gift(2, donor="guest-2", payer="card-7")]
    assert allocate(rule("challenge", **goal), gifts).total == 0
    assert allocate(rule("challenge", **goal, eligible={"donors": "accounts"}), gifts).total == 500


@pytest.mark.parametrize(
    "kind",
    [
        {"kind": "proportional", "rate": 1},
        {"kind": "challenge", "amount": 70, "goal": {"donors": 1}},
        {"kind": "tiers", "per": "project", "tiers": [{"donors": 1, "rate": 1}]},
    ],
)
def test_what_is_not_eligible_is_listed_with_nothing_and_the_reason(kind):
    only = kind | {"eligible": {"categories": ["school"], "until": "2026-03-31"}}
    gifts = [gift(1), gift(2, "q"), gift(3, "late", at="2026-04-01")]
    facts = {"p": SCHOOL, "late": SCHOOL, "q": ProjectFacts("q", category="road")}
    rows = {
        each.project: (each.contributed, each.matched > 0, each.reason)
        for each in allocate(rule(**only), gifts, facts).allocations
    }
    assert rows == {
        "p": (100, True, "full"),
        "q": (100, False, "not_eligible:categories"),
        "late": (100, False, "not_eligible:until"),
    }
