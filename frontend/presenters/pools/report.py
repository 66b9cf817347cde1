"""A pool's report for whoever answers for it: given, matched, what others brought beside it; where and for what.

Leverage, as it is counted here: what others brought to the projects that this pool supported, divided by what this
pool gave and matched, both in the period and less what went back.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.money import EXPONENTS
from birge.places.models import PlaceKind
from birge.places.selectors import place_ancestors
from birge_engine.journals import BYTE_ORDER_MARK, FORMULA, amount_text
from frontend.presenters.facts import Fact, day, facts, say
from frontend.presenters.words import STATUS_TONE, language, place_line
from funds.matching.models import Rule
from funds.pools.models import Pool
from funds.pools.selectors import pool_money
from projects.works.models import Category, Project
from projects.works.states import ProjectStatus

from .ledger_lines import BROUGHT, DONORS, GIVEN, MATCHED, OTHERS, OWN, VILLAGE, Found, Line, Period, lines_of
from .public import money_facts
from .words import rule_url

SMALL = 5  # groups under five are not broken down
OBLASTS = (PlaceKind.OBLAST, PlaceKind.CITY_REPUBLICAN)


@dataclass
class Sums:
    """What came together for some projects, by part (minor units), and how many different donors are known."""

    name: str = ""
    ref: str = ""
    url: str = ""
    text: str = ""
    tone: str = ""
    tag: str = ""
    parts: dict[str, int] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)
    donors: set[str] = field(default_factory=set)
    hidden: bool = False  # what donors brought is not told apart: they are too few

    def add(self, line: Line) -> None:
        """Count a line in."""
        self.parts[line.part] = self.parts.get(line.part, 0) + line.minor
        self.projects.add(line.project)

    def of(self, *parts: str) -> int:
        """Return the sum of these parts."""
        return sum(self.parts.get(part, 0) for part in parts)

    @property
    def small(self) -> bool:
        """Say whether donors gave, and so few that they are not told apart."""
        return bool(self.parts.get(DONORS)) and len(self.donors) < SMALL


@dataclass(frozen=True)
class Report:
    """The whole report."""

    pool: Pool
    period: Period
    total: Sums
    oblasts: list[Sums]
    categories: list[Sums]
    projects: list[Sums]
    rules: list[Sums]
    lines: list[Line]

    @property
    def leverage(self) -> str:
        """Return what others brought beside each unit of this pool, to two places; nothing where it gave nothing."""
        own, brought = self.total.of(*OWN), self.total.of(*BROUGHT)
        if own <= 0:
            return ""
        hundredths = (200 * brought + own) // (2 * own)
        text = f"{hundredths // 100}.{hundredths % 100:02}"
        return text if language() == "en" else text.replace(".", ",")


def report_of(pool: Pool, period: Period) -> Report:
    """Return the report of a pool for a period."""
    found = lines_of(pool, period)
    refs = {line.project for line in found.lines}
    listed = Project.objects.filter(public_id__in=refs).select_related("village__parent__parent__parent")
    projects = {project.public_id: project for project in listed}
    total = _summed(found, lambda _line: ("", ""))
    return Report(
        pool=pool,
        period=period,
        total=_told(total)[0] if total else Sums(),
        oblasts=_told(_summed(found, lambda line: _oblast(projects[line.project]))),
        categories=_told(_summed(found, lambda line: _category(projects[line.project]))),
        projects=_told(_projects(found, projects)),
        rules=_rules(found),
        lines=[line for line in found.lines if line.part in OWN],
    )


def report_page(report: Report) -> dict[str, Any]:
    """Return the report as the page shows it."""
    pool, total, currency = report.pool, report.total, report.pool.currency
    count = len(total.projects)
    return {
        "pool": pool,
        "title": pool.name(language()),
        "period": _("%(first)s – %(last)s") % {"first": day(report.period.first), "last": day(report.period.last)},
        "first_iso": report.period.first.isoformat(),
        "last_iso": report.period.last.isoformat(),
        "empty": not report.lines,
        **({} if report.lines else _held(pool)),
        "own": say(total.of(*OWN), currency),
        "brought": say(total.of(*BROUGHT), currency),
        "leverage": report.leverage,
        "unit": say(10 ** EXPONENTS[currency], currency),
        "projects_count": ngettext("%(n)s project", "%(n)s projects", count) % {"n": count},
        "facts": facts(
            Fact(_("Given by decision"), say(total.of(GIVEN), currency), css="num"),
            Fact(_("Matched by rules"), say(total.of(MATCHED), currency), css="num"),
            Fact(_("Planned"), say(pool.budget_minor, currency) if pool.budget_minor else "", css="num"),
        ),
        "brought_facts": _brought_facts(total, currency),
        "blocks": [
            (_("By oblast"), [_shown(each, currency) for each in report.oblasts]),
            (_("By kind of work"), [_shown(each, currency) for each in report.categories]),
            (_("By rule"), [_shown(each, currency, brought=False) for each in report.rules]),
            (_("By project"), [_shown(each, currency) for each in report.projects]),
        ],
    }


def report_csv(report: Report, delimiter: str = ";", mark: str = ",") -> str:
    """Return the report as a table: totals, groups, projects, and each entry that the pool's own sums are made of."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(
        (
            *("pool", "from", "to", "row", "name", "ref", "projects", "given", "matched", "brought", "donors"),
            *(
                "village",
                "others",
                "currency",
                "given_minor",
                "matched_minor",
                "brought_minor",
                "date",
                "kind",
                "entry",
            ),
        )
    )
    for row in _csv_rows(report, mark):
        writer.writerow(row)
    return BYTE_ORDER_MARK + out.getvalue()


def _csv_rows(report: Report, mark: str) -> Iterator[list[str]]:
    currency, period = report.pool.currency, report.period
    begins = [report.pool.public_id, period.first.isoformat(), period.last.isoformat()]

    def money(minor: int) -> str:
        return amount_text(minor, currency, mark)

    for what, listed in (
        ("total", [report.total]),
        ("oblast", report.oblasts),
        ("category", report.categories),
        ("rule", report.rules),
        ("project", report.projects),
    ):
        for each in listed:
            # To a rule nobody brings anything; of the whole only the sum is told where few gave.
            silent = what == "rule" or (each.hidden and what != "total")
            brought = "" if silent else money(each.of(*BROUGHT))
            apart = ["", "", ""] if silent or each.hidden else [money(each.of(part)) for part in BROUGHT]
            own = [each.of(GIVEN), each.of(MATCHED)]
            yield [
                *begins, what, FORMULA.sub("'", each.name), each.ref, str(len(each.projects)),
                money(own[0]), money(own[1]), brought, *apart, currency, str(own[0]), str(own[1]),
                str(each.of(*BROUGHT)) if brought else "", "", "", "",
            ]  # fmt: skip
    for line in report.lines:
        given = [line.minor if line.part == part else 0 for part in OWN]
        yield [
            *begins, "entry", "", line.rule or line.project, "", money(given[0]), money(given[1]), "", "", "", "",
            currency, str(given[0]), str(given[1]), "", line.date.isoformat(), line.kind, str(line.entry),
        ]  # fmt: skip


def _summed(found: Found, key: Callable[[Line], tuple[str, str]]) -> list[Sums]:
    """Return the lines summed by what `key` says of them (ref, name), largest first."""
    groups: dict[tuple[str, str], Sums] = {}
    for line in found.lines:
        ref, name = key(line)
        groups.setdefault((ref, name), Sums(name=name, ref=ref)).add(line)
    for each in groups.values():
        each.donors = set().union(*(found.donors.get(project, set()) for project in each.projects))
    return sorted(groups.values(), key=lambda each: (-each.of(*OWN), each.name))


def _told(listed: list[Sums]) -> list[Sums]:
    """Hide what too few donors brought; of one hidden group alone the rest would tell, so the next smallest as well."""
    for each in listed:
        each.hidden = each.small
    hidden = [each for each in listed if each.hidden]
    open_ones = [each for each in listed if not each.hidden and each.parts.get(DONORS)]
    if len(hidden) == 1 and open_ones:
        min(open_ones, key=lambda each: (len(each.donors), each.ref)).hidden = True
    return listed


def _projects(found: Found, projects: dict[str, Project]) -> list[Sums]:
    listed = _summed(found, lambda line: (line.project, projects[line.project].title(language())))
    for each in listed:
        project = projects[each.ref]
        status = ProjectStatus(project.status)
        each.url = reverse("project_ledger", args=[each.ref])
        each.text, each.tag, each.tone = place_line(project.village), str(status.label), STATUS_TONE[status]
    return listed


def _rules(found: Found) -> list[Sums]:
    matched = Found([line for line in found.lines if line.part == MATCHED])
    refs = {line.rule for line in matched.lines}
    names = dict(Rule.objects.filter(public_id__in=refs).values_list("public_id", "name"))
    listed = _summed(matched, lambda line: (line.rule, names.get(line.rule, line.rule)))
    for each in listed:
        each.url = rule_url(each.ref)
    return listed


def _oblast(project: Project) -> tuple[str, str]:
    chain = [project.village, *place_ancestors(project.village)]
    place = next((each for each in chain if each.kind in OBLASTS), chain[-1])
    return place.soate, place.name(language()).text


def _category(project: Project) -> tuple[str, str]:
    return project.category, capfirst(str(Category(project.category).label))


def _brought_facts(total: Sums, currency: str) -> list[Fact]:
    if total.hidden:
        return []
    words = {DONORS: _("People who give"), VILLAGE: _("Villages"), OTHERS: _("Other pools and matching donors")}
    return [Fact(words[part], say(total.of(part), currency), css="num") for part in BROUGHT]


def _held(pool: Pool) -> dict[str, Any]:
    money = pool_money(pool)
    return {"held": say(money.held_minor, pool.currency), "held_facts": money_facts(pool, money)}


def _shown(each: Sums, currency: str, *, brought: bool = True) -> dict[str, Any]:
    count = len(each.projects)
    return {
        "name": each.name,
        "url": each.url,
        "text": each.text,
        "tag": each.tag,
        "tone": each.tone,
        "own": say(each.of(*OWN), currency),
        "matched": say(each.of(MATCHED), currency) if each.of(MATCHED) and each.of(GIVEN) else "",
        "brought": "" if not brought or each.hidden else say(each.of(*BROUGHT), currency),
        "hidden": brought and each.hidden,
        "projects": "" if each.tag else ngettext("%(n)s project", "%(n)s projects", count) % {"n": count},
    }


def default_period(pool: Pool, today: dt.date) -> Period:
    """Return from the pool's first day, or when it was opened, till today."""
    opened = pool.opened_at.date()
    first = min(opened, pool.starts_on) if pool.starts_on else opened
    return Period(min(first, today), today)


def months_back(today: dt.date) -> Iterable[tuple[str, Period]]:
    """Return periods that boards ask for, with their names."""
    first = today.replace(day=1)
    before = first - dt.timedelta(days=1)
    return [
        (_("this month"), Period(first, today)),
        (_("last month"), Period(before.replace(day=1), before)),
        (_("this year"), Period(today.replace(month=1, day=1), today)),
    ]
