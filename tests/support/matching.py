"""Rules, projects and gifts for hypothesis, small enough that caps, pools and ties are met often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from birge_engine.matching import Gift, ProjectFacts, Rule, rule_parse

PROJECTS, DONORS = "pqr", "abcd"
TIMES = ["", "2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z", "2026-04-01T00:00:00Z"]
XTS = {"currency": "XTS"}

amounts = st.integers(0, 400)
caps = st.none() | st.integers(0, 300)
pools = st.none() | st.integers(0, 1000)
rates = st.sampled_from([0, 1, 2, 3, "0.5", "0.25", "1.37", {"num": 1, "den": 3}, {"num": 2, "den": 7}])
common = {
    "pool": pools,
    "cap_per_project": caps,
    "when_dry": st.sampled_from(["first_come", "pro_rata"]),
    "rounding": st.sampled_from(["largest_remainder", "down"]),
}


def rule(kind: str, **data: Any) -> Rule:
    """Return a rule in whole numbers without a currency, unless `data` names one."""
    return rule_parse({"kind": kind, **XTS, **data})


def gift(number: int, project: str = "p", donor: str = "a", amount: int = 100, at: str = TIMES[1], **more: Any) -> Gift:
    """Return a gift; its id is its number."""
    return Gift(f"{number:04}", project, donor, amount, at, **more)


@st.composite
def gift_lists(draw: st.DrawFn, most: int = 14) -> list[Gift]:
    """Draw gifts of four donors to three projects at few different times."""
    count = draw(st.integers(0, most))
    return [
        gift(
            number,
            draw(st.sampled_from(PROJECTS)),
            draw(st.sampled_from(DONORS)),
            draw(amounts),
            draw(st.sampled_from(TIMES)),
        )
        for number in range(count)
    ]


@st.composite
def project_facts(draw: st.DrawFn) -> dict[str, ProjectFacts]:
    """Draw what is known of the projects: a plan or none, a rest or none."""
    return {
        name: ProjectFacts(
            name,
            category=draw(st.sampled_from(["school", "water"])),
            shares=draw(st.just({}) | st.fixed_dictionaries(dict.fromkeys(("donors", "village", "matching"), amounts))),
            rest=draw(st.none() | amounts),
            village_paid=draw(amounts),
        )
        for name in draw(st.sets(st.sampled_from(PROJECTS)))
    }


def proportional_rules(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of rules; `fixed` sets fields."""
    names = ["counted_per_contribution", "cap_per_contribution", "cap_per_donor"]
    numbers = st.none() | st.integers(0, 3)
    fields = common | {"rate": rates} | dict.fromkeys(names, caps)
    fields |= {"gifts_per_donor": numbers, "gifts_per_donor_here": numbers}
    return _rules("proportional", fields, fixed)


def shares_rules(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of plans with three parties."""
    weights = st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
    return _rules(
        "shares", common | {"parties": st.builds(_parties, weights, caps), "village_first": st.booleans()}, fixed
    )


def _parties(weights: tuple[int, int, int], cap: int | None) -> list[dict[str, Any]]:
    names = ("donors", "village", "matching")
    parties = [
        {"party": name, "share": {"num": weight, "den": sum(weights)}}
        for name, weight in zip(names, weights, strict=True)
    ]
    return [*parties[:2], parties[2] | {"cap": cap}]


def tiers_rules(per: str, **fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of tiers."""
    limit = {"gift": "at_least", "project": "donors"}.get(per, "up_to")
    steps = st.lists(st.tuples(st.integers(1, 300 if limit != "donors" else 4), rates), min_size=1, max_size=4)
    tiers = steps.map(lambda found: _tiers(limit, dict(found), rising=per == "gift"))
    fields = {name: each for name, each in common.items() if per != "project" or name != "when_dry"}
    return _rules("tiers", fields | {"per": st.just(per), "tiers": tiers}, fixed)


def _tiers(limit: str, steps: dict[int, Any], *, rising: bool) -> list[dict[str, Any]]:
    values = [steps[at] for at in sorted(steps)]
    if rising:
        values = sorted(values, key=lambda rate: rate["num"] / rate["den"] if isinstance(rate, dict) else float(rate))
    return [{limit: at, "rate": rate} for at, rate in zip(sorted(steps), values, strict=True)]


def challenge_rules(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of challenges."""
    goal = st.fixed_dictionaries(
        {"donors": st.integers(1, 3)},
        optional={
            "raised": amounts,
            "raised_share": st.sampled_from(["0", "0.5", "1"]),
            "village_paid_share": st.sampled_from(["0", "0.5", "1"]),
            "by": st.just("2026-03-02"),
        },
    )
    return _rules("challenge", common | {"amount": amounts, "goal": goal}, fixed)


def by_gift_rules(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of all rules that work gift by gift."""
    tiers = (tiers_rules(per, **fixed) for per in ("donor", "donor_here", "gift"))
    return st.one_of(proportional_rules(**fixed), shares_rules(**fixed), *tiers)


def all_rules(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return strategies for the data of every rule that is settled in this part of the engine."""
    return st.one_of(by_gift_rules(**fixed), challenge_rules(**fixed), tiers_rules("project", **fixed))


def _rules(kind: str, fields: dict[str, Any], fixed: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {"kind": kind, **XTS, **fixed}
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name not in fixed}
        | {name: st.just(value) for name, value in fixed.items()}
    )
