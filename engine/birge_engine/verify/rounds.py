"""Rounds: the report of each settlement, computed once more, and every gift in it looked up in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..matching import rule_canonical
from ..matching.rounds import ReportError, looks_at_whole_gifts, report_read
from ..matching.run import FOR_PROJECTS
from .accounts import Accounts, ReplayFault
from .drawing import SAME_MOMENT, Drawing, taken_of
from .rulebook import Rulebook, Version, day_before
from .works import Group, Work, Works

Leaf = Mapping[str, Any]
DOCUMENT = "match-run"


class Run:
    """A settled round whose gifts go by: what each project is still to get, by its public id."""

    __slots__ = ("group", "index", "left", "version")

    def __init__(self, index: int, group: str, version: Version, left: dict[str, int]) -> None:
        self.index, self.group, self.version, self.left = index, group, version, left


class Rounds:
    """Settled rounds, by the digest of their reports. `gave` are the gifts of rounds, by the index of the entry."""

    def __init__(self, accounts: Accounts, book: Rulebook, works: Works, drawing: Drawing) -> None:
        self._accounts, self._book, self._works, self._drawing = accounts, book, works, drawing
        self._runs: dict[str, Run] = {}
        self._settled: dict[Version, str] = {}
        self.gave: dict[int, Work] = {}
        self.recomputed = 0

    def give(self, index: int, leaf: Leaf, version: Version) -> None:
        """Check a gift of a round against its report, which is computed at its first one. Raises ReplayFault."""
        digests = [each["sha256"] for each in leaf["documents"] if each["type"] == DOCUMENT]
        run = self._runs.get(digests[0])
        if run is None:
            run = self._runs[digests[0]] = self._run(index, leaf, version, digests[0])
        if (run.version, run.group, len(digests)) != (version, leaf.get("group"), 1):
            raise ReplayFault("stands in another group, or names another rule, than the run that it belongs to")
        debit, credit = sorted(leaf["postings"], key=lambda each: -each["amount"])
        work = self._works.of(credit["account"], credit["currency"])
        wanted = run.left.pop(work.id, 0) if work is not None else 0
        if work is None or debit["account"] != version.of.held_code or debit["currency"] != version.of.currency:
            raise ReplayFault("a gift of a round goes from the rule's money to a project that it looks at")
        if wanted != debit["amount"]:
            raise ReplayFault(f"the run gives {wanted} to the project {work.id}, not {debit['amount']} (minor units)")
        work.matched += wanted
        self.gave[index] = work

    def unfinished(self) -> Iterator[tuple[int, str]]:
        """Yield (index, why) for runs that gave less than their report says."""
        for run in self._runs.values():
            for name, amount in sorted(run.left.items()):
                yield run.index, f"its run gives {amount} (minor units) to the project {name} too, and it got nothing"

    def unseen(self) -> Iterator[str]:
        """Yield what is wrong with reports that came with an archive and that no entry names: they gave nothing."""
        for digest in sorted(self._book.beside.runs - set(self._runs)):
            try:
                content, _version = self._report(digest)
            except ReplayFault as error:
                yield f"the run {digest}: {error}"
                continue
            if any(row["matched"] for row in content["results"]):
                yield f"the run {digest} was published, but nothing of what it gives stands in the log"
            else:
                self.recomputed += 1

    def _run(self, index: int, leaf: Leaf, version: Version, digest: str) -> Run:
        content, named = self._report(digest)
        if named is not version:
            raise ReplayFault(f"its report is that of the rule {named.ref}")
        if version in self._settled:
            raise ReplayFault(f"the rule {version.ref} was settled before, by the run {self._settled[version]}")
        until = version.rule.eligible.until
        if until is None or leaf["date"] <= until:
            raise ReplayFault(f"the rule {version.ref} was settled before its last day was over")
        holds = self._accounts.holds(version.of.pool_code, version.of.currency)
        if content["pool"] != holds:
            raise ReplayFault(f"the report divides {content['pool']}, but the rule had {holds} (minor units)")
        works = {name: self._project(name, version, content) for name in content["projects"]}
        self._gifts(content, version, works)
        self._settled[version] = digest
        self.recomputed += 1
        left = {row["project"]: row["matched"] for row in content["results"] if row["matched"]}
        if version.rule.kind not in FOR_PROJECTS:
            self._drawing.in_rounds |= {
                gift["group"]: gift["amount"] for gift in content["gifts"] if gift["project"] in left
            }
        return Run(index, leaf.get("group", ""), version, left)

    def _report(self, digest: str) -> tuple[dict[str, Any], Version]:
        """Return the content of a report, computed once more, and its rule's version. Raises ReplayFault."""
        data = self._book.beside.run(digest)
        if data is None:
            raise ReplayFault(f"the report {digest} of its run was not published")
        if hashlib.sha256(data).hexdigest() != digest:
            raise ReplayFault("the report of its run is another one than the log names")
        try:
            content = report_read(data)
            version = self._book.versions.get(content["rule"])
            if version is None:
                raise ReplayFault(f"the rule {content['rule']!r:.60} of its report was not published")
            if rule_canonical(content["data"]) != rule_canonical(version.data):
                raise ReplayFault(f"its report computes another rule than {version.ref} as it was published")
        except (ReportError, TypeError) as error:
            raise ReplayFault(f"the report of its run: {error}") from error
        return content, version

    def _project(self, name: str, version: Version, content: Mapping[str, Any]) -> Work | None:
        """Compare what a report says of a project with what was published, and with the log. Raises ReplayFault."""
        said = content["projects"][name]
        if self._book.facts(name) is None and not any(
            row["matched"] for row in content["results"] if row["project"] == name
        ):
            return None  # no entry is about it
        work = self._works.get(name, version.of.custodian, version.of.currency)
        if work is None or work.custodian != version.of.custodian:
            raise ReplayFault(f"the project {name} cannot take part in this round")
        self._drawing.close(work)
        facts = work.now(work.rest())
        is_so = {
            "category": facts.category,
            "oblast": facts.oblast,
            "village": facts.village,
            "shares": dict(facts.shares),
            "rest": facts.rest,
            "village_paid": facts.village_paid,
        }
        for field, value in is_so.items():
            if said.get(field) != value:
                raise ReplayFault(f"its report says {field} {said.get(field)!r:.60} of {name}, but it is {value!r:.60}")
        if "weight" in said:
            raise ReplayFault(f"its report weighs the project {name}, which nothing published does")
        return work

    def _gifts(self, content: Mapping[str, Any], version: Version, works: Mapping[str, Work | None]) -> None:
        """Look up every gift of a report, and look for what it leaves out. Raises ReplayFault."""
        said = {}
        for gift in content["gifts"]:
            group = self._works.groups.get(gift["group"])
            work = works.get(gift["project"])
            if group is None or work is None or group.work is not work:
                raise ReplayFault(
                    f"no gift {gift['group']!r:.40} to the project {gift['project']!r:.40} stands in the log"
                )
            if gift["group"] in said:
                raise ReplayFault(f"its report counts the gift {group.name} twice")
            if not self._part(group, version, possibly=True):
                raise ReplayFault(f"the gift {group.name} came outside of the round, and takes part in it")
            said[group.name] = gift
            self._gift(gift, group, version)
        for work in works.values():
            for group in work.groups.values() if work is not None else ():
                if group.name not in said and self._entries(group, version) and self._part(group, version):
                    raise ReplayFault(f"its report leaves out the gift {group.name} to the project {group.work.id}")

    def _gift(self, gift: Mapping[str, Any], group: Group, version: Version) -> None:
        entries = self._entries(group, version)
        try:
            named = sorted(map(self._works.place, gift["entries"]))
        except (KeyError, TypeError) as error:
            raise ReplayFault(f"the gift {group.name} names an entry that stands nowhere before it") from error
        if not named or named != sorted(entries) or gift["amount"] != sum(entries.values()):
            raise ReplayFault(
                f"its report says that the gift {group.name} is {gift['amount']} by {len(named)} entries, but it is "
                f"{sum(entries.values())} by {len(entries)} (minor units)"
            )
        taken = 0 if looks_at_whole_gifts(version.rule) else self._matched_already(group, gift["amount"])
        if gift.get("taken", 0) != taken:
            raise ReplayFault(
                f"its report says that {gift.get('taken', 0)} of the gift {group.name} were matched already, but it is "
                f"{taken} (minor units)"
            )
        days = {*group.days, *map(day_before, group.days)}
        if gift["at"][:10] not in days:
            raise ReplayFault(
                f"its report says that the gift {group.name} came on {gift['at'][:10]!r}, which it did not"
            )

    def _matched_already(self, group: Group, amount: int) -> int:
        """Return how much of a gift rules of pools have matched: gift by gift, or in a round before."""
        return min(amount, max(taken_of(list(group.matches), (1, 1)), self._drawing.in_rounds.get(group.name, 0)))

    @staticmethod
    def _entries(group: Group, version: Version) -> dict[int, int]:
        """Return what counts of a gift, by the index of its entry: what came, and if the rule asks what is promised."""
        return dict(group.payments) | ({} if version.rule.eligible.confirmed_only else dict(group.opens))

    def _part(self, group: Group, version: Version, *, possibly: bool = False) -> bool:
        """Say whether a gift takes part for sure, or `possibly`: whoever gives, and whatever went on in that moment."""
        if (
            not group.donors
            or group.pool
            or group.related
            or version.rule.eligible.project_refusal(group.work.facts) is not None
        ):
            return False
        if possibly:
            return any(_inside(day, version, either=True) for day in group.days)
        offered = version.of.offered_at
        new = offered is None or (group.start - offered <= SAME_MOMENT and group.days[0] == version.day)
        later = group.days[1:] if new else group.days
        return not version.rule.eligible.first_time_donors and any(
            _inside(day, version, either=False) and (day > version.day or not new) for day in later
        )


def _inside(day: str, version: Version, *, either: bool) -> bool:
    """Say whether a day is inside the round, and the day before too (or `either`): midnight may pass meanwhile."""
    choose: Callable[[Iterator[bool]], bool] = any if either else all
    return day >= version.day and choose(version.eligible_on(each) for each in (day, day_before(day)))
