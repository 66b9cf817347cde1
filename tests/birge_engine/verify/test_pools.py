"""Each lie about what a rule of a pool reserved, gave or took back is named, though the platform has signed it."""

import pytest

from birge_engine.verify.cli import main
from tests.factories.logs import C, pack
from tests.factories.matching_logs import (
    FREE,
    HALF,
    HALF_DATA,
    ONE,
    ONE_DATA,
    OTHER,
    POOL,
    PROJECT,
    alone,
    gifts,
    held,
    line,
    tag,
)

CASES = {}


def case(name, words):
    """Register a lie about `gifts`: what it does, at which entry, and what must be said of it."""

    def register(lie):
        CASES[lie.__name__] = (lie, name, words)
        return lie

    return register


def test_a_correct_history_holds_from_a_folder_and_from_an_archive(verify, tmp_path, capsys):
    told = gifts()
    status, said = verify(told)
    assert status == 0
    assert "  7 allocations computed once more from the rules\n" in said
    folder = tmp_path / "export"
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    archive = pack(tmp_path / "ledger.tar.gz", {name: (folder / name).read_bytes() for name in names})
    assert main([str(archive)]) == 0
    assert capsys.readouterr().out == said


# What is reserved
@case(f"G1 {ONE}", "the rule rule2345:1 gives 500 here, not 501 (minor units)")
def too_much(told):
    told.amount(f"G1 {ONE}", 501)


@case(f"G1 {ONE}", "the rule rule2345:1 gives 500 here, not 499 (minor units)")
def too_little(told):
    told.amount(f"G1 {ONE}", 499)


@case(f"G1 {HALF}", "the rule rule6789:1 gives 250 here, not 251 (minor units)")
def a_tyiyn_by_the_second_rule(told):
    told.amount(f"G1 {HALF}", 251)


@case(f"G2 {ONE}", "the rule rule2345:1 gives 350 here, not 100 (minor units)")
def another_donor(told):
    told.entries[f"G2 {ONE}"]["tag"] = tag("somebody else")


@case(f"G2 {ONE}", "the tag of a donor of another rule")
def a_donor_of_another_rule(told):
    told.entries[f"G2 {ONE}"]["tag"] = tag("aigul, half")


@case(f"G2 {ONE}", "has the tag of a donor")
def no_donor(told):
    del told.entries[f"G2 {ONE}"]["tag"]


@case(f"G2 {ONE}", "gives 100 here, not 101 (minor units): cap_donor")
def more_than_one_donor_may_draw(told):
    told.amount(f"G2 {ONE}", 101)


@case(f"G4 {ONE}", "gives 25 here, not 26 (minor units): cap_project")
def more_than_one_project_may_draw(told):
    told.amount(f"G4 {ONE}", 26)


@case(f"G2 {HALF}", "gives 50 here, not 51 (minor units): pool_rest")
def more_than_is_left(told):
    told.amount(f"G2 {HALF}", 51)


@case("G4 dry", "the rule rule6789:1 gives 0 here, not 1 (minor units): pool_empty")
def something_after_the_pool_was_dry(told):
    told.reserve("G4", HALF, 1, "cholpon, half", name="G4 dry")


@case(f"G1 {HALF}", "the rule rule6789:1 gives 0 here, not 250 (minor units): matched_already")
def a_som_matched_twice(told):
    told.rule(HALF, HALF_DATA | {"stack": False}, 2)


@case("G1", "should have drawn 500 (minor units) by the rule rule2345:1, and drew nothing")
def in_another_order(told):
    first, second = told.place(f"G1 {ONE}"), told.place(f"G1 {HALF}")
    told.names[first], told.names[second] = told.names[second], told.names[first]


@case("once more", "was not asked here: rules are asked once, in their order")
def drawn_twice(told):
    told.rule(ONE, {"kind": "proportional", "currency": "KGS", "rate": "1", "stack": True}, 1)
    told.reserve("G1", ONE, 500, "aigul", name="once more")
    told.names.insert(told.place(f"G1 {ONE}") + 1, told.names.pop())


@case("for nobody", "the rule rule2345:1 matches no promise that stands in this group")
def for_nobody(told):
    told.reserve("G9", ONE, 1, "nobody", name="for nobody")


@case("too late", "a reservation beside no promise or payment that could have drawn it")
def for_an_old_promise(told):
    told.reserve("G1", ONE, 1, "aigul", name="too late")


@case(f"G1 {ONE}", "the rule rule2345:1 gives 100 here, not 500 (minor units): plan_full")
def more_than_the_plan_asks(told):
    told.plan(PROJECT, matching=100)


@case(f"G1 {ONE}", "gives 0 here, not 500 (minor units): not_eligible:categories")
def a_project_that_the_rule_does_not_match(told):
    told.rule(ONE, ONE_DATA | {"eligible": {"categories": ["water"]}}, 1)


@case(f"G1 {ONE}", "gives 0 here, not 500 (minor units): not_eligible:from")
def before_its_first_day(told):
    told.rule(ONE, ONE_DATA | {"eligible": {"from": "2026-11-25"}}, 1)


@case(f"G1 {ONE}", "gives 0 here, not 500 (minor units): not_eligible:until")
def after_its_last_day(told):
    told.rule(ONE, ONE_DATA | {"eligible": {"until": "2026-11-22"}}, 1)


@case(f"G2 {ONE}", "gives 0 here, not 100 (minor units): not_eligible:first_time_donors")
def a_donor_who_gave_before(told):
    told.rule(ONE, ONE_DATA | {"eligible": {"first_time_donors": True}}, 1)


@case(f"G1 {ONE}", "gives 0 here, not 500 (minor units): not_eligible:confirmed_only")
def a_promise_where_only_gifts_count(told):
    told.rule(ONE, ONE_DATA | {"eligible": {"confirmed_only": True}}, 1)


@case(f"G1 {ONE}", "was not asked here")
def by_a_version_that_came_later(told):
    told.rule(ONE, ONE_DATA, 1, published="2026-11-25")


@case(f"G1 {ONE}", "the rule 'rule2345:1' is not known to this verifier, and was not published")
def a_rule_that_was_not_published(told):
    del told.rules[f"{ONE}:1"]


@case("G1", "the plan of the project proj2345 was not published")
def a_plan_that_was_not_published(told):
    del told.projects[PROJECT]


@case(f"G1 {ONE}", "stands on pool:cust2345:pool-pool2345:rule6789, reserved:cust2345:pool-pool2345:rule6789, where")
def the_money_of_another_rule(told):
    accounts = [line("reserved", HALF), line("pool", HALF)]
    for posting, account in zip(told.entries[f"G1 {ONE}"]["postings"], accounts, strict=True):
        posting["account"] = account


@case(f"G1 {ONE}", "a rule that is no pool's reserves the money of a pool")
def under_the_name_of_the_village(told):
    told.entries[f"G1 {ONE}"]["rule"] = "village-1:1"


@case("undone", "what a rule of a pool reserved or gave is set free or taken back, never undone")
def a_match_undone(told):
    legs = (line("reserved", ONE), -25), (line("pool", ONE), 25)
    told.say("undone", "entry.reversed", *legs, reverses=f"G4 {ONE}", group="G4")


# What becomes of it
@case("G2 kept", "25 are to be reserved again here, not 26 (minor units)")
def a_part_too_large(told):
    told.amount("G2 kept", 26)
    told.amount("G2 waits", 74)


@case("G2 waits", "names another donor than what was reserved before")
def a_part_for_another_donor(told):
    told.entries["G2 waits"]["tag"] = tag("bakyt")


@case("G2 rest free", "though its promise stands")
def set_free_though_the_promise_stands(told):
    told.say("G2 rest free", "match.unreserved", (line("reserved", ONE), -25), (line("pool", ONE), 25),
             resolves=f"G4 {ONE}", group="G4")  # fmt: skip


@case("G4 given", "a match is given, though nothing has come for its promise")
def given_though_nothing_came(told):
    told.say("G4 given", "match.allocated", (line("held", ONE), 25), (held(PROJECT), -25),
             group="G4", rule=f"{ONE}:1", tag=tag("cholpon"))  # fmt: skip


@case(f"G1 {ONE} given", "gives 501 (minor units), but 500 was reserved for it, or for another donor")
def more_given_than_was_reserved(told):
    told.amount(f"G1 {ONE} given", 501)


@case(f"G1 {ONE} given", "but 500 was reserved for it, or for another donor")
def given_for_another_donor(told):
    told.entries[f"G1 {ONE} given"]["tag"] = tag("bakyt")


@case(f"G1 {ONE} given", "where its rule and its promise ask for held:cust2345:pool-pool2345:rule2345 and "
                         "held:cust2345:project-proj2345")  # fmt: skip
def given_to_another_project(told):
    told.entries[f"G1 {ONE} given"]["postings"][1]["account"] = held(OTHER)


@case("G1 twice", "gives 500 (minor units), but nothing was reserved for it")
def given_twice(told):
    leaf = told.entries[f"G1 {ONE} given"]
    legs = [(each["account"], each["amount"]) for each in leaf["postings"]]
    also = {name: leaf[name] for name in ("group", "rule", "tag")}
    told.say("G1 twice", "match.allocated", *legs, after=f"G1 {ONE} ended", **also)


@case("by no rule", "a match that was given names the rule that gave it")
def given_by_no_rule(told):
    told.say("by no rule", "match.allocated", (FREE, 1), (held(PROJECT), -1))


@case(f"G1 {ONE} ended", "though just this was not given")
def kept_though_nothing_was_given(told):
    told.drop(f"G1 {ONE} given")


@case("G2 rest", "what rules had reserved for what came here was not given")
def not_given_though_it_came(told):
    told.drop(f"G1 {ONE} given", f"G1 {ONE} ended")


@pytest.mark.parametrize("name", sorted(set(CASES) - {"not_given_though_it_came"}))
def test_a_lie_is_found_and_named(name, verify):
    lie, place, words = CASES[name]
    told = gifts()
    lie(told)
    status, said = verify(told)
    index = told.place(place)
    assert (status, said.partition(":")[0]) == (1, "DOES NOT HOLD")
    assert f"entry {index} (line {index + 1}): " in said.splitlines()[0]
    assert words in said.splitlines()[0]


def test_a_match_that_was_not_given_though_the_gift_came_is_found_at_the_payment(verify):
    told = gifts()
    not_given_though_it_came(told)
    status, said = verify(told)
    assert status == 1
    assert f"entry {told.place('G1 paid: met')} " in said.splitlines()[0]
    assert "what rules had reserved for what came here was not given" in said


def test_a_part_that_was_not_reserved_again_is_found(verify):
    told = gifts()
    told.drop("G2 waits", "G2 waits free")
    status, said = verify(told)
    assert (status, "a reservation was divided, and not all of it was reserved again" in said) == (1, True)


def test_money_set_aside_for_a_rule_is_what_it_offers_and_has_reserved(verify):
    told = gifts()
    told.amount(f"budget of {ONE}", 1_999)
    status, said = verify(told)
    assert status == 1
    where = f"for {C}:pool-{POOL}:{ONE} KGS: what is held differs from what is offered and reserved by -1 (minor units)"
    assert said.splitlines()[0] == f"DOES NOT HOLD: {where}"


def test_money_set_aside_for_a_rule_that_was_not_published_is_found(verify):
    told = alone()
    told.rules = {}
    assert "but no such rule was published" in verify(told)[1]
