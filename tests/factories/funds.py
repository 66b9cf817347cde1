"""Projects that raise money, their people, and gifts on their way: made through the services, as in life."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from birge import clock
from birge.accounts.factors import FactorProof
from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.services import document_store
from birge.money import Money
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from birge.organisations.models import Organisation, Role
from birge.places.models import Place
from birge_engine.split import largest_remainder
from funds.payments.models import Payment, PaymentMethod
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.proofs import code_new
from funds.pledges.services import pledge_make
from funds.pledges.tokens import Purpose, pledge_token
from funds.releases.models import Expense, Release
from funds.releases.services import expense_accept, expense_submit, release_ask, release_pay, release_sign
from funds.settlement.services import (
    pledge_confirm_and_match,
    pledge_payment_record,
    project_open_with_money,
    village_payment_record,
)
from projects.updates.services import update_publish
from projects.works.models import BudgetLine, Milestone, Project, Share
from projects.works.services import milestone_accept, milestone_report, project_start
from tests.factories.people import aimak_and_village, officer_of, organisation, person, seated

_numbers = itertools.count(1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass
class VillageProject:
    """An open project with everyone who has a part in its money."""

    project: Project
    custodian: Organisation
    officer: User
    second_officer: User
    head: User
    finance_officer: User
    signatory: User
    substitute: User
    association: Organisation


def adopted_project(
    *,
    donors: int,
    village_share: int,
    administration: Organisation,
    place: Place,
    stages: int = 1,
    matching: int = 0,
) -> Project:
    """Return an adopted project: one budget line with its quote, stages of equal sums (minor units)."""
    total, author = donors + village_share + matching, person()
    project = Project.objects.create(
        village=place,
        administration=administration,
        category="light",
        currency="KGS",
        language="ru",
        title_ru="Свет на улицах",
        summary_ru="Двадцать фонарей.",
        status="adopted",
        people_asked="Сход жителей",
        permits="Разрешение РЭС № 4",
        keeper_name="Б. Асанов",
        keeper_role="электрик",
        upkeep_yearly_minor=10_000_00,
        resolution=_document("resolution", author, administration),
        resolution_number="12",
        resolution_date=clock.today(),
        created_at=clock.now(),
        created_by=author,
    )
    BudgetLine.objects.create(
        project=project,
        position=1,
        text="Фонари",
        quantity=1,
        unit="комплект",
        unit_price_minor=total,
        total_minor=total,
        quote=_document("quote", author, administration),
    )
    for party, amount in (("donors", donors), ("village", village_share), ("matching", matching)):
        if amount:
            Share.objects.create(project=project, party=party, amount_minor=amount)
    for position, tranche in enumerate(largest_remainder(total, [1] * stages), start=1):
        Milestone.objects.create(project=project, position=position, text=f"Этап {position}", tranche_minor=tranche)
    return project


def open_village_project(
    *,
    donors: int = 10_000_00,
    village: int = 10_000_00,
    deadline_days: int = 200,
    stages: int = 1,
    matching: int = 0,
    custodian: Organisation | None = None,
) -> VillageProject:
    """Return a project that has just opened; `donors`, `village` and `matching` are the shares of its plan.

    Minor units. Its money lies with `custodian`, or with a new one.
    """
    aimak, place = aimak_and_village()
    administration = organisation("village_administration", aimak)
    custodian, association = custodian or organisation("custodian"), organisation("migrant_association")
    head = officer_of(administration, Role.HEAD)
    world = VillageProject(
        project=adopted_project(
            donors=donors,
            village_share=village,
            administration=administration,
            place=place,
            stages=stages,
            matching=matching,
        ),
        custodian=custodian,
        officer=seated(custodian, Role.CUSTODIAN_OFFICER, 1),
        second_officer=seated(custodian, Role.CUSTODIAN_OFFICER, 2),
        head=head,
        finance_officer=officer_of(administration, Role.FINANCE_OFFICER),
        signatory=officer_of(association, Role.SIGNATORY),
        substitute=officer_of(association, Role.TREASURER),
        association=association,
    )
    for kind in ("transfer", "cash"):
        if not PaymentMethod.objects.filter(custodian=custodian, kind=kind).exists():
            switch_on(world, kind)
    world.project = project_open_with_money(
        project=world.project,
        actor=head,
        deadline=clock.today() + dt.timedelta(days=deadline_days),
        custodian=custodian,
        outside_signatory=world.signatory,
        outside_substitute=world.substitute,
        signatory_organisation=association,
    )
    return world


def switch_on(world: VillageProject, kind: str) -> PaymentMethod:
    """Let the custodian take money this way from everywhere."""
    return PaymentMethod.objects.create(
        custodian=world.custodian,
        kind=kind,
        valid_from=clock.today() - dt.timedelta(days=1),
        details={"holder": "Fund", "account": "1280016000000000"},
    )


def contact(value: str = "") -> Contact:
    """Return an e-mail contact, a new one unless given."""
    return Contact("email", value or f"donor{next(_numbers)}@example.org")


def pledge_request(project: Project, amount: int = 500_00, **changes: Any) -> dict[str, Any]:
    """Return what a guest's form sends to `pledge_make` (`amount` in minor units of the plan's currency)."""
    return {
        "project": project,
        "amount": Money(amount, "KGS"),
        "contact": contact(),
        "country": "RU",
        "credit_choice": "nobody",
        "language": "en",
        "terms_version": settings.TERMS_VERSION,
        "idempotency": ("guest:test", f"form-{next(_numbers)}"),
    } | changes


def pledge(project: Project, amount: int = 500_00, **changes: Any) -> Pledge:
    """Return a pledge whose contact is not proven yet."""
    return pledge_make(**pledge_request(project, amount, **changes))


def newest_code(made: Pledge) -> str:
    """Return a fresh code for this pledge, as its contact would read it."""
    return code_new(made)


def confirm(made: Pledge, **how: Any) -> Pledge:
    """Confirm a pledge, by the link in its message unless told otherwise."""
    proof = how or {"how": "link", "token": pledge_token(made, Purpose.CONFIRM)}
    return pledge_confirm_and_match(pledge=made, **proof)


def confirmed_pledge(project: Project, amount: int = 500_00, *, made: Pledge | None = None, **how: Any) -> Pledge:
    """Return a confirmed pledge: `made`, or a new one over `amount`."""
    return confirm(made or pledge(project, amount), **how)


def factor(user: User, *, at: dt.datetime | None = None) -> FactorProof:
    """Return the proof that this person has just shown a second factor."""
    return FactorProof(user_id=user.pk, method="totp", at=at or clock.now())


def record(world: VillageProject, given: Pledge, amount_minor: int | None = None, **changes: Any) -> Payment:
    """Let the custodian's officer write down a payment for this pledge: all of it unless told otherwise."""
    n = next(_numbers)
    request = {
        "pledge": given,
        "kind": "transfer",
        "amount": Money(amount_minor or given.amount_minor, given.currency),
        "received_on": clock.today(),
        "reference": f"PP-{n}",
        "actor": world.officer,
        "idempotency": ("user:test", f"payment-{n}"),
    }
    return pledge_payment_record(**(request | changes))


def pay(world: VillageProject, given: Pledge, amount_minor: int | None = None, **changes: Any) -> Payment:
    """Let a payment for this pledge be recorded and confirmed by the second officer."""
    payment = record(world, given, amount_minor, **changes)
    return payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def record_village(world: VillageProject, amount: int, **changes: Any) -> Payment:
    """Let the custodian's officer write down that the village paid (minor units)."""
    n = next(_numbers)
    request = {
        "project": world.project,
        "amount": Money(amount, "KGS"),
        "received_on": clock.today(),
        "reference": f"VB-{n}",
        "actor": world.officer,
        "idempotency": ("user:test", f"village-{n}"),
    }
    return village_payment_record(**(request | changes))


def village_pays(world: VillageProject, amount: int, **changes: Any) -> Payment:
    """Let the village's payment be recorded and confirmed."""
    payment = record_village(world, amount, **changes)
    return payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def open_funded(*, donors: int = 10_000_00, village: int = 10_000_00, stages: int = 1) -> VillageProject:
    """Return a project whose money is all there: promised, paid by one donor and by the village."""
    world = open_village_project(donors=donors, village=village, stages=stages)
    pay(world, confirmed_pledge(world.project, donors))
    if village:
        village_pays(world, village)
    world.project.refresh_from_db()
    return world


def under_way(*, donors: int = 10_000_00, village: int = 10_000_00, stages: int = 3) -> VillageProject:
    """Return a funded project whose work has begun, in stages of equal sums."""
    world = open_funded(donors=donors, village=village, stages=stages)
    world.project = project_start(project=world.project, actor=world.head)
    return world


def stage(world: VillageProject, position: int) -> Milestone:
    """Return one stage of the project as it is now."""
    return Milestone.objects.select_related("project__custodian").get(project=world.project, position=position)


def ask(world: VillageProject, position: int = 1, **changes: Any) -> Release:
    """Let the finance officer ask for the money of a stage, on a contract."""
    request = {
        "milestone": stage(world, position),
        "actor": world.finance_officer,
        "reason": "Поставщик ждёт",
        "basis": paper(world, "contract"),
    }
    return release_ask(**(request | changes))


def sign(release: Release, *signers: User) -> Release:
    """Let each of these people sign, with a fresh second factor."""
    for signer in signers:
        release = release_sign(release=release, actor=signer, proof=factor(signer))
    return release


def pay_out(world: VillageProject, release: Release, **changes: Any) -> Release:
    """Let the custodian's officer pay a release, with the bank's line."""
    request = {
        "release": release,
        "actor": world.officer,
        "bank_reference": f"OUT-{next(_numbers)}",
        "bank_line": paper(world),
        "proof": factor(changes.get("actor", world.officer)),
    }
    return release_pay(**(request | changes))


def released(world: VillageProject, position: int = 1) -> Release:
    """Return the money of a stage, asked for, signed from both sides and paid out."""
    return pay_out(world, sign(ask(world, position), world.head, world.signatory))


def receipt(world: VillageProject, release: Release, amount_minor: int | None = None, **changes: Any) -> Expense:
    """Let the finance officer show a receipt: over all of the tranche unless told otherwise."""
    n = next(_numbers)
    request = {
        "release": release,
        "budget_line": world.project.budget_lines.get(position=1),
        "amount": Money(amount_minor or release.amount_minor, release.currency),
        "supplier": "ОсОО Электросвет",
        "number": f"Ч-{n}",
        "spent_on": clock.today(),
        "receipt": paper(world, "receipt"),
        "actor": world.finance_officer,
    }
    return expense_submit(**(request | changes))


def photo_file() -> SimpleUploadedFile:
    """Return a small photo, each time another one."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (next(_numbers) % 256, 90, 120)).save(picture, "JPEG")
    return SimpleUploadedFile("photo.jpg", picture.getvalue(), "image/jpeg")


def shown(world: VillageProject, position: int = 1) -> None:
    """Let a stage be shown in a photo, reported by the village and accepted from outside."""
    update_publish(
        project=world.project,
        actor=world.finance_officer,
        text=f"Этап {position} готов, {next(_numbers)}",
        language="ru",
        photos=[photo_file()],
        milestone=stage(world, position),
    )
    milestone_report(milestone=stage(world, position), actor=world.finance_officer)
    milestone_accept(milestone=stage(world, position), actor=world.signatory)


def documented(world: VillageProject, position: int = 1) -> Release:
    """Return a stage's money paid out and shown by an accepted receipt."""
    release = released(world, position)
    expense_accept(expense=receipt(world, release), actor=world.signatory)
    return release


def paper(world: VillageProject, kind: str = "bank_line") -> Document:
    """Return a stored paper of the custodian."""
    return _document(kind, world.officer, world.custodian)


def notices(template: str) -> list[Notice]:
    """Return the messages made from this template, oldest first."""
    return list(Notice.objects.filter(template=template).order_by("id"))


def _document(kind: str, author: User, owner: Organisation) -> Document:
    file = SimpleUploadedFile("paper.pdf", PDF + str(next(_numbers)).encode(), "application/pdf")
    return document_store(file=file, kind=kind, title=kind, actor=author, organisation=owner, visibility="public")
