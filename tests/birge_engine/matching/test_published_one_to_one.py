"""1:1 matching with caps: every case that Goteo's own tests publish. See data/SOURCE.md."""

import json
from pathlib import Path

import pytest

from birge_engine.matching import Gift, ProjectFacts, Standing, allocate, rule_parse, split_between

VECTORS = json.loads((Path(__file__).parent / "data" / "one_to_one_vectors.json").read_text())
DUPLICATE, SPLIT, CRITERIA = (
    VECTORS[name] for name in ("duplicate_invest", "split_between_funders", "criteria_invest")
)


def ours(their, pool):
    """Say their rule in our words: their cap of a gift is what counts of it; 0 is no cap."""
    return rule_parse(
        {
            "kind": "proportional",
            "currency": "XTS",
            "pool": pool,
            "rate": their["match_factor"],
            "counted_per_contribution": their["max_amount_per_invest"],
            "cap_per_project": their["max_amount_per_project"] or None,
            "gifts_per_donor": their["max_invests_per_user"],
        }
    )


def test_all_their_cases_are_here():
    assert [len(each["cases"]) for each in (DUPLICATE, SPLIT, CRITERIA)] == [4, 2, 2]


@pytest.mark.parametrize("case", DUPLICATE["cases"], ids=str)
def test_a_gift_is_doubled_as_they_say(case):
    rule = ours(DUPLICATE["defaults"] | case["vars"], case["pool"])
    standing = Standing(pool_rest=case["pool"], project_matched=case["already_matched"])
    assert rule.draw(case["pledge"], ProjectFacts("p"), standing).matched == case["expected_match"]
    assert allocate(rule, [Gift("g", "p", "d", case["pledge"])]).total == case["expected_match"]


@pytest.mark.parametrize("case", SPLIT["cases"], ids=str)
def test_a_match_is_drawn_from_several_funders_as_they_say(case):
    assert split_between(case["amount"], SPLIT["pools"]) == case["expected"]


@pytest.mark.parametrize("case", CRITERIA["cases"], ids=str)
def test_a_lump_is_released_when_they_say(case):
    their = CRITERIA["vars"]
    half = {"num": their["percent_of_donation"], "den": 100}
    data = {
        "kind": "challenge",
        "currency": "XTS",
        "amount": their["donation_per_project"],
        "goal": {"raised_share": half},
    }
    facts = {"p": ProjectFacts("p", shares={"donors": CRITERIA["project_minimum"]})}
    result = allocate(rule_parse(data), [Gift("g", "p", "d", case["raised"])], facts)
    assert result.total == case["expected_match"]
