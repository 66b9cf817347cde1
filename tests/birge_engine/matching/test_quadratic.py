"""Quadratic rounds: exact, within the pool and the caps, and the same in any order and with or without numpy."""

from decimal import Context, Decimal, localcontext
from itertools import combinations
from math import isqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, allocate, fast, numeric
from birge_engine.matching.certified import root_spans as quick_spans
from birge_engine.matching.columns import columns_from
from birge_engine.matching.exact import Spans, Undecided, capped, exceeds, portions, root_spans, wholes
from birge_engine.matching.model import RuleError
from birge_engine.matching.totals import totals
from tests.support.matching import gift, gift_lists, rule

ALL = ["normalised", "capital_constrained", "sum_of_roots", "pairwise", "pairwise_bounded"]
BY_ROOTS = ALL[:3]
large = st.integers(1, 10**15) | st.sampled_from([1, 2, 3, 4, 2**53 - 1, 2**53, 10**14, 10**12 + 1])


def quadratic(variant, pool=1000, **data):
    pairs = {"threshold": data.pop("threshold", 25)} if "pairwise" in variant else {}
    return rule("quadratic", variant=variant, pool=pool, **pairs, **data)


@st.composite
def rounds(draw, amounts=large, most=30):
    """Gifts of up to eight donors to up to five projects, some of them equal."""
    rows = draw(st.lists(st.tuples(st.sampled_from("vwxyz"), st.sampled_from("abcdefgh"), amounts), max_size=most))
    return [gift(number, project, donor, amount) for number, (project, donor, amount) in enumerate(rows)]


@st.composite
def rules(draw, variants=ALL):
    variant = draw(st.sampled_from(variants))
    return quadratic(
        variant,
        draw(st.sampled_from([0, 1, 7, 1000, 10**6, 10**9, 10**15, 10**17])),
        spend_all=draw(st.booleans()),
        decimals=draw(st.none() | st.integers(0, 9)),
        cap_per_project=draw(st.none() | st.integers(0, 10**9)),
        rounding=draw(st.sampled_from(["largest_remainder", "down"])),
        minimum_contribution=draw(st.sampled_from([None, 1, 3])),
        threshold=draw(st.sampled_from([1, 25, 10**6])),
    )


def matched(found):
    return {each.project: each.matched for each in found.allocations}


def raw(gifts, places=60):
    """Compute the published formula with many decimal places."""
    with localcontext() as context:
        context.prec = places
        given = {}
        for each in gifts:
            given.setdefault(each.project, {}).setdefault(each.donor, []).append(each.amount)
        sums = {name: [sum(parts) for parts in donors.values()] for name, donors in given.items()}
        return {name: sum(Decimal(c).sqrt() for c in each) ** 2 - sum(each) for name, each in sums.items()}


@given(rules(), rounds())
def test_a_round_never_gives_more_than_its_pool_nor_more_than_a_cap(rule, gifts):
    found = allocate(rule, gifts)
    assert found.total <= rule.pool * rule.factor
    if rule.cap_per_project is not None:
        assert all(each.matched <= rule.cap_per_project * rule.factor for each in found.allocations)
    assert all(each.matched >= 0 for each in found.allocations)


@given(rules(), rounds(), st.randoms(use_true_random=False))
def test_the_order_of_gifts_does_not_count(rule, gifts, random):
    assert allocate(rule, random.sample(gifts, len(gifts))) == allocate(rule, gifts)


@given(rules(), rounds())
def test_what_was_contributed_is_added_up_exactly(rule, gifts):
    found = {each.project: each.contributed for each in allocate(rule, gifts).allocations}
    for project in found:
        assert found[project] == sum(each.amount for each in gifts if each.project == project)


@given(rules(), rounds())
def test_numpy_changes_nothing(rule, gifts):
    columns = columns_from(gifts)
    assert columns is not None
    assert fast.allocate(rule, columns) == allocate(rule, gifts)


@given(rules(), rounds(st.integers(0, 5)))
def test_numpy_changes_nothing_where_many_are_equal(rule, gifts):
    assert fast.allocate(rule, columns_from(gifts)) == allocate(rule, gifts)


@given(rules(), rounds())
def test_without_numpy_everything_is_the_same(rule, gifts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numeric, "np", None)
        assert columns_from(gifts) is None
        without = fast.allocate(rule, gifts)
    assert without == fast.allocate(rule, columns_from(gifts))


@given(rounds())
def test_quick_spans_hold_the_exact_ones(gifts):
    table = totals(columns_from(gifts))
    if any(table.grouped.amount > 2**53):
        return
    exact = root_spans(table.amounts(), 200)
    quick = quick_spans(table.grouped)
    for low, high, exact_low, exact_high in zip(quick.lows, quick.highs, exact.lows, exact.highs, strict=True):
        assert low << 122 <= exact_low <= exact_high <= high << 122


@given(rounds(), st.integers(0, 9))
def test_an_unsaturated_round_gives_the_formula_rounded_down(gifts, decimals):
    found = matched(allocate(quadratic("normalised", 10**40, decimals=decimals), gifts))
    for project, exact in raw(gifts, 120).items():
        exact = exact.scaleb(decimals, Context(prec=120))
        nearest = exact.to_integral_value()
        touches = abs(exact - nearest) < Decimal("1e-25")
        assert found[project] == (nearest if touches else int(exact))


@given(rounds(), st.integers(0, 10**6), st.sampled_from(["normalised", "capital_constrained"]))
def test_a_saturated_round_gives_each_its_part_to_the_unit(gifts, pool, variant):
    exact = raw(gifts, 120)
    found = matched(allocate(quadratic(variant, pool, spend_all=True), gifts))
    whole = sum(each for each in exact.values() if each > Decimal("0.5"))  # two donors bring 2 at the least
    for project, each in exact.items():
        part = pool * each / whole if whole else 0
        assert part - 1 - Decimal("1e-20") < found[project] < part + 1
    if variant == "normalised" and whole:
        assert sum(found.values()) == pool


@given(rounds(), st.integers(0, 10**6))
def test_sum_of_roots_gives_each_its_part_rounded_down(gifts, pool):
    found = matched(allocate(quadratic("sum_of_roots", pool), gifts))
    sums = {}
    for project, donor in {(each.project, each.donor) for each in gifts}:
        c = sum(each.amount for each in gifts if (each.project, each.donor) == (project, donor))
        sums[project] = sums.get(project, 0) + isqrt(c << 400)
    for project, each in sums.items():
        assert abs(found[project] - pool * each // sum(sums.values())) <= 1


@given(rounds(), st.integers(0, 4), large)
def test_a_larger_gift_never_lowers_its_own_projects_raw_match(gifts, index, more):
    if index >= len(gifts):
        return
    rule, own = quadratic("normalised", 10**40, decimals=6), gifts[index].project
    after = [*gifts, gift(99, own, gifts[index].donor, more)]
    assert matched(allocate(rule, after))[own] >= matched(allocate(rule, gifts))[own]


@given(large, st.sampled_from(["normalised", "capital_constrained", "pairwise", "pairwise_bounded"]), st.booleans())
def test_a_lone_donor_draws_nothing(amount, variant, spend_all):
    found = allocate(quadratic(variant, 10**20, spend_all=spend_all), [gift(1, amount=amount)])
    assert [(each.matched, each.reason) for each in found.allocations] == [(0, "lone_donor")]


@given(st.lists(large, min_size=2, max_size=9))
def test_many_gifts_of_one_donor_are_one(amounts):
    gifts = [gift(number, donor="b", amount=amount) for number, amount in enumerate(amounts)]
    rule = quadratic("normalised", 10**40)
    once = [gift(1, donor="b", amount=sum(amounts)), gift(2, donor="c", amount=7)]
    assert matched(allocate(rule, [*gifts, gift(99, donor="c", amount=7)])) == matched(allocate(rule, once))


def test_who_takes_many_names_draws_what_is_nobodys():
    """Ten names for one thousand: raw goes from 0 to 9 000. Nothing here can see it; persons have to be confirmed."""
    one = [gift(1, amount=1000)]
    ten = [gift(number, donor=f"name {number}", amount=100) for number in range(10)]
    rule = quadratic("normalised", 10**6)
    assert (allocate(rule, one).total, allocate(rule, ten).total) == (0, 9000)


@pytest.mark.parametrize(("amounts", "expected"), [([2, 2], 4), ([2, 8], 8), ([3, 12, 27], 66), ([1, 1], 2)])
def test_roots_that_meet_in_a_whole_number_are_exact(amounts, expected):
    """(√2 + √2)² is 8 and not 7."""
    gifts = [gift(number, donor=str(number), amount=amount) for number, amount in enumerate(amounts)]
    assert allocate(quadratic("normalised", 1000), gifts).total == expected
    assert fast.allocate(quadratic("normalised", 1000), columns_from(gifts)).total == expected


def test_a_part_that_is_whole_is_exact_though_its_roots_are_not():
    gifts = [gift(1, "p", "a", 1), gift(2, "p", "b", 2), gift(3, "q", "a", 4), gift(4, "q", "b", 8)]
    found = allocate(quadratic("normalised", 100, spend_all=True, rounding="down"), gifts)
    assert matched(found) == {"p": 20, "q": 80}  # 2√2 and 8√2


def test_equal_projects_share_a_last_unit_by_their_ids():
    gifts = [
        gift(10 * number + who, project, str(who), 3 + 4 * who)
        for number, project in enumerate("qpr")
        for who in (1, 2)
    ]
    assert matched(allocate(quadratic("normalised", 8), gifts)) == {"p": 3, "q": 3, "r": 2}
    assert matched(fast.allocate(quadratic("normalised", 8), columns_from(gifts))) == {"p": 3, "q": 3, "r": 2}


def test_nothing_is_handed_out_above_the_formula_in_an_unsaturated_round():
    """The fault of another engine: what a cap cut off went to a project that had 98 and was given 200."""
    gifts = [gift(number, "p", str(number), 100) for number in range(10)]
    gifts += [gift(20, "q", "a", 49), gift(21, "q", "b", 49)]
    found = allocate(quadratic("normalised", 100_000, cap_per_project=1000), gifts)
    assert [(each.matched, each.reason) for each in found.allocations] == [(1000, "cap_project"), (98, "full")]


def test_what_a_cap_frees_in_a_saturated_round_goes_to_those_below_it():
    gifts = [gift(number, "p", str(number), 100) for number in range(10)]
    gifts += [gift(20, "q", "a", 49), gift(21, "q", "b", 49)]
    assert matched(allocate(quadratic("normalised", 1000, cap_per_project=600), gifts)) == {"p": 600, "q": 400}


def test_gifts_below_the_minimum_are_contributed_but_do_not_count():
    gifts = [gift(1, donor="a", amount=100), gift(2, donor="b", amount=9)]
    found = allocate(quadratic("normalised", 10**6, minimum_contribution=10), gifts)
    assert [(each.contributed, each.matched, each.reason) for each in found.allocations] == [(109, 0, "lone_donor")]


@given(st.lists(st.tuples(st.integers(0, 1000), st.none() | st.integers(0, 300)), max_size=6), st.booleans())
def test_capping_gives_no_more_than_there_was(rows, share_again):
    parts, caps = [part for part, _cap in rows], [cap for _part, cap in rows]
    found = capped(parts, caps, share_again=share_again)
    assert sum(found) <= sum(parts)
    assert all(cap is None or part <= cap for part, cap in zip(found, caps, strict=True))


def test_wide_spans_say_that_they_cannot_tell():
    wide = Spans(0, [9, 10], [11, 10], final=False)
    with pytest.raises(Undecided):
        portions(10, wide, largest_remainder=False)
    with pytest.raises(Undecided):
        wholes(Spans(1, [1], [2], final=False))
    with pytest.raises(Undecided):
        exceeds(wide, 20)
    assert wholes(Spans(1, [1], [2])) == [1]  # narrow ones that touch a unit mean it


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"variant": "cubic"}, "variant"),
        ({"variant": None}, "variant"),
        ({"variant": "pairwise"}, "threshold"),
        ({"variant": "pairwise_bounded", "threshold": 0}, "threshold"),
        ({"threshold": "-5"}, "threshold"),
        ({"variant": "sum_of_roots", "pool": None}, "pool"),
        ({"variant": "capital_constrained", "pool": None}, "pool"),
        ({"spend_all": True, "pool": None}, "pool"),
        ({"unit_value": 0}, "unit_value"),
        ({"variant": "pairwise", "threshold": 5, "unit_value": 1}, "unit_value"),
        ({"alpha": 1}, "alpha"),
        ({"pool": 1.5}, "pool"),
        ({"when_dry": "pro_rata"}, "when_dry"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(data, field):
    with pytest.raises(RuleError) as error:
        rule("quadratic", **{"variant": "normalised", "pool": 100, **data})
    assert error.value.field == field


def test_without_a_pool_the_formula_is_given_in_full():
    gifts = [gift(number, donor=donor, amount=100) for number, donor in enumerate("ab")]
    assert allocate(rule("quadratic", variant="normalised"), gifts).total == 200


@given(gift_lists(), rules())
def test_an_empty_pool_gives_nothing(gifts, some):
    empty = quadratic(some.variant, 0)
    assert allocate(empty, gifts).total == 0


def test_what_comes_near_a_unit_without_reaching_it_is_below_it():
    """2·√(2⁵³·(2⁵³ − 1)) lacks 3·10⁻¹⁷ of a whole number: floating-point numbers cannot tell."""
    gifts = [gift(1, donor="a", amount=2**53), gift(2, donor="b", amount=2**53 - 1)]
    for found in (allocate, lambda rule, gifts: fast.allocate(rule, columns_from(gifts))):
        assert found(quadratic("normalised", 10**40), gifts).total == 2**54 - 2


def test_a_plan_that_is_full_takes_no_more():
    gifts = [gift(number, donor=donor, amount=100) for number, donor in enumerate("ab")]
    found = allocate(quadratic("normalised"), gifts, {"p": ProjectFacts("p", rest=30)})
    assert [(each.matched, each.reason) for each in found.allocations] == [(30, "plan_full")]


@example([5, 5])
@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=5))
def test_raw_is_twice_the_sum_of_roots_of_products(amounts):
    """The form in which it is exact to see: (Σ√c)² − Σc = 2·Σ√(a·b)."""
    gifts = [gift(number, donor=str(number), amount=amount) for number, amount in enumerate(amounts)]
    found = allocate(quadratic("normalised", 10**40, decimals=9), gifts).total
    other = sum(2 * isqrt(a * b * 10**36) for a, b in combinations(amounts, 2)) // 10**9
    assert abs(found - other) <= 1
