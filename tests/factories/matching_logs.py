"""Logs of pools whose rules match gifts, as an honest platform would write them, and what is published beside them.

Entries have names, by which others end them and by which tests tell their lies.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from birge_engine.matching import VILLAGE_RULE, ProjectFacts, rule_digest
from birge_engine.matching.rounds import RoundGift, round_report
from tests.factories.logs import C, Leaf, Log, entry, entry_id, numbered

POOL, PROJECT, OTHER = "pool2345", "proj2345", "else6789"
BANK, FREE, DONORS = f"bank:{C}:main", f"held:{C}:pool-{POOL}", "promisor:donors"
DAY = "2026-11-24"
ONE, HALF, ROUND = "rule2345", "rule6789", "round234"
ONE_DATA = {
    "kind": "proportional",
    "currency": "KGS",
    "rate": "1",
    "cap_per_donor": "6",  # som, as rules are written
    "cap_per_project": "8.50",
}
HALF_DATA = {"kind": "proportional", "currency": "KGS", "rate": "0.5", "stack": True}
ROUND_DATA = {
    "kind": "quadratic",
    "currency": "KGS",
    "variant": "normalised",
    "eligible": {"from": "2026-11-20", "until": "2026-11-30"},
}


def line(account: str, rule: str) -> str:
    """Return an account of a rule."""
    return f"{account}:{C}:pool-{POOL}:{rule}"


def promised(project: str) -> str:
    """Return the account of what is promised to a project."""
    return f"promised:{C}:project-{project}"


def held(project: str) -> str:
    """Return the account of what is held for a project."""
    return f"held:{C}:project-{project}"


def tag(name: str) -> str:
    """Return a donor's tag."""
    return hashlib.sha256(name.encode()).hexdigest()


class Told:
    """A history that is being told: entries by name, rules, plans and reports of rounds."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.entries: dict[str, Leaf] = {}
        self.rules: dict[str, dict[str, Any]] = {}
        self.projects: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, bytes] = {}
        self.day = DAY

    def say(
        self, name: str, kind: str, *pairs: tuple[str, int], resolves: str = "", after: str = "", **more: Any
    ) -> None:
        """Write an entry, at the end or behind another one; `resolves` and `reverses` are names."""
        leaf = entry(kind, *pairs, **more)
        leaf["date"] = self.day
        if resolves:
            leaf["resolves"] = resolves
        self.entries[name] = leaf
        self.names.insert(self.names.index(after) + 1 if after else len(self.names), name)

    def drop(self, *names: str) -> None:
        """Leave entries out."""
        for name in names:
            self.names.remove(name)

    def amount(self, name: str, amount: int) -> None:
        """Let an entry be about another amount."""
        for posting in self.entries[name]["postings"]:
            posting["amount"] = amount if posting["amount"] > 0 else -amount

    def place(self, name: str) -> int:
        """Return where an entry stands in the log."""
        return self.names.index(name)

    def log(self) -> Log:
        """Return the signed log."""
        leaves = []
        for name in self.names:
            leaf = dict(self.entries[name])
            for end in ("resolves", "reverses"):
                if end in leaf:
                    leaf[end] = entry_id(self.place(leaf[end]))
            if leaf["kind"] == "match.reserved" and not leaf["documents"] and leaf.get("rule") in self.rules:
                leaf["documents"] = [{"sha256": self.rules[leaf["rule"]]["digest"], "type": "matching-rule"}]
            leaves.append(leaf)
        return Log(numbered(leaves))

    def export(self, folder: Path) -> Path:
        """Write the export of all of it."""
        where = self.log().export(
            folder, **{"rules.json": json.dumps(self.rules), "projects.json": json.dumps(self.projects)}
        )
        (where / "runs").mkdir()
        for digest, report in self.runs.items():
            (where / "runs" / f"{digest}.json").write_bytes(report)
        return where

    def rule(
        self, rule: str, data: dict[str, Any], position: int, *, number: int = 1, published: str = "2026-11-01"
    ) -> None:
        """Publish a version of a rule."""
        self.rules[f"{rule}:{number}"] = {
            "pool": POOL,
            "custodian": C,
            "currency": "KGS",
            "position": position,
            "name": rule,
            "data": data,
            "digest": rule_digest(data),
            "proposal": "prop2345",
            "published_at": f"{published}T08:00:00+00:00",
            "ended_at": None,
        }

    def plan(self, project: str, donors: int = 10_000, matching: int = 4_000) -> None:
        """Publish what rules look at in a project."""
        self.projects[project] = {
            "category": "light",
            "oblast": "41702",
            "village": "41702215",
            "shares": {"donors": donors, "matching": matching},
            "currency": "KGS",
        }

    def budget(self, rule: str, amount: int, *, again: str = "") -> None:
        """Set money of the pool aside for a rule."""
        self.say(f"{again}money of {rule}", "payment.received", (BANK, amount), (FREE, -amount), group="POOLGIFT")
        self.say(f"{again}budget of {rule}", "match.budgeted", (FREE, amount), (line("held", rule), -amount))
        self.say(
            f"{again}offer of {rule}", "match.offered", (line("pool", rule), amount), (line("promisor", rule), -amount)
        )

    def pledge(self, group: str, amount: int, project: str = PROJECT, *, name: str = "") -> None:
        """Let a donor promise."""
        self.say(
            name or group,
            "pledge.confirmed",
            (promised(project), amount),
            (DONORS, -amount),
            group=group,
            rule=VILLAGE_RULE,
        )

    def reserve(
        self, group: str, rule: str, amount: int, donor: str, *, name: str = "", number: int = 1, **more: Any
    ) -> None:
        """Let a rule reserve for a promise."""
        legs = (line("reserved", rule), amount), (line("pool", rule), -amount)
        ref = f"{rule}:{number}"
        self.say(name or f"{group} {rule}", "match.reserved", *legs, group=group, rule=ref, tag=tag(donor), **more)

    def free(self, reserved: str, *, name: str = "") -> None:
        """Set a reservation free."""
        leaf = self.entries[reserved]
        legs = [(each["account"], -each["amount"]) for each in leaf["postings"]]
        self.say(name or f"{reserved} free", "match.unreserved", *legs, resolves=reserved, group=leaf["group"])

    def pay(self, group: str, amount: int, promise: str = "", *, name: str = "", project: str = PROJECT) -> None:
        """Let money come for a promise, and keep it."""
        promise = promise or group
        whole = self.entries[promise]["postings"][0]["amount"]
        name = name or f"{group} paid"
        self.say(name, "payment.received", (BANK, amount), (held(project), -amount), group=group)
        self.say(
            f"{name}: met", "pledge.met", (promised(project), -whole), (DONORS, whole), resolves=promise, group=group
        )

    def give(self, reserved: str, *, project: str = PROJECT) -> None:
        """Let a rule give what it reserved."""
        leaf = self.entries[reserved]
        rule, amount = leaf["rule"].partition(":")[0], leaf["postings"][0]["amount"]
        also = {"group": leaf["group"], "rule": leaf["rule"], "tag": leaf["tag"]}
        self.say(f"{reserved} given", "match.allocated", (line("held", rule), amount), (held(project), -amount), **also)
        legs = (line("reserved", rule), -amount), (line("promisor", rule), amount)
        self.say(f"{reserved} ended", "pledge.met", *legs, resolves=reserved, group=leaf["group"])

    def take_back(self, given: str, *, name: str = "", project: str = PROJECT) -> None:
        """Let a gift of a rule go back, and be offered again."""
        leaf = self.entries[given]
        rule, amount = leaf["rule"].partition(":")[0], leaf["postings"][0]["amount"]
        legs = (held(project), amount), (line("held", rule), -amount)
        self.say(name or f"{given} back", "match.reversed", *legs, resolves=given, group=leaf["group"])
        legs = (line("pool", rule), amount), (line("promisor", rule), -amount)
        self.say(f"{name or given} offered", "match.offered", *legs, group=leaf["group"])


def alone(data: dict[str, Any] = ONE_DATA, *, published: str = "2026-11-01", **plan: int) -> Told:
    """Return a history that has just one rule so far, with a thousand to give."""
    told = Told()
    told.rule(ONE, data, 1, published=published)
    told.plan(PROJECT, **plan)
    told.budget(ONE, 1_000)
    return told


def gifts() -> Told:
    """Return four promises to one project and what two rules make of them: paid, in part, by mistake, withdrawn."""
    told = Told()
    told.rule(ONE, ONE_DATA, 1)
    told.rule(HALF, HALF_DATA, 2)
    told.plan(PROJECT)
    told.budget(ONE, 2_000)
    told.budget(HALF, 300)
    told.pledge("G1", 500)
    told.reserve("G1", ONE, 500, "aigul")
    told.reserve("G1", HALF, 250, "aigul, half")
    told.pay("G1", 500)
    told.give(f"G1 {ONE}")
    told.give(f"G1 {HALF}")
    told.pledge("G2", 400)
    told.reserve("G2", ONE, 100, "aigul")  # of six som she has drawn five
    told.reserve("G2", HALF, 50, "aigul, half")  # all that is left
    told.pay("G2", 100)
    told.pledge("G2", 300, name="G2 rest")
    told.free(f"G2 {ONE}")
    told.reserve("G2", ONE, 25, "aigul", name="G2 kept")
    told.reserve("G2", ONE, 75, "aigul", name="G2 waits")
    told.free(f"G2 {HALF}")
    told.reserve("G2", HALF, 12, "aigul, half", name="G2 half kept")
    told.reserve("G2", HALF, 38, "aigul, half", name="G2 half waits")
    told.give("G2 kept")
    told.give("G2 half kept")
    told.say("G2 lapsed", "pledge.released", (promised(PROJECT), -300), (DONORS, 300), resolves="G2 rest", group="G2")
    told.free("G2 waits")
    told.free("G2 half waits")
    told.pledge("G3", 300)
    told.reserve("G3", ONE, 300, "bakyt")
    told.reserve("G3", HALF, 38, "bakyt, half")
    told.pay("G3", 300)
    told.give(f"G3 {ONE}")
    told.give(f"G3 {HALF}")
    told.say("G3 mistake", "entry.reversed", (BANK, -300), (held(PROJECT), 300), reverses="G3 paid", group="G3")
    told.pledge("G3", 300, name="G3 again")
    told.take_back(f"G3 {ONE} given")
    told.reserve("G3", ONE, 300, "bakyt", name=f"G3 {ONE} again")
    told.take_back(f"G3 {HALF} given")
    told.reserve("G3", HALF, 38, "bakyt, half", name=f"G3 {HALF} again")
    told.pledge("G4", 200)
    told.reserve("G4", ONE, 25, "cholpon")  # of 8.50 for the project
    return told


def round_open() -> Told:
    """Return a round over two projects that goes on: three small gifts, paid, and the promise of a large one."""
    told = Told()
    told.rule(ROUND, ROUND_DATA, 1)
    told.plan(PROJECT)
    told.plan(OTHER)
    told.budget(ROUND, 1_000)
    for number in range(1, 4):
        told.pledge(f"G{number}", 100)
        told.pay(f"G{number}", 100)
    told.pledge("G4", 300, OTHER)
    return told


def a_round() -> Told:
    """Return that round settled, as it should be."""
    told = round_open()
    settle(told, gifts_of(told))
    return told


def facts_of(name: str, **changed: Any) -> ProjectFacts:
    """Return what the report of a round says of a project of which nothing is matched yet."""
    plan = {"donors": 10_000, "matching": 4_000}
    return replace(ProjectFacts(name, "light", "41702", "41702215", plan, rest=4_000), **changed)


def settle(
    told: Told,
    given: list[RoundGift],
    *,
    pool: int = 1_000,
    projects: dict[str, ProjectFacts] | None = None,
    again: str = "",
) -> None:
    """Settle the round on the day after its last one, and book it; `again` goes before names that were used."""
    facts = {name: facts_of(name) for name in (PROJECT, OTHER)} | (projects or {})
    report = round_report(ref=f"{ROUND}:1", data=ROUND_DATA, pool=pool, projects=facts, gifts=given)
    digest = hashlib.sha256(report).hexdigest()
    told.runs[digest] = report
    told.day = "2026-12-01"
    papers = [{"sha256": digest, "type": "match-run"}]
    rest = pool
    for row in json.loads(report)["results"]:
        name, matched = row["project"], row["matched"]
        if matched:
            legs = (line("held", ROUND), matched), (held(name), -matched)
            paper = {"group": f"RUN{again}", "rule": f"{ROUND}:1", "documents": papers}
            told.say(f"{again}given {name}", "match.allocated", *legs, **paper)
            legs = (line("pool", ROUND), -matched), (line("promisor", ROUND), matched)
            told.say(f"{again}met {name}", "pledge.met", *legs, group=f"RUN{again}")
            rest -= matched
    if rest:
        told.say(f"{again}ended", "pledge.released", (line("promisor", ROUND), rest), (line("pool", ROUND), -rest))
        told.say(f"{again}back", "match.unbudgeted", (line("held", ROUND), rest), (FREE, -rest))


def gifts_of(told: Told) -> list[RoundGift]:
    """Return the gifts of `round_open` as its report has them."""
    return [
        RoundGift(
            group=f"G{number}",
            project=PROJECT if number < 4 else OTHER,
            tag=tag(f"donor {number}"),
            amount=100 if number < 4 else 300,
            at=f"{DAY}T09:0{number}:00+00:00",
            first_time=True,
            entries=[entry_id(told.place(f"G{number} paid" if number < 4 else "G4"))],
        )
        for number in range(1, 5)
    ]
