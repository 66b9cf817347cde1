"""Associations with people in every office, their terms of reference, and pools with what those gave."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Organisation, Role, TermsOfReference
from birge.organisations.services import terms_approve, terms_ask
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, post
from funds.matching.models import Given, Run
from funds.payments.models import Payment
from funds.pools.models import Pool
from projects.works.models import Project
from tests.factories.funds import factor, person
from tests.factories.matching import published, under_command
from tests.factories.organisations import acting_for, seated

_numbers = itertools.count(1)
TEXT = "Собираем вместе, решаем вместе. Казначей отчитывается каждый месяц."


@dataclass
class Association:
    """Who is in it. Everyone who signs has a second factor; members have none."""

    organisation: Organisation
    chair: User
    treasurer: User
    signatories: list[User]
    members: list[User] = field(default_factory=list)


def association(*, signatories: int = 3, members: int = 2) -> Association:
    """Return a verified association of `2 + signatories + members` people."""
    where = acting_for(Role.CHAIR)
    return Association(
        organisation=where,
        chair=seated(where, Role.CHAIR).user,
        treasurer=seated(where, Role.TREASURER).user,
        signatories=[seated(where, Role.SIGNATORY, seat=seat).user for seat in range(1, signatories + 1)],
        members=[seated(where, Role.MEMBER, who=person(), seat=seat).user for seat in range(1, members + 1)],
    )


def words(**changes: Any) -> dict[str, Any]:
    """Return what terms of reference say: one more person up to 50 000 som, above it three."""
    said = {
        "text": TEXT,
        "language": "ru",
        "how": "signatures",
        "threshold_minor": 50_000_00,
        "currency": "KGS",
        "needed_below": 1,
        "needed_above": 3,
    }
    return said | changes


def terms_of(where: Association, **changes: Any) -> TermsOfReference:
    """Return new terms of reference that as many have agreed to as are needed, the treasurer first."""
    asked = terms_ask(organisation=where.organisation, actor=where.chair, **words(**changes))
    for one in [where.treasurer, *where.signatories][: asked.agreements_needed]:
        asked = terms_approve(terms=asked, actor=one, proof=factor(one))
    return asked


@transaction.atomic
def pool_of(where: Organisation, custodian: Organisation, holds: int = 0, **changes: Any) -> Pool:
    """Return a pool of this organisation that holds so much free money (minor units)."""
    facts = {"name_ru": f"Фонд {next(_numbers)}", "opened_at": clock.now(), "opened_by": person()}
    pool = Pool.objects.create(organisation=where, custodian=custodian, **(facts | changes))
    if holds:
        bank = AccountKey(codes.bank(custodian.public_id), pool.currency)
        held = AccountKey(codes.held_pool(custodian.public_id, pool.public_id), pool.currency)
        draft = EntryDraft(kind=EntryKind.PAYMENT_RECEIVED, legs=[Leg(bank, holds), Leg(held, -holds)])
        post(command=under_command(), drafts=[draft])
    return pool


def gave(pool: Pool, project: Project, amount: int, **changes: Any) -> Payment:
    """Return the payment that a booked gift of the pool leaves."""
    facts = {"status": "confirmed", "confirmed_how": "decision", "decided_at": clock.now(), "entry_id": uuid.uuid4()}
    return Payment.objects.create(
        custodian=pool.custodian,
        project=project,
        pool_ref=pool.public_id,
        kind="pool",
        amount_minor=amount,
        currency=pool.currency,
        received_on=clock.today(),
        recorded_at=clock.now(),
        **(facts | changes),
    )


def matched(pool: Pool, project: Project, amount: int, *, returned: int = 0) -> Given:
    """Return what a rule of the pool gave to the project in a run."""
    version = published(pool.custodian, pool=pool.public_id, amount=amount)
    run = Run.objects.create(
        version=version, at=clock.now(), report="{}", digest=version.rule.public_id, input_digest="", total_minor=amount
    )
    back = {"returned_minor": returned, "returned_entry_id": uuid.uuid4()} if returned else {}
    return Given.objects.create(
        version=version,
        project=project,
        run=run,
        amount_minor=amount,
        currency=pool.currency,
        entry_id=uuid.uuid4(),
        given_at=clock.now(),
        **back,
    )
