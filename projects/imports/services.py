"""A list becomes drafts: all of its rows or, if asked, the good ones; each row once, however often it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import BirgeError, InvalidInput
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from birge.places.models import Place
from projects.works.models import Project
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestones_set,
    project_create,
    shares_set,
)

from .mapping import Mapping, columns_match
from .places import village_find
from .rows import Complaint, Row, RowReader
from .tables import Table


@dataclass
class Report:
    """What became of a list. Nothing is in the database unless `written`."""

    rows: int = 0
    imported: list[str] = field(default_factory=list)  # public ids
    already: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: bool = False

    @property
    def bad_rows(self) -> int:
        """Return how many rows have something wrong."""
        return len({complaint.line for complaint in self.complaints})


@dataclass(frozen=True)
class Target:
    """Whose drafts they become. `village` is where a row belongs that names no place."""

    administration: Organisation
    village: Place | None
    actor: User


class _Undo(Exception):
    pass


def list_import(
    *, table: Table, mapping: Mapping, target: Target, dry_run: bool = False, skip_bad: bool = False
) -> Report:
    """Import the list as drafts, in one transaction; the report says what was, or would be, done.

    With any bad row nothing is written unless `skip_bad`. Rows imported before are counted and left as they are.
    Raises NotAllowed, and UnusableMapping if list and mapping do not fit.
    """
    require(target.actor, Action.PROJECT_WRITE, target.administration)
    report = Report(rows=len(table.lines))
    rows = _rows(table, mapping, report)
    try:
        with transaction.atomic():
            _write(rows, target, report)
            if dry_run or (report.complaints and not skip_bad):
                raise _Undo
            if report.imported:
                count = len(report.imported)
                audit_record(
                    actor=target.actor,
                    action="projects_import",
                    obj=target.administration,
                    organisation=target.administration,
                    count=count,
                )
    except _Undo:
        return report
    report.written = True
    return report


def _rows(table: Table, mapping: Mapping, report: Report) -> list[Row]:
    columns = columns_match(mapping, table.header)
    if columns.unread:
        report.notes.append(_("Columns that are not read: %(names)s.") % {"names": ", ".join(columns.unread)})
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for line in table.lines:
        reader = RowReader(line, columns, mapping, table.encoding)
        row = reader.read()
        report.complaints += reader.complaints
        if row is None:
            continue
        if row.ref in seen:
            reason = _("The same number as in line %(line)s, or the same row twice.") % {"line": seen[row.ref]}
            report.complaints.append(Complaint(row.line, _ref_column(columns.of_field, columns.names), reason))
            continue
        seen[row.ref] = row.line
        rows.append(row)
    return rows


def _write(rows: Sequence[Row], target: Target, report: Report) -> None:
    known = {
        project.source_ref: project
        for project in Project.objects.filter(administration=target.administration).exclude(source_ref="")
    }
    villages: dict[str, Place | InvalidInput] = {}
    for row in rows:
        earlier = known.get(row.ref)
        if earlier is not None:
            report.already += 1
            _compare(row, earlier, report)
            continue
        try:
            village = _village(row, target, villages)
            with transaction.atomic():
                report.imported.append(_draft(row, village, target).public_id)
        except BirgeError as refusal:
            report.complaints.append(Complaint(row.line, refusal.field, str(refusal)))
    report.complaints.sort(key=lambda complaint: complaint.line)


def _draft(row: Row, village: Place, target: Target) -> Project:
    """Write one draft. A list knows sums only, so there is one line of costs and one stage to be divided by hand."""
    actor = target.actor
    project = project_create(
        village=village,
        administration=target.administration,
        actor=actor,
        category=row.category,
        language=row.language,
        currency=row.currency,
        source_ref=row.ref,
        **row.words,
    )
    with translation.override(row.language):
        costs, lot, work = _("All costs, as in the list"), _("lot"), _("All of the work")
    line = BudgetLineData(text=costs, quantity=Decimal(1), unit=lot, unit_price_minor=row.cost_minor)
    budget_lines_set(project=project, actor=actor, lines=[line])
    shares = [ShareData(party=party, amount_minor=amount) for party, amount in row.shares.items()]
    shares_set(project=project, actor=actor, shares=shares)
    stage = MilestoneData(text=work, tranche_minor=row.money_minor, due_on=row.due_on)
    milestones_set(project=project, actor=actor, milestones=[stage])
    return project


def _village(row: Row, target: Target, known: dict[str, Place | InvalidInput]) -> Place:
    if not row.place:
        if target.village is None:
            raise InvalidInput(_("Which village is it? Name it in the row, or give --village."), field="place")
        return target.village
    if row.place not in known:
        try:
            known[row.place] = village_find(row.place, within=target.administration.place)
        except InvalidInput as refusal:
            known[row.place] = refusal
    found = known[row.place]
    if isinstance(found, InvalidInput):
        raise found
    return found


def _compare(row: Row, earlier: Project, report: Report) -> None:
    """Tell of a number that stands for something else now: an edited draft, or another list."""
    if earlier.title(row.language) != row.title:
        report.notes.append(
            _("Line %(line)s: number %(ref)s was imported before as “%(title)s” and is left as it is.")
            % {"line": row.line, "ref": row.ref, "title": earlier.title(row.language)}
        )


def _ref_column(of_field: Any, names: Sequence[str]) -> str:
    return ", ".join(names[place] for place in of_field.get("ref", ()))
