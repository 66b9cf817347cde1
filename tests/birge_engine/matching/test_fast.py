"""A million gifts at once give exactly what they give one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from birge_engine.matching import ProjectFacts, allocate, fast, run
from birge_engine.matching.columns import columns_from
from tests.support.matching import amounts, caps, gift, gift_lists, pools, rates, rule

common = {
    "pool": pools,
    "cap_per_project": caps,
    "when_dry": st.sampled_from(["first_come", "pro_rata"]),
    "decimals": st.sampled_from([None, 0, 3]),
}
proportional = st.fixed_dictionaries(
    {
        **common,
        "rate": rates,
        "counted_per_contribution": caps,
        "cap_per_contribution": caps,
        "cap_per_donor": st.none() | st.none() | caps,
    }
)
PLANS = [("0.25", "0.25", "0.5"), ("0.5", "0.5", "0"), ("0.1", "0.4", "0.5"), ("0.6", "0.15", "0.25")]


@st.composite
def share_rules(draw):
    shares = zip(("donors", "village", "matching"), draw(st.sampled_from(PLANS)), strict=True)
    parties = [{"party": party, "share": share} for party, share in shares]
    parties[2]["cap"] = draw(caps)
    return rule("shares", **draw(st.fixed_dictionaries(common)), parties=parties)


some_rules = proportional.map(lambda data: rule("proportional", **data)) | share_rules()


@settings(max_examples=400)
@given(some_rules, gift_lists(most=25))
def test_columns_give_the_same_allocations(some, gifts):
    columns = columns_from(gifts)
    found = fast.allocate(some, columns)
    assert (found.allocations, found.scale) == (allocate(some, gifts).allocations, some.scale)


@given(some_rules, gift_lists(), st.randoms(use_true_random=False))
def test_the_order_of_gifts_does_not_count(some, gifts, random):
    shuffled = random.sample(gifts, len(gifts))
    assert (
        fast.allocate(some, columns_from(shuffled)).allocations == fast.allocate(some, columns_from(gifts)).allocations
    )


@pytest.mark.parametrize(
    "some",
    [
        rule("proportional", rate=1, pool=100),
        rule("proportional", rate=1, pool=100, cap_per_project=60, cap_per_contribution=50),
        rule("shares", pool=100, parties=[{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5"}]),
        rule("quadratic", variant="normalised", pool=100),
        rule("quadratic", variant="pairwise", threshold=5, pool=100),
        rule("lump", pool=100),
    ],
    ids=lambda some: some.kind,
)
def test_these_rules_never_look_at_single_gifts(some, monkeypatch):
    gifts = [gift(number, "pq"[number % 2], str(number % 3)) for number in range(9)]
    expected = allocate(some, gifts).allocations
    monkeypatch.setattr(run, "allocate", None)
    assert fast.allocate(some, columns_from(gifts)).allocations == expected


def test_what_does_not_fit_into_64_bits_is_counted_one_by_one():
    gifts = [gift(1, amount=2**61)]
    some = rule("proportional", rate=10**6)
    assert fast.allocate(some, columns_from(gifts)) == allocate(some, gifts)
    assert columns_from([gift(1, amount=2**62)]) is None


@given(gift_lists(), amounts)
def test_conditions_and_plans_are_looked_at_one_by_one(gifts, rest):
    some = rule("proportional", rate=1, eligible={"until": "2026-03-02"})
    facts = {"p": ProjectFacts("p", rest=rest)}
    assert fast.allocate(some, columns_from(gifts), facts).allocations == allocate(some, gifts, facts).allocations


def test_columns_can_be_read_as_gifts():
    gifts = [gift(number, "pq"[number % 2], str(number), number) for number in range(5)]
    assert list(columns_from(gifts)) == [*columns_from(gifts)[:]] == gifts
    assert columns_from(gifts)[1:3] == gifts[1:3]
    assert columns_from([gift(1, payer="x")]) is None
