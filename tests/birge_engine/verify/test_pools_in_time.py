"""What should have been drawn and was not; rules that begin, change and end; and what is published of them."""

import json

import pytest

from birge_engine.matching import rule_digest
from birge_engine.verify.cli import main
from tests.factories.matching_logs import (
    BANK,
    DONORS,
    FREE,
    ONE,
    ONE_DATA,
    OTHER,
    PROJECT,
    alone,
    gifts,
    held,
    line,
    promised,
)


# What was not drawn
def test_a_promise_that_drew_nothing_from_a_rule_with_money_is_found(verify):
    told = alone()
    told.pledge("G1", 300)
    status, said = verify(told)
    assert status == 1
    should = "should have drawn 300 (minor units) by the rule rule2345:1, and drew nothing"
    assert said.splitlines()[0] == f"DOES NOT HOLD: entry {told.place('G1')} (line {told.place('G1') + 1}): {should}"


def test_a_payment_that_drew_nothing_from_a_rule_for_gifts_is_found(verify):
    told = alone({"kind": "proportional", "currency": "KGS", "rate": 2, "eligible": {"confirmed_only": True}})
    told.pledge("G1", 300)
    told.pay("G1", 200)
    told.pledge("G1", 100, name="rest")
    assert "should have drawn 400 (minor units) by the rule rule2345:1, and drew nothing" in verify(told)[1]


def test_a_rule_for_gifts_draws_when_they_are_paid(verify):
    told = alone({"kind": "proportional", "currency": "KGS", "rate": 2, "eligible": {"confirmed_only": True}})
    told.pledge("G1", 300)
    told.pay("G1", 200)
    told.pledge("G1", 100, name="rest")
    told.reserve("G1", ONE, 400, "aigul")
    told.give(f"G1 {ONE}")
    assert verify(told)[0] == 0


def test_who_has_drawn_all_that_one_donor_may_draws_nothing(verify):
    """The log does not say who gave G2; it may have been she."""
    told = alone(ONE_DATA | {"cap_per_project": None})
    told.pledge("G1", 600)
    told.reserve("G1", ONE, 600, "aigul")
    told.pledge("G2", 300)
    assert verify(told)[0] == 0


def test_but_nobody_has_drawn_so_much(verify):
    told = alone(ONE_DATA | {"cap_per_project": None})
    told.pledge("G1", 500)
    told.reserve("G1", ONE, 500, "aigul")
    told.pledge("G2", 300)
    assert "should have drawn 100 (minor units) by the rule rule2345:1" in verify(told)[1]


TIERS = {
    "kind": "tiers",
    "currency": "KGS",
    "per": "donor",
    "tiers": [{"up_to": "1", "rate": 0}, {"up_to": "3", "rate": 1}],
}


@pytest.mark.parametrize(("amount", "holds"), [(50, True), (150, True), (300, False)])
def test_in_brackets_a_donor_is_looked_for_to_whom_the_rule_gives_nothing(amount, holds, verify):
    told = alone(TIERS)
    told.pledge("G1", 120)
    told.reserve("G1", ONE, 20, "aigul")
    told.pledge("G2", amount)
    if amount == 150:  # of somebody who is new 50 would be matched; of her 120 are behind the first bracket
        told.rule(ONE, TIERS | {"tiers": [{"up_to": "1", "rate": 0}, {"up_to": "2", "rate": 1}]}, 1)
        told.drop("G2")
        told.pledge("G1b", 80)
        told.reserve("G1b", ONE, 80, "aigul")
        told.pledge("G2", amount)
    assert (verify(told)[0] == 0) == holds


def test_what_a_pool_gives_is_matched_by_no_pool(verify):
    told = alone()
    told.pledge("G1", 300)
    told.say("free", "payment.received", (BANK, 300), (FREE, -300))
    told.say("gift", "pool.given", (FREE, 300), (held(PROJECT), -300), group="G1")
    told.say("met", "pledge.met", (promised(PROJECT), -300), (DONORS, 300), resolves="G1", group="G1")
    assert verify(told)[0] == 0


def test_what_a_matching_donor_promises_leaves_less_to_match(verify):
    told = alone(matching=500)
    told.say("big", "pledge.confirmed", (promised(PROJECT), 400), (DONORS, -400), group="BIG")
    told.pledge("G1", 300)
    told.reserve("G1", ONE, 100, "aigul")
    assert verify(told)[0] == 0


def test_a_project_without_a_matching_share_is_matched_by_nobody(verify):
    told = alone(matching=0)
    told.pledge("G1", 300)
    assert verify(told)[0] == 0


# Rules that begin, change and end
def test_a_promise_in_the_moment_in_which_a_rule_was_published_may_have_missed_it(verify):
    told = alone(published="2026-11-24")
    told.pledge("G1", 300)
    assert verify(told)[0] == 0


def test_a_promise_in_the_moment_in_which_a_rule_ended_may_have_missed_it(verify):
    told = alone()
    told.pledge("G1", 300)
    told.reserve("G1", ONE, 300, "aigul")
    told.rules[f"{ONE}:1"]["ended_at"] = "2026-11-20T00:00:00+00:00"
    told.say("released", "pledge.released", (line("promisor", ONE), 700), (line("pool", ONE), -700))
    told.say("back", "match.unbudgeted", (line("held", ONE), 700), (FREE, -700))
    assert "was not asked here" in verify(told)[1], "it drew after its end"
    told.drop(f"G1 {ONE}")
    told.amount("released", 1_000)
    told.amount("back", 1_000)
    assert verify(told)[0] == 0


def test_a_rule_that_is_said_to_have_ended_offers_no_more_money(verify):
    told = alone()
    told.rules[f"{ONE}:1"]["ended_at"] = "2026-11-20T00:00:00+00:00"
    told.pledge("G1", 300)
    for number in range(300):
        told.say(f"gift {number}", "payment.received", (BANK, 1), (held(OTHER), -1))
    status, said = verify(told)
    assert status == 1
    assert "the rule rule2345 ended on 2026-11-20, but its money was still offered" in said


def test_another_version_counts_anew(verify):
    told = alone(ONE_DATA | {"cap_per_project": None})
    told.pledge("G1", 600)
    told.reserve("G1", ONE, 600, "aigul")
    told.rule(ONE, ONE_DATA | {"rate": 2, "cap_per_project": None}, 1, number=2, published="2026-11-24")
    told.pledge("G2", 100)
    told.reserve("G2", ONE, 200, "aigul, again", number=2)
    assert verify(told)[0] == 0
    told.pledge("G3", 10)
    told.reserve("G3", ONE, 10, "bakyt", number=1)
    assert verify(told)[0] == 1, "the first version draws no more"


# What is published
PUBLISHED = {
    "another text": (
        lambda rules: rules["rule2345:1"]["data"].update(cap_per_donor="7"),
        "the rule rule2345:1 was published with the digest of another text: it was changed",
    ),
    "no rule": (
        lambda rules: rules["rule2345:1"].update(data={"kind": "gift"}, digest=rule_digest({"kind": "gift"})),
        "the rule rule2345:1 is no rule: currency",
    ),
    "a version left out": (
        lambda rules: rules.update({"rule2345:3": rules["rule2345:1"]}),
        "of the rule rule2345 not all versions were published",
    ),
    "one place for two": (
        lambda rules: rules["rule2345:1"].update(position=2),
        "two rules of pools were published in the same place of their order",
    ),
    "for another pool": (
        lambda rules: rules.update({"rule2345:2": rules["rule2345:1"] | {"pool": "else"}}),
        "the rule rule2345:2 was published for another pool than its first version",
    ),
}


@pytest.mark.parametrize("what", PUBLISHED)
def test_a_rule_that_was_changed_behind_is_found(what, verify):
    lie, words = PUBLISHED[what]
    told = gifts()
    told.rules = json.loads(json.dumps(told.rules))
    lie(told.rules)
    status, said = verify(told)
    assert status == 1
    assert words in said.splitlines()[0]


def test_a_rule_changed_behind_together_with_its_digest_gives_other_amounts(verify):
    told = gifts()
    told.rule(ONE, ONE_DATA | {"cap_per_donor": "7"}, 1)
    assert "the rule rule2345:1 gives 200 here, not 100 (minor units)" in verify(told)[1]


def test_a_reservation_names_the_text_of_its_rule_so_that_it_gets_no_other(verify):
    told = gifts()
    name = next(name for name in told.names if told.entries[name]["kind"] == "match.reserved")
    told.entries[name]["documents"] = [{"sha256": "0" * 64, "type": "matching-rule"}]
    status, said = verify(told)
    assert status == 1
    assert "was reserved by another text of the rule rule2345:1 than was published" in said


UNREADABLE = [
    ("rules.json", "[]"),
    ("rules.json", "{"),
    ("rules.json", "[" * 100_000),
    ("rules.json", '{"rule:1": {"data": {}}}'),
    ("rules.json", '{"rule": {"data": {}}}'),
    ("projects.json", '{"proj2345": {}}'),
    ("projects.json", '{"p": {"category": "", "oblast": "", "village": "", "shares": {"a": 1.5}, "currency": "KGS"}}'),
]


@pytest.mark.parametrize(("name", "text"), UNREADABLE)
def test_files_that_cannot_be_read_are_no_lie_but_cannot_be_checked(name, text, tmp_path, capsys):
    where = gifts().export(tmp_path / "export")
    (where / name).write_text(text)
    assert main([str(where)]) == 2
    assert f"COULD NOT CHECK: {name}: " in capsys.readouterr().out.replace(f"{where}: ", "")
