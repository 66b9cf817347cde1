"""A rule in words says all that the machine computes, and every reason of the engine has words."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import birge_engine.matching
from birge.places.models import Place
from birge_engine.matching import Eligibility, Rule, rule_parse
from birge_engine.matching.common import LARGEST_REMAINDER
from birge_engine.matching.quadratic import ROOTS, ROUNDING
from birge_engine.matching.rounds import rule_with
from funds.matching.wording import reason_words, rule_words, why_words
from funds.matching.wording_kinds import divides
from funds.matching.wording_why import OF_PROJECTS, WORDS
from tests.support.matching import all_rules as rules_of_four_kinds
from tests.support.matching import amounts, rule, tiers_rules

pytestmark = pytest.mark.django_db
LANGUAGES = ("ky", "ru", "en")
ENGINE = Path(birge_engine.matching.__file__).parent
many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

days = st.sampled_from(["2026-03-01", "2026-03-14"])
eligible = st.fixed_dictionaries(
    {},
    optional={
        "categories": st.sampled_from([["water"], ["school"], ["water", "school"], ["strange"]]),
        "oblasts": st.sampled_from([["41703000000000"], ["41706000000000"]]),
        "villages": st.sampled_from([["41703"], ["41703000000000"], ["41706", "41703"]]),
        "min_project": st.integers(0, 10),
        "max_project": st.integers(11, 20),
        "first_time_donors": st.booleans(),
        "confirmed_only": st.booleans(),
        "donors": st.sampled_from(["people", "accounts"]),
    },
) | st.fixed_dictionaries({}, optional={"from": days, "until": st.just("2026-04-01")})


@st.composite
def quadratic_rules(draw: st.DrawFn) -> dict[str, Any]:
    variant = draw(st.sampled_from(sorted(ROUNDING)))
    data = {"kind": "quadratic", "currency": "XTS", "variant": variant, "pool": draw(st.integers(0, 5))}
    if "pairwise" in variant:
        data["threshold"] = draw(st.integers(1, 3))
    elif draw(st.booleans()):
        data["unit_value"] = draw(st.integers(1, 2))
    return data | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "spend_all": st.booleans(),
                "minimum_contribution": st.integers(0, 3),
                "cap_per_project": amounts,
                "rounding": st.sampled_from(["largest_remainder", "down"]),
            },
        )
    )


lump_rules = st.fixed_dictionaries(
    {"kind": st.just("lump"), "currency": st.just("XTS"), "pool": st.integers(1, 5)},
    optional={
        "amount": st.integers(0, 3),
        "weights": st.sampled_from([{"p": 1}, {"p": 2}, {"p": "0.5", "q": 1}, {"p": {"num": 1, "den": 3}}]),
        "cap_per_project": amounts,
    },
)


@st.composite
def all_rules(draw: st.DrawFn) -> dict[str, Any]:
    data = draw(st.one_of(rules_of_four_kinds(), tiers_rules("donor"), quadratic_rules(), lump_rules))
    more = st.fixed_dictionaries(
        {},
        optional={
            "eligible": eligible,
            "stack": st.booleans(),
            "currency": st.sampled_from(["KGS", "USD"]),
            "decimals": st.integers(0, 4),
        },
    )
    return data | draw(more)


def meant(one: Rule) -> Rule:
    """Return the rule with everything left out that changes nothing of what it computes."""
    plain = replace(one, decimals=one.scale, eligible=_set_of(one.eligible))
    if not divides(one):
        plain = replace(plain, rounding=LARGEST_REMAINDER)
    if one.kind == "quadratic" and one.variant == ROOTS:
        plain = replace(plain, spend_all=False)
    if one.kind == "quadratic" and not one.variant.startswith("pairwise"):
        plain = replace(plain, threshold=None)  # it may stand there, so that a page can change the variant
    if one.kind == "lump" and one.weights is not None:
        plain = replace(plain, weights={name: each for name, each in one.weights.items() if each})
    return plain


def _set_of(eligible: Eligibility) -> Eligibility:
    sets = {name: getattr(eligible, name) for name in ("categories", "oblasts", "villages")}
    return replace(eligible, **{name: each and tuple(sorted(set(each))) for name, each in sets.items()})


@many
@given(all_rules(), all_rules(), st.sampled_from(LANGUAGES))
def test_two_rules_that_compute_different_things_have_different_words(first, second, language):
    if meant(rule_parse(first)) != meant(rule_parse(second)):
        assert rule_words(first, language) != rule_words(second, language)


@many
@given(st.data(), all_rules())
def test_each_field_that_changes_the_machine_changes_the_words(data, one):
    other = data.draw(all_rules().filter(lambda each: each["kind"] == one["kind"]))
    for name in sorted((set(one) | set(other)) - {"kind", "variant", "per"}):
        changed = {**one, name: other.get(name)}
        try:
            same = meant(rule_parse(changed)) == meant(rule_parse(one))
        except ValueError:
            continue
        for language in LANGUAGES:
            assert same or rule_words(changed, language) != rule_words(one, language), (name, language)


@many
@given(all_rules(), st.sampled_from(LANGUAGES))
def test_a_number_in_another_field_is_said_in_other_words(one, language):
    words, meaning = rule_words(one, language), meant(rule_parse(one))
    for changed in _swapped(one):
        try:
            same = meant(rule_parse(changed)) == meaning
        except ValueError:
            continue
        assert same or rule_words(changed, language) != words, changed


def _swapped(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rule with the values of two fields changed for each other, also inside its objects."""
    limits = ("pool", "cap_per_project", "counted_per_contribution", "cap_per_contribution", "cap_per_donor")
    names = dict.fromkeys([*data, *(limits if data.get("kind") == "proportional" else ())])
    for first, second in combinations(names, 2):
        yield {**data, first: data.get(second), second: data.get(first)}
    for name, value in data.items():
        if isinstance(value, dict):
            yield from ({**data, name: changed} for changed in _swapped(value))


@many
@given(all_rules())
def test_every_rule_is_said_in_every_language_and_in_that_one_alone(data):
    said = {language: rule_words(data, language) for language in LANGUAGES}
    assert len({len(each) for each in said.values()}) == 1
    for lines in zip(*said.values(), strict=True):
        assert len(set(lines)) == 3, lines
        assert all(line.endswith(".") and "%(" not in line for line in lines), lines


def test_the_strategies_reach_every_field_of_the_engine():
    known = {"kind", "text", "name", "projects", "pool", "rate", "limit", "share", "party", "parties", "tiers"}
    words = (Path(birge_engine.matching.__file__).parents[3] / "funds/matching").glob("wording*.py")
    text = "".join(path.read_text() for path in words)
    for kind in ("proportional", "shares", "tiers", "challenge", "quadratic", "lump"):
        for each in fields(type(rule(kind, **EXAMPLES[kind]))):
            assert each.name in known or f".{each.name}" in text or each.name == "decimals", (kind, each.name)
    for each in fields(Eligibility):
        assert f".{each.name}" in text, each.name
    assert is_dataclass(Eligibility)


EXAMPLES: dict[str, dict[str, Any]] = {
    "proportional": {"rate": 2},
    "shares": {"parties": [{"party": "donors", "share": "0.5"}, {"party": "matching", "share": "0.5"}]},
    "tiers": {"per": "donor", "tiers": [{"rate": 1}]},
    "challenge": {"amount": 5, "goal": {"donors": 3}},
    "quadratic": {"variant": "normalised"},
    "lump": {"amount": 5},
}


def test_a_villager_reads_what_the_machine_computes():
    Place.objects.create(
        kind="oblast", level=1, soate="41703000000000", name_ru="Баткенская область", name_ky="Баткен облусу",
        name_en="Batken oblast", valid_from=dt.date(2000, 1, 1),
    )  # fmt: skip
    data = {
        "kind": "proportional",
        "currency": "KGS",
        "rate": "2",
        "cap_per_donor": "5000",
        "eligible": {
            "categories": ["water", "kindergarten"],
            "oblasts": ["41703000000000"],
            "villages": ["41703"],
            "until": "2027-03-14",
        },
    }
    assert rule_words(data, "en") == [
        "For each som you give, this pool adds 2 som.",
        "At most 5,000 som for one person.",
        "Only for this work: drinking water, kindergarten.",
        "Only in: Batken oblast.",
        "Only for these places: Batken oblast with all its places (41703).",
        "Last day: 14 March 2027.",
        "Who promises first is matched first, as long as the money lasts.",
        "What an earlier rule has matched, this one does not match again.",
    ]
    assert rule_words(data, "ky")[0] == "Сиз берген ар бир сомго бул фонд 2\N{NO-BREAK SPACE}сом кошот."
    assert "Баткен облусу" in " ".join(rule_words(data, "ky"))


def test_half_a_som_is_said_in_whole_ones():
    half = {"kind": "proportional", "currency": "KGS", "rate": "0.5"}
    third = {"kind": "proportional", "currency": "KGS", "rate": {"num": 1, "den": 3}}
    assert rule_words(half, "en")[0] == "For each 100 som you give, this pool adds 50 som."
    assert rule_words(third, "en")[0] == "For each 3 som you give, this pool adds 1 som."


def test_a_rule_as_it_is_published_is_said_without_a_pool():
    data = {"kind": "quadratic", "currency": "KGS", "variant": "sum_of_roots"}
    assert rule_with(data, 5).pool == 5
    assert not any("In all" in line for line in rule_words(data, "en"))


def _codes() -> set[str]:
    """Return the codes that stand in the engine's source, where it says why."""
    found: set[str] = set()
    for path in sorted(ENGINE.glob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            found |= {each for part in _places_of_codes(node) for each in _texts(part)}
    return found


def _places_of_codes(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Drawn", "Allocation"):
        return node.args[-1:]
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("why", "reason", "lacks"):
        return [node.value]
    if isinstance(node, ast.Yield | ast.Return) and isinstance(node.value, ast.Tuple):
        return node.value.elts[1:]
    if isinstance(node, ast.FunctionDef) and node.name in ("_reason", "_lacks", "reached"):
        return [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None]
    if isinstance(node, ast.FunctionDef) and node.name in ("project_refusal", "gift_refusal"):
        returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
        named = [each.value for each in returned if isinstance(each, ast.Constant) and each.value]
        return [ast.Constant(f"not_eligible:{name}") for name in named]
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):  # NO_GIFTS, MATCHED_ALREADY = …
        names = [getattr(each, "id", "") for each in node.targets[0].elts]
        if "MATCHED_ALREADY" in names and isinstance(node.value, ast.Tuple):
            return node.value.elts
        if "why" in names and isinstance(node.value, ast.Tuple):
            return [node.value.elts[names.index("why")]]
    return []


def _texts(node: ast.AST) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    if isinstance(node, ast.Tuple):
        return {text for each in node.elts for text in _texts(each)}
    text = node.value if isinstance(node, ast.Constant) else None
    return {text} if isinstance(text, str) and re.fullmatch("[a-z_:]+", text) else set()


def test_every_code_of_the_engine_has_words():
    codes = _codes()
    assert {"once", "pool_empty", "plan_full", "goal_raised", "lone_donor", "matched_already"} <= codes
    assert {"not_eligible:oblasts", "not_eligible:from", "not_eligible:minimum_project"} <= codes
    assert codes - {""} <= set(WORDS), codes - set(WORDS)
    assert set(OF_PROJECTS) <= set(WORDS)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_reason_is_said_in_three_languages(code):
    assert len({why_words(code, None, language) for language in LANGUAGES}) == 3
    assert code == "full" or len({reason_words(code, language) for language in LANGUAGES}) == 3


def test_once_is_said_as_the_rule_has_it():
    plain = why_words("once", {"gifts_per_donor": 1}, "en")
    assert plain == "This pool matches each person once, and it has matched you."
    assert "for one project" in why_words("once", {"gifts_per_donor_here": 1}, "en")
    assert "only so often" in why_words("once", {"gifts_per_donor": 3}, "en")


def test_several_reasons_of_a_project_are_said_one_after_the_other():
    assert reason_words("full") == ""
    assert reason_words("pool_rest;pool_empty", "en") == "No more is left in this pool."
    assert reason_words("cap_donor;pool_empty", "en") == (
        "Some people reached the most for one person. Nothing is left in this pool."
    )
