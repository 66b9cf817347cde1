"""A village writes its project down: words, costs, who brings how much, stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from birge.organisations.permissions import Action, require
from birge.places.models import SETTLEMENTS, Place
from birge.places.selectors import place_ancestors

from ..models import (
    LANGUAGES,
    BudgetLine,
    Category,
    Milestone,
    Party,
    Project,
    Share,
    Transition,
    line_total,
)
from ..states import WORDS_CAN_CHANGE, ProjectStatus
from .transitions import project_lock

_TEXTS = frozenset(f"{stem}_{language}" for stem in ("title", "summary") for language in LANGUAGES)
_LATER = frozenset(
    {"people_asked", "permits", "keeper_name", "keeper_role", "upkeep_yearly_minor", "picture"}
)  # also while the council has it, and until money is raised
WORDS = _TEXTS | _LATER | {"category", "village_pays_first", "language"}
STILL_ON_PAPER = frozenset({ProjectStatus.DRAFT, ProjectStatus.SUBMITTED, ProjectStatus.ADOPTED})
LARGEST_MINOR = 10**13


@dataclass(frozen=True)
class BudgetLineData:
    """What is bought: `quantity` × `unit_price_minor` (minor units of the plan's currency)."""

    text: str
    quantity: Decimal
    unit: str
    unit_price_minor: int
    quote: Document | None = None


@dataclass(frozen=True)
class ShareData:
    """How much one party is to bring (minor units). Work and things are valued in the same currency."""

    party: str
    amount_minor: int
    organisation: Organisation | None = None
    note: str = ""


@dataclass(frozen=True)
class MilestoneData:
    """A stage and the money tied to it (minor units)."""

    text: str
    tranche_minor: int
    due_on: dt.date | None = None


@transaction.atomic
def project_create(
    *,
    village: Place,
    administration: Organisation,
    actor: User,
    category: str,
    language: str = "ky",
    currency: str = "KGS",
    source_ref: str = "",
    **words: Any,
) -> Project:
    """Make a draft for a settlement that lies in the administration's ayil aimak or town.

    `words` are the fields of `WORDS`. `source_ref` names the row of an imported list. Raises NotAllowed, InvalidInput.
    """
    require(actor, Action.PROJECT_WRITE, administration)
    if village.kind not in SETTLEMENTS or not _belongs(village, administration):
        raise InvalidInput(_("Please choose a village of your own ayil aimak."), field="village", code="not_yours")
    if language not in LANGUAGES:
        raise InvalidInput(_("Please choose the language it is written in."), field="language")
    project = Project(
        village=village,
        administration=administration,
        category=category,
        language=language,
        currency=currency,
        source_ref=source_ref,
        created_by=actor,
        created_at=clock.now(),
    )
    _apply(project, {"category": category, **words})
    project.save()
    Transition.objects.create(
        project=project,
        to_status=ProjectStatus.DRAFT,
        at=clock.now(),
        actor=actor,
        actor_office=administration.kind,
    )
    return project


@transaction.atomic
def project_edit(*, project: Project, actor: User, **words: Any) -> Project:
    """Change the words of a draft; keeper, permits, picture and how people were asked until money is raised.

    Raises NotAllowed, InvalidInput with the field, RuleNotMet (`fixed`).
    """
    require(actor, Action.PROJECT_WRITE, project.administration)
    project = project_lock(project)
    changed = {name for name, value in words.items() if getattr(project, name, None) != value}
    allowed = STILL_ON_PAPER if changed <= _LATER else WORDS_CAN_CHANGE
    if changed and project.status not in allowed:
        raise RuleNotMet(_("This cannot be changed any more: the council has it, or decided on it."), code="fixed")
    _apply(project, words)
    project.save()
    return project


@transaction.atomic
def budget_lines_set(*, project: Project, actor: User, lines: Sequence[BudgetLineData]) -> list[BudgetLine]:
    """Replace the costs of a draft. Raises NotAllowed, InvalidInput (`budget`), RuleNotMet (`fixed`)."""
    project = _draft(project, actor)
    rows = [_line(project, position, line) for position, line in enumerate(lines, start=1)]
    project.budget_lines.all().delete()
    return BudgetLine.objects.bulk_create(rows)


@transaction.atomic
def shares_set(*, project: Project, actor: User, shares: Sequence[ShareData]) -> list[Share]:
    """Replace who brings how much; a share of nothing is left out. Raises InvalidInput (`shares`) and as above."""
    project = _draft(project, actor)
    rows = [_share(project, share) for share in shares if share.amount_minor]
    if len({row.party for row in rows}) != len(rows):
        raise InvalidInput(_("Each party brings one share."), field="shares")
    project.shares.all().delete()
    return Share.objects.bulk_create(rows)


@transaction.atomic
def milestones_set(*, project: Project, actor: User, milestones: Sequence[MilestoneData]) -> list[Milestone]:
    """Replace the stages of a draft, in their order. Raises InvalidInput (`milestones`) and as above."""
    project = _draft(project, actor)
    rows = []
    for position, stage in enumerate(milestones, start=1):
        text = stage.text.strip()
        if not text:
            raise InvalidInput(_("Please say what is done at the end of each stage."), field="milestones")
        _amount_check(stage.tranche_minor, "milestones")
        rows.append(
            Milestone(
                project=project,
                position=position,
                text=text[:300],
                due_on=stage.due_on,
                tranche_minor=stage.tranche_minor,
            )
        )
    project.milestones.all().delete()
    return Milestone.objects.bulk_create(rows)


@transaction.atomic
def quote_attach(*, line: BudgetLine, actor: User, document: Document) -> BudgetLine:
    """Attach the quote behind a line's price, until money is raised. Raises InvalidInput (`quote`), RuleNotMet."""
    require(actor, Action.PROJECT_WRITE, line.project.administration)
    project = project_lock(line.project)
    if project.status not in STILL_ON_PAPER:
        raise RuleNotMet(_("The plan is fixed since money is raised for it."), code="fixed")
    _quote_check(document)
    line.quote = document
    line.save(update_fields=["quote"])
    return line


def _draft(project: Project, actor: User) -> Project:
    require(actor, Action.PROJECT_WRITE, project.administration)
    locked = project_lock(project)
    if locked.status not in WORDS_CAN_CHANGE:
        raise RuleNotMet(_("This cannot be changed any more: the council has it, or decided on it."), code="fixed")
    return locked


def _apply(project: Project, words: Mapping[str, Any]) -> None:
    unknown = set(words) - WORDS
    if unknown:
        raise TypeError(f"not a word of a project: {sorted(unknown)}")
    for name, value in words.items():
        setattr(project, name, value.strip() if isinstance(value, str) else value)
    if project.category not in Category.values:
        raise InvalidInput(_("Please choose what it is."), field="category")
    for language in LANGUAGES:
        if len(getattr(project, f"title_{language}")) > 200:
            raise InvalidInput(_("A title has at most 200 letters."), field=f"title_{language}")
    upkeep = project.upkeep_yearly_minor
    if upkeep is not None:
        _amount_check(upkeep, "upkeep_yearly_minor")
    picture = project.picture
    if picture is not None and not picture.is_image:
        raise InvalidInput(_("Please send a photo (JPEG, PNG or WebP)."), field="picture")


def _belongs(village: Place, administration: Organisation) -> bool:
    chain = [village, *place_ancestors(village)]
    return administration.place_id in {place.pk for place in chain}


def _line(project: Project, position: int, line: BudgetLineData) -> BudgetLine:
    text, unit = line.text.strip(), line.unit.strip()
    if not text or not unit:
        raise InvalidInput(_("Each line says what is bought and in which unit."), field="budget")
    if not line.quantity.is_finite() or line.quantity <= 0 or line.quantity >= 10**9:
        raise InvalidInput(_("The quantity must be more than nothing."), field="budget")
    _amount_check(line.unit_price_minor, "budget")
    total = line_total(line.quantity, line.unit_price_minor)
    _amount_check(total, "budget")
    if line.quote is not None:
        _quote_check(line.quote)
    return BudgetLine(
        project=project,
        position=position,
        text=text[:200],
        quantity=line.quantity,
        unit=unit[:30],
        unit_price_minor=line.unit_price_minor,
        total_minor=total,
        quote=line.quote,
    )


def _share(project: Project, share: ShareData) -> Share:
    if share.party not in Party.values:
        raise InvalidInput(_("We do not know this party."), field="shares")
    _amount_check(share.amount_minor, "shares")
    donor = share.organisation
    if donor is not None and (
        share.party != Party.MATCHING
        or donor.kind != OrganisationKind.MATCHING_DONOR
        or donor.status != OrganisationStatus.VERIFIED
    ):
        raise InvalidInput(_("Please choose a verified matching donor."), field="shares")
    return Share(
        project=project,
        party=share.party,
        organisation=donor,
        amount_minor=share.amount_minor,
        note=share.note.strip()[:300],
    )


def _quote_check(document: Document) -> None:
    if document.kind not in (DocumentKind.QUOTE, DocumentKind.CONTRACT):
        raise InvalidInput(_("Please attach a quote or a contract."), field="quote")


def _amount_check(minor: int, field: str) -> None:
    if type(minor) is not int or minor < 0:
        raise InvalidInput(_("A sum cannot be less than nothing."), field=field)
    if minor > LARGEST_MINOR:
        raise InvalidInput(_("This sum is too large."), field=field)
