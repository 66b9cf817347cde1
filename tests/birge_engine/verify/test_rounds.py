"""A settled round is computed once more from its report, and every gift in it is looked up in the log."""

import hashlib
import json
from dataclasses import replace

import pytest

from birge_engine.matching.rounds import RoundGift
from birge_engine.matching.rules import rule_canonical
from birge_engine.verify.cli import main
from tests.factories.logs import entry_id, pack
from tests.factories.matching_logs import (
    BANK,
    DAY,
    DONORS,
    FREE,
    OTHER,
    PROJECT,
    ROUND,
    ROUND_DATA,
    a_round,
    facts_of,
    gifts_of,
    held,
    promised,
    round_open,
    settle,
    tag,
)


@pytest.fixture
def refused(verify):
    """Check what is told; return the line that refuses it."""

    def refused(told):
        status, said = verify(told)
        assert status == 1, said
        return said.splitlines()[0]

    return refused


@pytest.fixture
def holds(verify):
    """Check what is told; return what was said of it, all of which holds."""

    def holds(told):
        status, said = verify(told)
        assert status == 0, said
        return said

    return holds


def settled(told, **changed):
    """Settle the round with gifts of which some are told otherwise, by their group; None leaves one out."""
    kept = [gift for gift in gifts_of(told) if changed.get(gift.group, {}) is not None]
    settle(told, [replace(gift, **changed.get(gift.group, {})) for gift in kept])
    return told


def test_a_correct_round_holds_from_a_folder_and_from_an_archive(holds, tmp_path):
    told = a_round()
    said = holds(told)
    assert "  1 round computed once more from its report\n" in said
    folder = tmp_path / "export"
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    assert sum(name.startswith("runs/") for name in names) == 1
    archive = pack(tmp_path / "ledger.tar.gz", {name: (folder / name).read_bytes() for name in names})
    assert main([str(archive)]) == 0


def test_one_unit_more_for_a_project_is_found(refused):
    told = a_round()
    most = told.entries[f"given {PROJECT}"]["postings"][0]["amount"]
    told.amount(f"given {PROJECT}", most + 1)
    said = refused(told)
    assert f"entry {told.place(f'given {PROJECT}')} " in said
    assert f"the run gives {most} to the project {PROJECT}, not {most + 1} (minor units)" in said


def test_a_report_that_says_a_gift_was_matched_elsewhere_is_found(refused):
    told = settled(round_open(), G1={"taken": 40})
    assert "says that 40 of the gift G1 were matched already, but it is 0 (minor units)" in refused(told)


def test_a_report_that_says_one_unit_more_is_found(refused):
    told = a_round()
    ((digest, report),) = told.runs.items()
    content = json.loads(report)
    content["results"][0]["matched"] += 1
    report = rule_canonical(content)
    changed = hashlib.sha256(report).hexdigest()
    told.runs = {changed: report}
    for leaf in told.entries.values():
        leaf["documents"] = [{**each, "sha256": changed} for each in leaf["documents"]]
    assert digest != changed
    assert "the report of its run: its rule gives something else than it says" in refused(told)


def test_another_report_than_the_log_names_is_found(refused):
    told = a_round()
    (digest,) = told.runs
    told.runs = {digest: told.runs[digest].replace(b'"matched":', b'"matched": ', 1)}
    assert "the report of its run is another one than the log names" in refused(told)


def test_a_report_that_was_not_published_is_asked_for(refused):
    told = a_round()
    told.runs = {}
    assert "of its run was not published" in refused(told)


WRONG = {
    "a gift left out": ({"G3": None}, "its report leaves out the gift G3 to the project proj2345"),
    "a promise left out": ({"G4": None}, "its report leaves out the gift G4 to the project else6789"),
    "an invented gift": ({"G3": {"group": "G9"}}, "no gift 'G9' to the project 'proj2345' stands in the log"),
    "for another project": ({"G3": {"project": OTHER}}, "no gift 'G3' to the project 'else6789' stands in the log"),
    "a larger gift": ({"G3": {"amount": 101}}, "the gift G3 is 101 by 1 entries, but it is 100 by 1 (minor units)"),
    "an entry of another": ({"G3": {"entries": [entry_id(4)]}}, "the gift G3 is 100 by 1 entries, but it is 100 by 1"),
    "an entry that is none": ({"G3": {"entries": [entry_id(99)]}}, "G3 names an entry that stands nowhere before it"),
    "no entry": ({"G3": {"entries": []}}, "the gift G3 is 100 by 0 entries, but it is 100 by 1"),
    "another day": ({"G3": {"at": "2026-11-27T08:00:00+00:00"}}, "the gift G3 came on '2026-11-27', which it did not"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_report_whose_gifts_are_not_those_of_the_log_is_found(what, refused):
    changed, words = WRONG[what]
    told = settled(round_open(), **changed)
    assert words in refused(told)


def test_a_gift_counted_twice_is_found(refused):
    """Two gifts of one name no report can have; under two names the second one stands nowhere."""
    told = round_open()
    gifts = gifts_of(told)
    settle(told, [*gifts, replace(gifts[0], group="G1 again", tag=tag("somebody"))])
    assert "no gift 'G1 again' to the project 'proj2345' stands in the log" in refused(told)


FACTS = {
    "rest": ({"rest": 5_000}, "its report says rest 5000 of proj2345, but it is 4000"),
    "shares": ({"shares": {"donors": 1, "matching": 4_000}}, "its report says shares"),
    "category": ({"category": "water"}, "its report says category 'water' of proj2345, but it is 'light'"),
    "village_paid": ({"village_paid": 1}, "its report says village_paid 1 of proj2345, but it is 0"),
}


@pytest.mark.parametrize("what", FACTS)
def test_a_report_that_says_something_else_of_a_project_is_found(what, refused):
    changed, words = FACTS[what]
    told = round_open()
    settle(told, gifts_of(told), projects={PROJECT: facts_of(PROJECT, **changed)})
    assert words in refused(told)


def test_a_round_divides_just_what_the_rule_has(refused):
    told = round_open()
    settle(told, gifts_of(told), pool=999)
    assert "the report divides 999, but the rule had 1000 (minor units)" in refused(told)


def test_a_round_by_another_rule_than_was_published_is_found(refused):
    told = a_round()
    told.rule(ROUND, ROUND_DATA | {"cap_per_project": "1"}, 1)
    assert "its report computes another rule than round234:1 as it was published" in refused(told)


def test_a_round_settled_before_its_last_day_was_over_is_found(refused):
    told = a_round()
    for leaf in told.entries.values():
        leaf["date"] = DAY
    assert "the rule round234:1 was settled before its last day was over" in refused(told)


def test_a_round_reserves_nothing(refused):
    told = round_open()
    told.reserve("G4", ROUND, 10, "somebody")
    assert "the rule round234:1 is settled as a round: it reserves nothing" in refused(told)


def test_a_round_that_leaves_a_project_without_its_part_is_found(refused):
    told = round_open()
    told.pledge("G5", 200, OTHER)
    told.pledge("G6", 200, OTHER)
    gifts = gifts_of(told)
    more = [
        replace(gifts[3], group=name, tag=tag(name), amount=200, entries=[entry_id(told.place(name))])
        for name in ("G5", "G6")
    ]
    settle(told, [*gifts, *more])
    told.drop(f"given {OTHER}", f"met {OTHER}")
    assert f"(minor units) to the project {OTHER} too, and it got nothing" in refused(told)


def test_a_run_that_was_published_and_stands_nowhere_is_found(refused):
    told = a_round()
    for name in [name for name in told.names if name.startswith(("given", "met", "ended", "back"))]:
        told.drop(name)
    assert "was published, but nothing of what it gives stands in the log" in refused(told)


def test_a_round_that_gave_nothing_is_computed_too(holds):
    told = round_open()
    told.names = [name for name in told.names if name.startswith(("money", "budget", "offer", "G1"))]
    at = f"{DAY}T09:01:00+00:00"
    settle(told, [RoundGift("G1", PROJECT, tag("donor 1"), 100, at, True, [entry_id(told.place("G1 paid"))])])
    assert "  1 round computed once more from its report\n" in holds(told)


def test_what_came_before_the_round_takes_no_part(refused):
    told = round_open()
    told.entries["G1"]["date"] = told.entries["G1 paid"]["date"] = told.entries["G1 paid: met"]["date"] = "2026-11-10"
    settle(told, gifts_of(told))
    assert "the gift G1 came outside of the round, and takes part in it" in refused(told)


def test_a_payment_that_was_none_takes_no_part(refused):
    told = round_open()
    told.say("mistake", "entry.reversed", (BANK, -100), (held(PROJECT), 100), reverses="G1 paid", group="G1")
    told.pledge("G1", 100, name="G1 again")
    settle(told, gifts_of(told))
    assert "the gift G1 is 100 by 1 entries, but it is 100 by 1" in refused(told)


def test_what_a_pool_gave_takes_no_part(holds):
    told = round_open()
    told.pledge("POOL", 50)
    told.say("to the pool", "payment.received", (BANK, 50), (FREE, -50))
    told.say("gift", "pool.given", (FREE, 50), (held(PROJECT), -50), group="POOL")
    told.say("kept", "pledge.met", (promised(PROJECT), -50), (DONORS, 50), resolves="POOL", group="POOL")
    holds(settled(told))


def test_a_rule_is_settled_once(refused):
    told = round_open()
    settle(told, gifts_of(told))
    told.budget(ROUND, 500, again="more ")
    left = 4_000 - told.entries[f"given {PROJECT}"]["postings"][0]["amount"]
    settle(told, gifts_of(told), pool=500, projects={PROJECT: facts_of(PROJECT, rest=left)}, again="more ")
    assert "the rule round234:1 was settled before, by the run" in refused(told)
