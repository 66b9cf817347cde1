"""What a ledger publishes beside its entries so that the rules of pools can be computed once more.

`rules.json`: every version of every rule. `projects.json`: what rules look at in a project that never changes.
`runs/<digest>.json`: the reports of settled rounds. None of it is signed; what it makes of the signed entries is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..matching import ProjectFacts, Rule, RuleError, rule_digest
from ..matching.proportional import Proportional
from ..matching.rounds import rule_with
from ..matching.tiers import DONOR, DONOR_HERE, Tiers
from .accounts import ReplayFault
from .faults import Fault

VERSION = {
    "pool": str,
    "custodian": str,
    "currency": str,
    "position": int,
    "name": str,
    "data": dict,
    "digest": str,
    "proposal": str,
    "published_at": str,
}
PLAN = {"category": str, "oblast": str, "village": str, "shares": dict, "currency": str}
MATCHING = "matching"


def _no_run(_digest: str) -> bytes | None:
    return None


@dataclass(frozen=True)
class Beside:
    """The files as they were read: `run` gives a report by its digest; `runs` are those that came with an archive."""

    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    projects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    run: Callable[[str], bytes | None] = _no_run
    runs: frozenset[str] = frozenset()
    rates: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)  # by the entry that they made


def rules_read(text: str) -> dict[str, Mapping[str, Any]]:
    """Return the versions of rules of pools in `rules.json`, by `<rule>:<version>`. Raises ValueError.

    What has no `data` is a rule of the program's own, written down there to be read.
    """
    found = {ref: row for ref, row in _rows(text).items() if "data" in row}
    for ref, row in found.items():
        rule, _colon, number = ref.rpartition(":")
        ended = row.get("ended_at")
        if not rule or not number.isascii() or not number.isdigit():
            raise ValueError(f"{ref[:40]!r} is no version of a rule")
        if not _has(row, VERSION) or set(row) - set(VERSION) - {"ended_at"} or not isinstance(ended, str | None):
            raise ValueError(f"{ref[:40]!r} has other fields than a version of a rule")
        for moment in (row["published_at"], *([ended] if ended else [])):
            dt.datetime.fromisoformat(moment)
    return found


def projects_read(text: str) -> dict[str, Mapping[str, Any]]:
    """Return the plans in `projects.json`, by public id. Raises ValueError."""
    found = _rows(text)
    for name, row in found.items():
        if (
            not _has(row, PLAN)
            or set(row) != set(PLAN)
            or any(type(part) is not int for part in row["shares"].values())
        ):
            raise ValueError(f"{name[:40]!r} has other fields than a plan")
    return found


def _rows(text: str) -> dict[str, Mapping[str, Any]]:
    try:
        rows = json.loads(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise ValueError("no object of objects")
    return rows


def _has(row: Mapping[str, Any], fields: Mapping[str, type]) -> bool:
    return all(type(row.get(name)) is kind for name, kind in fields.items())


class Version:
    """One published text of a rule, and what the log says that it has matched."""

    def __init__(self, ref: str, row: Mapping[str, Any], of: RuleOfPool, number: int) -> None:
        """Raise RuleError unless the data are a rule."""
        self.ref, self.data, self.of, self.number = ref, row["data"], of, number
        self.digest: str = row["digest"]
        self.rule: Rule = rule_with(row["data"], 0)  # its money is what the log holds for it
        if self.rule.currency != of.currency:
            raise RuleError("currency", f"the rule's line is in {of.currency}")
        self.day = utc_day(row["published_at"])
        rule = self.rule
        tiers = rule.per if isinstance(rule, Tiers) else ""
        first_gifts = rule.gifts_per_donor_here if isinstance(rule, Proportional) else None
        self.by_here = tiers == DONOR_HERE or first_gifts is not None
        self.by_brackets = tiers in (DONOR, DONOR_HERE)
        self.projects: dict[str, int] = {}
        self.donors: dict[str, tuple[int, int, int]] = {}  # counted, matched, gifts
        self.here: dict[tuple[str, str], tuple[int, int]] = {}  # counted, gifts
        self.last: dict[str, Any] = {}  # the group that drew last, by the donor's tag; for first gifts only
        # The most of any donor: counted, matched, gifts; counted and gifts in one project.
        self.most: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    def eligible_on(self, day: str) -> bool:
        """Say whether gifts of this day count."""
        wanted = self.rule.eligible
        return (wanted.since is None or wanted.since <= day) and (wanted.until is None or day <= wanted.until)


class RuleOfPool:
    """A rule through all its versions, and its line of accounts."""

    def __init__(self, name: str, row: Mapping[str, Any]) -> None:
        self.name, self.custodian, self.currency = name, row["custodian"], row["currency"]
        self.pool, self.position = row["pool"], row["position"]
        line = f"{row['custodian']}:pool-{row['pool']}:{name}"
        self.pool_code, self.held_code, self.reserved_code = f"pool:{line}", f"held:{line}", f"reserved:{line}"
        self.ended: str | None = utc_day(row["ended_at"]) if row.get("ended_at") else None
        self.versions: list[Version] = []
        self.newest = 0  # the highest number of a version that has drawn
        self.offered_at: int | None = None  # where the log first offers its money
        self.doubts: list[tuple[int, str]] = []  # faults, unless its money moves at once: see `drawing`

    @property
    def by_gift(self) -> bool:
        """Whether it works gift by gift; no change makes a round of it."""
        return any(version.rule.by_gift for version in self.versions)

    def looks_at(self, *, paid: bool) -> bool:
        """Say whether a version of it is asked when a promise is made, or when it is paid."""
        return any(version.rule.eligible.confirmed_only == paid for version in self.versions)

    def on(self, day: str) -> list[Version]:
        """Return the versions that were in force on this day: one, but for the days on which it changed."""
        if len(self.versions) == 1:
            return self.versions if self.versions[0].day <= day else []
        found = []
        for place, version in enumerate(self.versions):
            until = self.versions[place + 1].day if place + 1 < len(self.versions) else None
            if version.day <= day and (until is None or day <= until) and version.number >= self.newest:
                found.append(version)
        return found


class Rulebook:
    """All rules and plans that were published; `faults` is what is wrong with them as they stand."""

    def __init__(self, beside: Beside) -> None:
        """Read what came beside the entries."""
        self.beside = beside
        self.rules: dict[str, RuleOfPool] = {}
        self.versions: dict[str, Version] = {}
        self.faults = [Fault(text) for text in self._read(beside.rules)]
        self.in_order = sorted(self.rules.values(), key=lambda each: each.position)
        self.by_code = {each.pool_code: each for each in self.in_order}

    def _read(self, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        by_rule: dict[str, list[tuple[int, str]]] = {}
        for ref in rows:
            name, _colon, number = ref.rpartition(":")
            by_rule.setdefault(name, []).append((int(number), ref))
        for name, refs in sorted(by_rule.items()):
            refs.sort()
            rule = RuleOfPool(name, rows[refs[0][1]])
            self.rules[name] = rule
            if [number for number, _ref in refs] != list(range(1, len(refs) + 1)):
                yield f"of the rule {name} not all versions were published"
            for place, ref in refs:
                yield from self._version(rule, place, ref, rows[ref])
        positions = [rule.position for rule in self.rules.values()]
        if len(set(positions)) != len(positions):
            yield "two rules of pools were published in the same place of their order"

    def _version(self, rule: RuleOfPool, number: int, ref: str, row: Mapping[str, Any]) -> Iterator[str]:
        try:
            if rule_digest(row["data"]) != row["digest"]:
                yield f"the rule {ref} was published with the digest of another text: it was changed"
            version = Version(ref, row, rule, number)
        except RuleError as error:
            yield f"the rule {ref} is no rule: {error}"
            return
        here = (row["custodian"], row["pool"], row["currency"], row["position"])
        if here != (rule.custodian, rule.pool, rule.currency, rule.position):
            yield f"the rule {ref} was published for another pool than its first version"
        if rule.versions and version.day < rule.versions[-1].day:
            yield f"the rule {ref} was published before the version that it follows"
        rule.versions.append(version)
        self.versions[ref] = version

    def facts(self, name: str) -> ProjectFacts | None:
        """Return what was published of a project; None if nothing was."""
        row = self.beside.projects.get(name)
        if row is None:
            return None
        return ProjectFacts(name, row["category"], row["oblast"], row["village"], dict(row["shares"]))

    def asked_for(self, facts: ProjectFacts, custodian: str, currency: str) -> list[RuleOfPool]:
        """Return the rules that look at such a project, in their order."""
        return [
            rule
            for rule in self.in_order
            if (rule.custodian, rule.currency) == (custodian, currency)
            and any(version.rule.eligible.project_refusal(facts) is None for version in rule.versions)
        ]


def utc_day(moment: str) -> str:
    """Return the day, in UTC, of a moment. Raises ValueError."""
    found = dt.datetime.fromisoformat(moment)
    return (found if found.tzinfo is None else found.astimezone(dt.UTC)).date().isoformat()


@lru_cache(maxsize=4_096)
def day_before(day: str) -> str:
    """Return the day before. Raises ReplayFault for what is no day."""
    try:
        return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
    except (ValueError, OverflowError) as error:
        raise ReplayFault(f"{day!r:.40} is no day") from error
