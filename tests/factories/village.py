"""A village administration at its desk: its people, a draft, and a browser for one of them."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from birge import clock
from birge.accounts.models import User
from birge.documents.services import document_store
from birge.organisations.models import Organisation, Role
from birge.places.models import Place
from funds.releases.models import Release
from funds.releases.services import release_ask, release_pay, release_sign
from projects.works.models import Milestone, Project
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestones_set,
    project_create,
    project_edit,
    project_start,
    quote_attach,
    shares_set,
)
from tests.factories.funds import (
    PDF,
    VillageProject,
    aimak_and_village,
    factor,
    officer_of,
    open_funded,
    organisation,
    paper,
)


@dataclass
class Village:
    """A verified administration with its three officers and one village."""

    administration: Organisation
    place: Place
    head: User
    finance_officer: User
    focal_point: User


def village() -> Village:
    """Return a new one."""
    aimak, place = aimak_and_village()
    administration = organisation("village_administration", aimak)
    return Village(
        administration=administration,
        place=place,
        head=officer_of(administration, Role.HEAD),
        finance_officer=officer_of(administration, Role.FINANCE_OFFICER),
        focal_point=officer_of(administration, Role.FOCAL_POINT),
    )


def draft(home: Village, **words: Any) -> Project:
    """Return a draft with nothing but its first page."""
    first = {"title_en": "Street light", "summary_en": "Twenty lamps."} | words
    return project_create(
        village=home.place,
        administration=home.administration,
        actor=home.focal_point,
        category="light",
        language="en",
        **first,
    )


def written(home: Village) -> Project:
    """Return a draft that lacks nothing: costs of 1000 som, 600 from donors, 400 from the village, one stage."""
    project, author = draft(home), home.focal_point
    budget_lines_set(project=project, actor=author, lines=[BudgetLineData("Lamps", Decimal(10), "pieces", 100_00)])
    shares_set(project=project, actor=author, shares=[ShareData("donors", 600_00), ShareData("village", 400_00)])
    milestones_set(project=project, actor=author, milestones=[MilestoneData("Lamps stand", 1000_00)])
    project_edit(project=project, actor=author, keeper_name="B. Asanov", upkeep_yearly_minor=0)
    project.refresh_from_db()
    return project


def quoted(home: Village, project: Project) -> None:
    """Attach a quote to every line, and write down which permits there are."""
    for line in project.budget_lines.all():
        quote_attach(
            line=line,
            actor=home.focal_point,
            document=document_store(
                file=pdf(), kind="quote", actor=home.focal_point, organisation=home.administration, visibility="public"
            ),
        )
    project_edit(project=project, actor=home.focal_point, permits="None needed")


def under_way(**shares: int) -> VillageProject:
    """Return a project whose money is all there and whose work has begun."""
    world = open_funded(**shares)
    world.project = project_start(project=world.project, actor=world.head)
    return world


def asked_release(world: VillageProject) -> Release:
    """Let the finance officer ask for the money of the first stage."""
    stage = Milestone.objects.get(project=world.project, position=1)
    contract = paper(world, "contract")
    return release_ask(milestone=stage, actor=world.finance_officer, reason="The lamps are ordered", basis=contract)


def paid_release(world: VillageProject) -> Release:
    """Let it be asked for, signed from both sides and paid."""
    release = asked_release(world)
    for signer in (world.head, world.signatory):
        release = release_sign(release=release, actor=signer, proof=factor(signer))
    return pay_release(world, release)


def pay_release(world: VillageProject, release: Release) -> Release:
    """Let the custodian's officer pay a signed release."""
    return release_pay(
        release=release,
        actor=world.officer,
        bank_reference="BL-1",
        bank_line=paper(world),
        proof=factor(world.officer),
    )


def browser(user: User | None = None) -> Client:
    """Return a browser, signed in as this person."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, *args: Any) -> str:
    """Return the English address of a page."""
    with translation.override("en"):
        return reverse(name, args=[getattr(each, "public_id", each) for each in args])


def pdf(name: str = "quote.pdf") -> SimpleUploadedFile:
    """Return a small PDF as a browser sends it."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


def photo(name: str = "site.jpg", *, size: tuple[int, int] = (40, 30)) -> SimpleUploadedFile:
    """Return a small photo as a phone sends it."""
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def rows(*filled: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    """Return the fields of a page with rows."""
    data: dict[str, Any] = {"row-TOTAL_FORMS": str(count or len(filled)), "row-INITIAL_FORMS": "0"}
    for number, row in enumerate(filled):
        data |= {f"row-{number}-{name}": value for name, value in row.items()}
    return data


def in_days(days: int) -> str:
    """Return a day from today on as a browser sends it."""
    return (clock.today() + dt.timedelta(days=days)).isoformat()
