"""A plan that several parties bring together, each its share."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from birge_engine.matching import (
    ProjectFacts,
    RuleError,
    Standing,
    allocate,
    shares_called,
    shares_plan,
    shares_settle,
)
from tests.support.matching import amounts, gift, rule, shares_rules

QUARTER = {"num": 1, "den": 4}
MOLDOVA = {  # DAR 1+3; whoever gives beside the three has no limit
    "currency": "MDL",
    "parties": [
        {"party": "matching", "share": "0.5", "max_share": "0.5", "cap": 250_000},
        {"party": "village", "share": "0.1", "min_share": "0.1"},
        {"party": "donors", "share": "0.3", "min_share": "0.1"},
        {"party": "sponsors", "share": "0.1"},
    ],
    "minimum_project": 300_000,
}
MEXICO = {
    "currency": "MXN",
    "parties": [
        {"party": "matching", "share": QUARTER, "cap": 1_000_000},
        {"party": "state", "share": QUARTER},
        {"party": "village", "share": QUARTER},
        {"party": "donors", "share": QUARTER},
    ],
}


def shares(**data):
    return rule("shares", **data)


def plan(data, total):
    return {party: amount / 100 for party, amount in shares_plan(shares(**data), total * 100).items()}


def half(**data):
    parties = [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5"}]
    return shares(**({"parties": parties} | data))


def test_moldova_adds_half_to_a_project_of_four_hundred_thousand():
    assert plan(MOLDOVA, 400_000) == {"matching": 200_000, "village": 40_000, "donors": 120_000, "sponsors": 40_000}


def test_moldova_never_adds_more_than_a_quarter_of_a_million_and_the_village_comes_first_for_the_rest():
    assert plan(MOLDOVA, 800_000) == {"matching": 250_000, "village": 230_000, "donors": 240_000, "sponsors": 80_000}


def test_moldova_leaves_small_projects_alone():
    with pytest.raises(RuleError) as caught:
        plan(MOLDOVA, 299_999)
    assert caught.value.field == "minimum_project"
    facts = ProjectFacts("p", shares={"donors": 100_000_00, "matching": 199_999_99})
    assert shares(**MOLDOVA).draw(1, facts, Standing()).why == "not_eligible:minimum_project"


@given(st.integers(300_000_00, 10**12))
def test_moldovas_floors_and_ceilings_hold_to_the_last_ban(total):
    parts = shares_plan(shares(**MOLDOVA), total)
    assert sum(parts.values()) == total
    assert parts["matching"] * 2 <= total
    assert parts["matching"] <= 250_000_00
    assert min(parts["village"], parts["donors"]) * 10 >= total


def test_mexico_divides_into_four_quarters():
    assert plan(MEXICO, 3_200_000) == dict.fromkeys(["matching", "state", "village", "donors"], 800_000)


def test_in_mexico_what_the_federal_cap_cuts_off_goes_to_the_state():
    assert plan(MEXICO, 4_800_000) == {
        "matching": 1_000_000, "state": 1_400_000, "village": 1_200_000, "donors": 1_200_000
    }  # fmt: skip


def test_three_pesos_come_to_each_peso_of_the_migrants():
    parts = shares_plan(shares(**MEXICO), 3_200_000_00)
    assert shares_called(parts, 1_000_00) == dict.fromkeys(parts, 1_000_00)


@pytest.mark.parametrize(
    ("donors_in", "called"),
    [
        (0, {"donors": 0, "village": 0, "matching": 0}),
        (1, {"donors": 1, "village": 0, "matching": 2}),
        (2, {"donors": 2, "village": 1, "matching": 4}),
        (3, {"donors": 3, "village": 2, "matching": 7}),
        (9, {"donors": 3, "village": 2, "matching": 7}),
    ],
)
def test_money_is_called_in_proportion_rounded_down_and_whole_at_the_end(donors_in, called):
    assert shares_called({"donors": 3, "village": 2, "matching": 7}, donors_in) == called


def test_a_plan_without_donors_waits_for_nobody():
    assert shares_called({"village": 5, "matching": 7}, 0) == {"village": 5, "matching": 7}


def test_a_plan_that_cannot_be_brought_together_is_refused():
    capped = [{"party": "donors", "share": "0.5", "cap": 40}, {"party": "matching", "share": "0.5", "max_share": "0.5"}]
    assert shares_plan(half(parties=capped), 80) == {"donors": 40, "matching": 40}
    with pytest.raises(RuleError, match="cannot bring"):
        shares_plan(half(parties=capped), 82)
    thirds = [
        {"party": name, "share": {"num": 1, "den": 3}, "min_share": {"num": 1, "den": 3}}
        for name in ("donors", "village", "matching")
    ]
    with pytest.raises(RuleError, match="cannot bring"):
        shares_plan(shares(parties=thirds), 100)


def test_what_a_floor_demands_is_taken_from_the_last_first():
    third = {"num": 1, "den": 3}
    parties = [
        {"party": "donors", "share": third},
        {"party": "village", "share": third},
        {"party": "matching", "share": third, "min_share": third},
    ]
    assert shares_plan(shares(parties=parties), 100) == {"donors": 34, "village": 32, "matching": 34}


SHORT = {"donors": 100, "matching": 100}


def test_a_plan_that_waits_stands():
    assert shares_settle(half(short="wait"), SHORT, {"donors": 60}) == SHORT


def test_a_plan_that_is_scaled_shrinks_to_the_shortest():
    assert shares_settle(half(short="scale"), SHORT, {"donors": 61, "matching": 80}) == {"donors": 61, "matching": 61}
    assert shares_settle(half(short="scale"), SHORT, {"donors": 300}) == SHORT
    with pytest.raises(RuleError) as caught:
        shares_settle(half(short="scale", minimum_project=150), SHORT, {"donors": 61})
    assert caught.value.field == "short"


def test_what_one_party_lacks_another_takes_over_within_its_limits():
    parties = [
        {"party": "donors", "share": "0.5", "min_share": "0.2"},
        {"party": "matching", "share": "0.5", "max_share": "0.75"},
    ]
    over = half(parties=parties, short={"taken_over_by": "matching"})
    assert shares_settle(over, SHORT, {"donors": 60}) == {"donors": 60, "matching": 140}
    assert shares_settle(over, SHORT, {"donors": 150, "matching": 0}) == SHORT
    for brought in (49, 39):  # beyond the ceiling of one, below the floor of the other
        with pytest.raises(RuleError) as caught:
            shares_settle(over, SHORT, {"donors": brought})
        assert caught.value.field == "short"


def test_a_taker_cannot_lift_another_party_above_its_floor():
    parties = [
        {"party": "donors", "share": "0.5", "min_share": "0.3"},
        {"party": "matching", "share": "0.5"},
    ]
    with pytest.raises(RuleError, match="donors"):
        shares_settle(half(parties=parties, short={"taken_over_by": "matching"}), SHORT, {"donors": 59})


def test_a_plan_below_a_floor_from_the_beginning_stands_if_nobody_falls_short():
    parties = [{"party": "donors", "share": "0.5", "min_share": "0.3"}, {"party": "matching", "share": "0.5"}]
    over = half(parties=parties, short={"taken_over_by": "matching"})
    assert shares_settle(over, {"donors": 20, "matching": 180}, {}) == {"donors": 20, "matching": 180}


FACTS = ProjectFacts("p", shares={"donors": 300, "village": 200, "matching": 700})


@pytest.mark.parametrize(
    ("amount", "standing", "matched", "counted", "why"),
    [
        (100, Standing(), 233, 100, "full"),
        (100, Standing(project_given=100, project_matched=233), 233, 100, "full"),
        (100, Standing(project_given=200, project_matched=466), 234, 100, "full"),
        (150, Standing(project_given=200, project_matched=466), 234, 100, "plan_full"),
        (50, Standing(project_given=300, project_matched=700), 0, 0, "plan_full"),
        (100, Standing(pool_rest=100), 100, 43, "pool_rest"),
        (100, Standing(pool_rest=0), 0, 0, "pool_empty"),
        (0, Standing(project_given=150, project_matched=100), 250, 0, "full"),  # what is due by now
        (100, Standing(project_given=100, project_matched=600), 0, 0, "below_unit"),
    ],
)
def test_the_donors_money_calls_the_pools(amount, standing, matched, counted, why):
    drawn = half().draw(amount, FACTS, standing)
    assert (drawn.matched, drawn.counted, drawn.why) == (matched, counted, why)


def test_the_pool_is_capped_per_project():
    parties = [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5", "cap": 80}]
    assert half(parties=parties).draw(100, FACTS, Standing()).matched == 80
    assert half(cap_per_project=70).draw(100, FACTS, Standing()).why == "cap_project"
    assert shares_plan(half(cap_per_project=70), 200) == {"donors": 130, "matching": 70}


def test_a_plan_that_promises_more_than_the_ceiling_does_not_get_it():
    parties = [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5", "max_share": "0.5"}]
    assert half(parties=parties).draw(300, FACTS, Standing()).matched == 600  # half of 1200, not 700


def test_without_a_known_plan_the_rules_own_shares_are_the_proportion():
    assert shares(**MEXICO).draw(100, ProjectFacts("p"), Standing()).matched == 100
    assert allocate(shares(**MOLDOVA), [gift(1, amount=30), gift(2, amount=31)]).total == 101


def test_where_the_village_comes_first_nothing_is_called_before():
    parties = [{"party": name, "share": QUARTER} for name in ("donors", "state", "village", "matching")]
    first = shares(parties=parties, village_first=True)
    for paid, matched in ((0, 0), (199, 0), (200, 233)):
        facts = ProjectFacts("p", shares=FACTS.shares, village_paid=paid)
        drawn = first.draw(100, facts, Standing())
        assert (drawn.matched, drawn.why == "village_first") == (matched, matched == 0)
    assert first.draw(100, ProjectFacts("p"), Standing()).why == "village_first"


def test_a_negative_amount_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="negative"):
        half().draw(-1, FACTS, Standing())
    with pytest.raises(ValueError, match="negative"):
        shares_settle(half(short="scale"), SHORT, {"donors": -1})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parties": None}, "parties"),
        ({"parties": [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.4"}]}, "parties"),
        ({"parties": [{"party": "donors", "share": "0.5"}, {"party": "donors", "share": "0.5"}]}, "parties"),
        ({"parties": [{"party": "village", "share": "0.5"}, {"party": "matching", "share": "0.5"}]}, "parties"),
        ({"parties": [{"party": "donors", "share": 0}, {"party": "matching", "share": 1}]}, "parties"),
        ({"parties": [{"party": "donors", "share": 1, "max_share": "0.9"}]}, "parties[0].share"),
        ({"parties": [{"party": "donors", "share": "1.5"}]}, "parties[0].share"),
        ({"parties": [{"party": "donors"}]}, "parties[0].share"),
        ({"parties": [{"party": "donors", "share": 1, "limit": 3}]}, "parties[0].limit"),
        ({"pool_party": "donors"}, "pool_party"),
        ({"pool_party": "state"}, "pool_party"),
        ({"village_first": True}, "village_first"),
        ({"short": "weep"}, "short"),
        ({"short": {"taken_over_by": "state"}}, "short.taken_over_by"),
        ({"short": {}}, "short.taken_over_by"),
        ({"minimum_project": 5, "maximum_project": 4}, "maximum_project"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(change, field):
    with pytest.raises(RuleError) as caught:
        half(**change)
    assert caught.value.field == field


@given(shares_rules(), st.integers(0, 10**6))
def test_the_parts_add_up_within_all_limits(data, total):
    found = rule(**data)
    try:
        parts = shares_plan(found, total)
    except RuleError:
        assume(False)
    assert sum(parts.values()) == total
    for each in found.parties:
        party = found.party(each.party)
        assert party.least(total) <= parts[each.party] <= party.most(total)


plans = st.fixed_dictionaries(dict.fromkeys(("donors", "village", "matching"), amounts))


@given(plans, amounts, amounts)
def test_calls_grow_with_what_donors_bring_and_never_beyond_the_plan(parts, one, other):
    less, more = (shares_called(parts, donors_in) for donors_in in sorted((one, other)))
    assert all(less[party] <= more[party] <= parts[party] for party in parts)
    assert shares_called(parts, parts["donors"]) == parts


@given(plans, st.lists(amounts, max_size=8), st.permutations(range(8)))
def test_the_pool_gives_the_same_in_whatever_order_and_pieces_the_donors_give(parts, pieces, order):
    facts = {"p": ProjectFacts("p", shares=parts)}
    whole = allocate(half(), [gift(0, amount=sum(pieces))], facts)
    shuffled = [gift(order[number], amount=amount) for number, amount in enumerate(pieces)]
    assert allocate(half(), shuffled, facts).total == (whole.total if pieces else 0)


@given(shares_rules(), plans, amounts, amounts, st.none() | amounts, amounts)
def test_who_gives_more_never_draws_less(data, parts, one, other, pool_rest, matched):
    facts, standing = ProjectFacts("p", shares=parts), Standing(pool_rest, project_matched=matched)
    less, more = (rule(**data).draw(amount, facts, standing) for amount in sorted((one, other)))
    assert less.matched <= more.matched
    assert less.counted <= min(one, other)


@given(shares_rules(short="scale"), plans, plans)
def test_scaling_asks_nobody_for_more_than_he_can(data, parts, brought):
    end = shares_settle(rule(**data), parts, brought)
    assert all(end[party] <= min(parts[party], brought[party]) for party in parts)


@given(shares_rules(short={"taken_over_by": "matching"}), plans, plans)
def test_taking_over_brings_the_whole_plan(data, parts, brought):
    try:
        end = shares_settle(rule(**data), parts, brought)
    except RuleError:
        assume(False)
    assert sum(end.values()) == sum(parts.values())
    assert end["matching"] >= parts["matching"]
