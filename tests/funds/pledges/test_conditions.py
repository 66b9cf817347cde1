"""Conditions of a pledge are data; one function judges them."""

import pytest

from birge.errors import InvalidInput
from funds.pledges.conditions import ConditionFacts, conditions_clean, conditions_hold

NOTHING = ConditionFacts(plan_whole=False, village_paid=False, confirmed_pledges=1)


def test_without_a_choice_a_pledge_waits_for_the_whole_plan():
    assert conditions_clean(None) == [{"kind": "plan_whole"}]


def test_a_pledge_without_conditions_is_due_at_once():
    assert conditions_hold([], NOTHING)


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        ({"kind": "plan_whole"}, ConditionFacts(plan_whole=True, village_paid=False, confirmed_pledges=1)),
        ({"kind": "village_paid"}, ConditionFacts(plan_whole=False, village_paid=True, confirmed_pledges=1)),
        ({"kind": "others", "count": 20}, ConditionFacts(plan_whole=False, village_paid=False, confirmed_pledges=21)),
    ],
)
def test_each_condition_holds_by_its_own_fact(condition, facts):
    assert conditions_hold([condition], facts)
    assert not conditions_hold([condition], NOTHING)


def test_the_giver_does_not_count_among_the_others():
    twenty = ConditionFacts(plan_whole=False, village_paid=False, confirmed_pledges=20)
    assert not conditions_hold([{"kind": "others", "count": 20}], twenty)


def test_all_conditions_must_hold_together():
    whole = ConditionFacts(plan_whole=True, village_paid=False, confirmed_pledges=1)
    assert not conditions_hold([{"kind": "plan_whole"}, {"kind": "village_paid"}], whole)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"kind": "full_moon"},
        {"kind": "plan_whole", "count": 3},
        {"kind": "others"},
        {"kind": "others", "count": 0},
        {"kind": "others", "count": True},
        {"kind": "others", "count": "20"},
        {"kind": "others", "count": 20, "more": 1},
    ],
)
def test_an_unknown_or_crooked_condition_is_refused(condition):
    with pytest.raises(InvalidInput) as refusal:
        conditions_clean([condition])
    assert refusal.value.field == "conditions"


def test_a_condition_said_twice_is_kept_once():
    assert conditions_clean([{"kind": "village_paid"}, {"kind": "village_paid"}]) == [{"kind": "village_paid"}]
