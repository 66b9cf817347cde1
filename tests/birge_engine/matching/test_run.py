"""From a rule and its gifts to what each project gets."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, Tally, allocate, combine, gift_draw, rule_parse, split_between
from birge_engine.matching.run import FOR_PROJECTS
from tests.support.matching import all_rules, by_gift_rules, gift, gift_lists, project_facts, rule

DOUBLE = {"kind": "proportional", "rate": 1}


def matched(result):
    return {each.project: each.matched for each in result.allocations}


@given(all_rules(), gift_lists(), project_facts())
def test_no_rule_gives_more_than_its_pool_the_projects_cap_or_what_the_plan_lacks(data, gifts, facts):
    found = rule(**data)
    result = allocate(found, gifts, facts)
    assert found.pool is None or result.total <= found.pool
    for each in result.allocations:
        rest = facts[each.project].rest if each.project in facts else None
        assert each.matched >= 0
        assert found.cap_per_project is None or each.matched <= found.cap_per_project
        assert rest is None or each.matched <= rest


@given(all_rules(), gift_lists(), project_facts(), st.randoms())
def test_the_order_of_the_rows_never_counts(data, gifts, facts, chance):
    before = allocate(rule(**data), gifts, facts)
    chance.shuffle(gifts)
    assert allocate(rule(**data), gifts, facts) == before


@given(all_rules(), gift_lists(), project_facts())
def test_every_project_is_listed_once_with_all_that_was_given_and_a_reason(data, gifts, facts):
    result = allocate(rule(**data), gifts, facts)
    assert [each.project for each in result.allocations] == sorted({each.project for each in gifts} | set(facts))
    for each in result.allocations:
        assert each.contributed == sum(gift.amount for gift in gifts if gift.project == each.project)
        assert each.reason


@given(by_gift_rules(), gift_lists(), project_facts())
def test_what_gifts_draw_adds_up_to_what_projects_get(data, gifts, facts):
    result = allocate(rule(**data), gifts, facts)
    assert set(result.gifts) == {each.id for each in gifts}
    sums = dict.fromkeys((each.project for each in result.allocations), 0)
    for each in gifts:
        drawn = result.gifts[each.id]
        assert 0 <= drawn.counted <= each.amount
        sums[each.project] += drawn.matched
    assert sums == matched(result)


@given(by_gift_rules(when_dry="first_come"), gift_lists(), project_facts())
def test_gift_by_gift_comes_to_the_same_as_all_at_once(data, gifts, facts):
    found = rule(**data)
    tally, drawn = Tally(found), {}
    for each in sorted(gifts, key=lambda each: (each.at, each.id)):
        project = tally.now(facts.get(each.project, ProjectFacts(each.project)))
        drawn[each.id] = gift_draw(found, each, project, tally.standing(each))
        tally.add(each, drawn[each.id])
    assert drawn == allocate(found, gifts, facts).gifts


@given(by_gift_rules(when_dry="first_come"), gift_lists(), project_facts())
def test_a_pool_with_enough_in_it_gives_the_same_pro_rata(data, gifts, facts):
    endless = data | {"pool": None}
    assert allocate(rule(**endless), gifts, facts) == allocate(rule(**endless | {"when_dry": "pro_rata"}), gifts, facts)


@given(by_gift_rules(when_dry="pro_rata", rounding="largest_remainder"), gift_lists(), project_facts())
def test_pro_rata_spends_the_pool_to_the_last_unit_when_it_runs_dry(data, gifts, facts):
    found, endless = rule(**data), rule(**data | {"pool": None})
    wanted = allocate(endless, gifts, facts).total
    assert allocate(found, gifts, facts).total == (wanted if found.pool is None else min(wanted, found.pool))


@given(by_gift_rules(when_dry="pro_rata"), gift_lists(), project_facts())
def test_pro_rata_everybody_gets_the_same_part_of_what_he_would_have(data, gifts, facts):
    found = rule(**data)
    wants, gets = (allocate(each, gifts, facts).gifts for each in (rule(**data | {"pool": None}), found))
    whole = sum(each.matched for each in wants.values())
    if found.pool is not None and whole > found.pool:
        for name, want in wants.items():
            assert abs(gets[name].matched * whole - want.matched * found.pool) < whole


def test_pro_rata_ties_go_to_the_earlier():
    result = allocate(rule(**DOUBLE, pool=100, when_dry="pro_rata"), [gift(3), gift(2), gift(1)])
    assert {name: drawn.matched for name, drawn in result.gifts.items()} == {"0001": 34, "0002": 33, "0003": 33}
    down = allocate(rule(**DOUBLE, pool=100, when_dry="pro_rata", rounding="down"), [gift(3), gift(2), gift(1)])
    assert down.total == 99


def test_a_project_is_told_all_that_held_its_gifts_back():
    gifts = [gift(1, amount=60, at="1"), gift(2, amount=60, at="2"), gift(3, amount=60, at="3")]
    result = allocate(rule(**DOUBLE, pool=110, cap_per_contribution=50), gifts)
    assert [(each.matched, each.reason) for each in result.allocations] == [(110, "cap_contribution;pool_rest")]


def test_a_project_without_gifts_is_listed_too():
    (row,) = allocate(rule(**DOUBLE), [], {"p": ProjectFacts("p")}).allocations
    assert (row.contributed, row.matched, row.reason) == (0, 0, "no_gifts")


def test_fractions_of_the_unit_are_kept_where_the_rule_says_so():
    third = {"kind": "proportional", "rate": {"num": 1, "den": 3}, "currency": "KGS", "pool": "1.00"}
    result = allocate(rule(**third, decimals=4), [gift(1, amount=100), gift(2, amount=500)])
    assert (result.scale, result.total) == (4, 10_000)
    assert [(each.matched, each.counted) for each in result.gifts.values()] == [(3333, 100), (6667, 201)]


def test_fractions_are_dropped_where_the_rule_says_so():
    result = allocate(rule(**DOUBLE, currency="KGS", decimals=0), [gift(1, amount=1_99), gift(2, amount=2_99)])
    assert (result.scale, result.total) == (0, 3)


def test_a_projects_size_is_asked_in_the_same_units_whatever_places_are_kept():
    facts = {"p": ProjectFacts("p", shares={"donors": 50_00, "matching": 50_00})}
    for decimals in (0, 2, 6):
        middle = {"min_project": 100, "max_project": 100}
        kept = rule(**DOUBLE, currency="KGS", decimals=decimals, eligible=middle)
        assert allocate(kept, [gift(1, amount=5_00)], facts).total == 5 * 10**decimals


@given(all_rules(currency="KGS"), gift_lists(), project_facts(), st.sampled_from([0, 1, 2, 5]))
def test_limits_hold_and_sums_are_exact_whatever_places_are_kept(data, gifts, facts, decimals):
    gifts = [replace(each, amount=each.amount * 37) for each in gifts]
    found = rule(**data | {"decimals": decimals})
    result = allocate(found, gifts, facts)
    unit = Fraction(100, 10**decimals)  # what one unit of the result is, in tyiyn
    assert found.pool is None or result.total * unit <= found.pool
    for each in result.allocations:
        rest = facts[each.project].rest if each.project in facts else None
        assert found.cap_per_project is None or each.matched * unit <= found.cap_per_project
        assert rest is None or each.matched * unit <= rest
    if found.by_gift:
        assert sum(drawn.matched for drawn in result.gifts.values()) == result.total
        assert all(result.gifts[each.id].counted <= each.amount for each in gifts)


def test_gifts_need_names_of_their_own_and_amounts():
    with pytest.raises(ValueError, match="called"):
        allocate(rule(**DOUBLE), [gift(1), gift(1)])
    with pytest.raises(ValueError, match="negative"):
        allocate(rule(**DOUBLE), [gift(1, amount=-1)])


def test_two_rules_never_pay_for_the_same_som():
    """In Goteo's second version all valid strategies pay, although its text promises the first only."""
    first, second = combine([rule(**DOUBLE), rule(**DOUBLE)], [gift(1)])
    assert (first.total, second.total) == (100, 0)
    assert second.gifts["0001"].why == "matched_already"
    assert [(each.contributed, each.reason) for each in second.allocations] == [(100, "matched_already")]


def test_what_the_first_rule_leaves_of_a_gift_is_offered_to_the_second():
    rules = [rule(**DOUBLE, pool=30), rule(**DOUBLE, counted_per_contribution=50), rule(**DOUBLE)]
    assert [each.total for each in combine(rules, [gift(1)])] == [30, 50, 20]


def test_a_rule_that_stacks_matches_once_more():
    rules = [rule(**DOUBLE), rule(**DOUBLE, stack=True), rule(**DOUBLE)]
    assert [each.total for each in combine(rules, [gift(1)])] == [100, 100, 0]


def test_what_two_rules_matched_together_is_gone_once():
    half = rule(**DOUBLE, counted_per_contribution=50, stack=True)
    assert [each.total for each in combine([rule(**DOUBLE, pool=30), half, rule(**DOUBLE)], [gift(1)])] == [30, 50, 50]


def test_one_pool_can_hold_several_rules():
    rules = [rule(**DOUBLE, pool=60), rule(**DOUBLE, stack=True), rule(**DOUBLE, stack=True)]
    assert [each.total for each in combine(rules, [gift(1)], pool=100)] == [60, 40, 0]


def test_several_gifts_together_never_exceed_what_the_plan_lacks():
    result = allocate(rule(**DOUBLE), [gift(1), gift(2)], {"p": ProjectFacts("p", rest=150)})
    assert [(each.matched, each.reason) for each in result.allocations] == [(150, "plan_full")]


def test_several_rules_together_never_exceed_the_plan():
    facts = {"p": ProjectFacts("p", rest=150)}
    results = combine([rule(**DOUBLE), rule(**DOUBLE, stack=True)], [gift(1)], facts)
    assert [each.total for each in results] == [100, 50]


def test_a_round_takes_what_it_matched_from_later_rules():
    round_ = rule("tiers", per="project", tiers=[{"donors": 2, "rate": 1}])
    gifts = [gift(1, "p", "a"), gift(2, "p", "b"), gift(3, "q", "a")]
    assert [matched(each) for each in combine([round_, rule(**DOUBLE)], gifts)] == [
        {"p": 200, "q": 0},
        {"p": 0, "q": 100},
    ]


def test_a_challenge_counts_donors_whoever_matched_them():
    goal = rule("challenge", amount=70, goal={"donors": 1, "raised": 100})
    assert [each.total for each in combine([rule(**DOUBLE), goal, rule(**DOUBLE)], [gift(1)])] == [100, 70, 0]


def test_a_second_gift_is_no_first_one_because_the_first_was_matched_already():
    welcome = rule(**DOUBLE, eligible={"first_time_donors": True})
    gifts = [gift(1, at="1"), gift(2, at="2")]
    assert [each.total for each in combine([rule(**DOUBLE, gifts_per_donor=1), welcome], gifts)] == [100, 0]


@given(st.lists(all_rules(stack=False), max_size=3), gift_lists(), project_facts(), st.integers(0, 900))
def test_combined_rules_keep_to_the_gifts_the_plans_and_the_common_pool(data, gifts, facts, pool):
    rules = [rule(**each) for each in data]
    results = combine(rules, gifts, facts, pool=pool)
    assert sum(each.total for each in results) <= pool
    for name, known in facts.items():
        if known.rest is not None:
            assert sum(matched(each).get(name, 0) for each in results) <= known.rest
    per_som = [each for found, each in zip(rules, results, strict=True) if found.kind not in FOR_PROJECTS]
    for each in gifts:
        paid = [drawn.gifts[each.id] for drawn in per_som if each.id in drawn.gifts]
        assert sum(drawn.counted for drawn in paid if drawn.matched) <= each.amount


@given(all_rules(), gift_lists(), project_facts())
def test_one_rule_alone_gives_what_it_gives_in_company(data, gifts, facts):
    assert matched(combine([rule(**data)], gifts, facts)[0]) == matched(allocate(rule(**data), gifts, facts))


funds = st.lists(st.integers(-5, 10**6), max_size=6)


@given(st.integers(0, 10**7), funds)
def test_no_funder_gives_more_than_he_has_and_together_all_that_is_asked(amount, pools):
    parts = split_between(amount, pools)
    have = [max(0, pool) for pool in pools]
    assert sum(parts) == min(amount, sum(have))
    assert all(0 <= part <= pool for part, pool in zip(parts, have, strict=True))


def test_funders_cannot_be_asked_for_less_than_nothing():
    with pytest.raises(ValueError, match="negative"):
        split_between(-1, [5])


def test_a_year_of_gifts_is_allocated_quickly_and_to_the_last_tyiyn():
    chance = random.Random(7)
    gifts = [
        gift(number, f"p{chance.randrange(40)}", f"d{chance.randrange(900)}", chance.randrange(1, 10**6))
        for number in range(5000)
    ]
    capped = rule_parse(
        {"kind": "proportional", "currency": "KGS", "rate": "1.5", "cap_per_donor": 5000, "pool": 2_000_000}
    )
    result = allocate(capped, gifts)
    assert result.total == 200_000_000
