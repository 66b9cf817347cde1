"""A rule is data: nothing in it is guessed, nothing overlooked, and its name is the hash of exactly what it says."""

import json
from fractions import Fraction

import pytest

from birge_engine.matching import ProjectFacts, RuleError, projects_parse, rule_canonical, rule_digest, rule_parse

SOM_FOR_SOM = {"kind": "proportional", "currency": "KGS", "rate": 1}


def refusal(data):
    with pytest.raises(RuleError) as caught:
        rule_parse(data)
    return caught.value.field


def test_amounts_are_in_units_of_the_currency_as_text_or_whole_numbers():
    rule = rule_parse(SOM_FOR_SOM | {"pool": 5000, "cap_per_donor": "12.50"})
    assert (rule.pool, rule.cap_per_donor, rule.cap_per_project) == (500_000, 1250, None)


def test_whole_numbers_of_any_size_are_taken_without_a_currency():
    assert rule_parse(SOM_FOR_SOM | {"currency": "XTS", "pool": str(10**40 + 1)}).pool == 10**40 + 1


def test_null_is_the_same_as_missing():
    assert rule_parse(SOM_FOR_SOM | {"pool": None, "eligible": None}) == rule_parse(SOM_FOR_SOM)


@pytest.mark.parametrize(
    "amount", [12.5, True, "-1", -1, "1e3", "NaN", "1.234", " 1", "1,000", "", "٣", [], {"num": 1, "den": 1}]
)
def test_what_is_no_amount_is_refused(amount):
    assert refusal(SOM_FOR_SOM | {"pool": amount}) == "pool"


@pytest.mark.parametrize(
    "rate",
    [0.5, True, "-1", -1, "1/3", "1e3", "", None, {"num": 1, "den": 0}, {"num": 1}, {"num": 1, "den": 3, "x": 1}],
)
def test_what_is_no_rate_is_refused(rate):
    assert refusal(SOM_FOR_SOM | {"rate": rate}).startswith("rate")


@pytest.mark.parametrize(("rate", "meant"), [(2, 2), ("0.5", Fraction(1, 2)), ({"num": 1, "den": 3}, Fraction(1, 3))])
def test_a_rate_is_exact(rate, meant):
    assert rule_parse(SOM_FOR_SOM | {"rate": rate}).rate == meant


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "magic"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["proportional"]}, "kind"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": None}, "currency"),
        ({"currency": 7}, "currency"),
        ({"cap_per_doner": 5}, "cap_per_doner"),
        ({"cap_per_doner": None}, "cap_per_doner"),
        ({"decimals": 19}, "decimals"),
        ({"decimals": -1}, "decimals"),
        ({"decimals": "2"}, "decimals"),
        ({"stack": "yes"}, "stack"),
        ({"when_dry": "weep"}, "when_dry"),
        ({"rounding": "up"}, "rounding"),
        ({"gifts_per_donor": "1"}, "gifts_per_donor"),
        ({"gifts_per_donor": -1}, "gifts_per_donor"),
        ({"eligible": []}, "eligible"),
        ({"eligible": {"category": ["school"]}}, "eligible.category"),
        ({"eligible": {"categories": "school"}}, "eligible.categories"),
        ({"eligible": {"categories": []}}, "eligible.categories"),
        ({"eligible": {"from": "1 March"}}, "eligible.from"),
        ({"eligible": {"until": "2026-02-30"}}, "eligible.until"),
        ({"eligible": {"from": "2026-03-02", "until": "2026-03-01"}}, "eligible.until"),
        ({"eligible": {"min_project": 2, "max_project": 1}}, "eligible.max_project"),
        ({"eligible": {"donors": "cats"}}, "eligible.donors"),
        ({"projects": {"p": {"colour": "red"}}}, "projects.p.colour"),
        ({"projects": {"p": {"shares": {"donors": "1.005"}}}}, "projects.p.shares.donors"),
        ({"projects": {"p": None}}, "projects.p"),
        ({7: 1}, "rule"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(change, field):
    assert refusal(SOM_FOR_SOM | change) == field


@pytest.mark.parametrize("data", [None, [], "proportional", 7])
def test_a_rule_is_an_object(data):
    assert refusal(data) == "rule"


def test_words_for_people_do_not_matter_to_the_machine():
    assert rule_parse(SOM_FOR_SOM | {"name": "Som for som", "text": {"ky": "…"}}) == rule_parse(SOM_FOR_SOM)


def test_a_round_does_not_ask_who_came_first():
    by_donors = {"kind": "tiers", "currency": "KGS", "per": "project", "tiers": [{"donors": 1, "rate": 1}]}
    assert refusal(by_donors | {"when_dry": "pro_rata"}) == "when_dry"


def test_a_simulation_finds_the_projects_in_the_rule():
    facts = {"category": "water", "village": "41708", "shares": {"donors": "10.50"}, "weight": "1.5", "rest": 3}
    assert projects_parse(SOM_FOR_SOM | {"projects": {"p": facts}}) == {
        "p": ProjectFacts(
            "p", category="water", village="41708", shares={"donors": 1050}, weight=Fraction(3, 2), rest=300
        )
    }


def test_the_canonical_form_has_one_spelling():
    assert rule_canonical({"b": [1, {"d": None, "c": "сом"}], "a": True, "n": None}) == (
        '{"a":true,"b":[1,{"c":"сом"}]}'.encode()
    )


def test_the_digest_does_not_depend_on_order_or_absent_fields():
    turned = dict(reversed((SOM_FOR_SOM | {"pool": None}).items()))
    assert rule_digest(turned) == rule_digest(json.loads(json.dumps(SOM_FOR_SOM)))
    assert rule_digest(SOM_FOR_SOM) != rule_digest(SOM_FOR_SOM | {"rate": 2})
    assert len(rule_digest(SOM_FOR_SOM)) == 64


@pytest.mark.parametrize("value", [0.5, float("nan"), b"x", {1: 2}, "\ud800", {"x": 1.0}])
def test_what_is_no_plain_json_has_no_digest(value):
    with pytest.raises(RuleError):
        rule_digest(SOM_FOR_SOM | {"text": value})
