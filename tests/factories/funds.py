"""Projects that raise money, their people, and gifts on their way: made through the services, as in life."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from birge.accounts.factors import FactorProof
from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.services import document_store
from birge.money import Money
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from birge.organisations.models import Office, Organisation, Role, Term
from birge.places.models import Place
from funds.payments.models import Payment, PaymentMethod
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.proofs import code_new
from funds.pledges.services import pledge_make
from funds.pledges.tokens import Purpose, pledge_token
from funds.settlement.services import (
    pledge_confirm_and_match,
    pledge_payment_record,
    project_open_with_money,
    village_payment_record,
)
from projects.works.models import BudgetLine, Milestone, Project, Share

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


def person(*, email: str | None = None, name: str = "", factor_enrolled: bool = False) -> User:
    """Return a new person with an account, with an authenticator if asked."""
    n = next(_numbers)
    user = User.objects.create_user(email or f"person{n}@example.org", "a long password", name=name or f"Person {n}")
    if factor_enrolled:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used here"})
    return user


def officer_of(organisation: Organisation, role: Role, *, seat: int = 1) -> User:
    """Return a new person who holds this office from yesterday on, with a second factor."""
    user = person(factor_enrolled=True)
    office, _made = Office.objects.get_or_create(organisation=organisation, role=role, seat=seat)
    Term.objects.create(office=office, user=user, starts=clock.today() - dt.timedelta(days=1))
    return user


def organisation(kind: str, place: Place | None = None) -> Organisation:
    """Return a new verified organisation."""
    return Organisation.objects.create(
        kind=kind, place=place, name_ru=f"Организация {next(_numbers)}", status="verified", country="KG"
    )


def aimak_and_village() -> tuple[Place, Place]:
    """Return a new ayil aimak and a village in it."""
    n, since = next(_numbers), dt.date(2000, 1, 1)
    aimak = Place.objects.create(kind="ayil_aimak", level=3, name_ru=f"аймак {n}", soate=f"A{n}", valid_from=since)
    lead = Place.objects.create(
        kind="village", level=4, name_ru=f"село {n}", soate=f"V{n}", parent=aimak, valid_from=since
    )
    return aimak, lead


def adopted_project(*, donors: int, village_share: int, administration: Organisation, place: Place) -> Project:
    """Return a project that its kenesh has adopted: one budget line with its quote, one milestone (minor units)."""
    total, author = donors + village_share, person()
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
    for party, amount in (("donors", donors), ("village", village_share)):
        if amount:
            Share.objects.create(project=project, party=party, amount_minor=amount)
    Milestone.objects.create(project=project, position=1, text="Фонари стоят", tranche_minor=total)
    return project


def open_village_project(
    *, donors: int = 10_000_00, village: int = 10_000_00, deadline_days: int = 200
) -> VillageProject:
    """Return a project that has just opened; `donors` and `village` are the shares of its plan (minor units)."""
    aimak, place = aimak_and_village()
    administration = organisation("village_administration", aimak)
    custodian, association = organisation("custodian"), organisation("migrant_association")
    head = officer_of(administration, Role.HEAD)
    world = VillageProject(
        project=adopted_project(donors=donors, village_share=village, administration=administration, place=place),
        custodian=custodian,
        officer=officer_of(custodian, Role.CUSTODIAN_OFFICER),
        second_officer=officer_of(custodian, Role.CUSTODIAN_OFFICER, seat=2),
        head=head,
        finance_officer=officer_of(administration, Role.FINANCE_OFFICER),
        signatory=officer_of(association, Role.SIGNATORY),
        substitute=officer_of(association, Role.TREASURER),
        association=association,
    )
    for kind in ("transfer", "cash"):
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


def open_funded(*, donors: int = 10_000_00, village: int = 10_000_00) -> VillageProject:
    """Return a project whose money is all there: promised, paid by one donor and by the village."""
    world = open_village_project(donors=donors, village=village)
    pay(world, confirmed_pledge(world.project, donors))
    if village:
        village_pays(world, village)
    world.project.refresh_from_db()
    return world


def paper(world: VillageProject, kind: str = "bank_line") -> Document:
    """Return a stored paper of the custodian."""
    return _document(kind, world.officer, world.custodian)


def notices(template: str) -> list[Notice]:
    """Return the messages made from this template, oldest first."""
    return list(Notice.objects.filter(template=template).order_by("id"))


def _document(kind: str, author: User, owner: Organisation) -> Document:
    file = SimpleUploadedFile("paper.pdf", PDF + str(next(_numbers)).encode(), "application/pdf")
    return document_store(file=file, kind=kind, title=kind, actor=author, organisation=owner, visibility="public")
