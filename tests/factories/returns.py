"""Money on its way back: many gifts at once, and the people who send them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.db import transaction

from birge import clock
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.facts import FactKind, PaymentFact, fact_report
from funds.payments.models import ConfirmedHow, Payment, PaymentStatus
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund
from funds.returns.models import WishChoice
from funds.settlement.services import (
    project_cancel_and_refund,
    project_open_with_money,
    refund_confirm,
    refund_send,
    wish_change,
)
from projects.works.models import Project
from tests.factories import funds as make

_numbers = itertools.count(1)


def many_gifts(world: make.VillageProject, amounts: list[int], kind: str = "transfer") -> list[Payment]:
    """Return payments that arrived for the project without a promise, each in the ledger (minor units)."""
    custodian, project = world.custodian.public_id, world.project.public_id
    asset = {"sandbox": codes.sandbox, "stripe": codes.stripe}.get(kind, codes.bank)(custodian)
    drafts = [
        EntryDraft(
            kind=EntryKind.PAYMENT_RECEIVED,
            legs=[
                Leg(AccountKey(asset, "KGS"), amount),
                Leg(AccountKey(codes.held_project(custodian, project), "KGS"), -amount),
            ],
        )
        for amount in amounts
    ]
    with transaction.atomic():
        opened = command_open(scope="test:many", key=str(next(_numbers)), request={})
        entries = post(command=opened.command, drafts=drafts)
        command_finish(opened.command, "many")
    now = clock.now()
    return Payment.objects.bulk_create(
        Payment(
            custodian=world.custodian, project=world.project, kind=kind, amount_minor=amount, currency="KGS",
            received_on=clock.today(), recorded_at=now, status=PaymentStatus.CONFIRMED, decided_at=now,
            confirmed_how=ConfirmedHow.PROVIDER, entry_id=entry.id, reference=f"M-{next(_numbers)}",
        )
        for amount, entry in zip(amounts, entries, strict=True)
    )  # fmt: skip


def give_up(world: make.VillageProject) -> Project:
    """Let the village's head give the project up."""
    return project_cancel_and_refund(project=world.project, actor=world.head, reason="Дорогу построит область")


def send_back(world: make.VillageProject, refund: Refund) -> Refund:
    """Let one officer send a refund and another confirm it."""
    sent = refund_send(
        refund=refund,
        actor=world.officer,
        bank_reference=f"R-{next(_numbers)}",
        bank_line=None,
        proof=make.factor(world.officer),
    )
    return refund_confirm(refund=sent, actor=world.second_officer, proof=make.factor(world.second_officer))


def paid_gift(world: make.VillageProject, amount: int, **how: Any) -> Pledge:
    """Return a promise that was kept."""
    pledge = make.confirmed_pledge(world.project, amount)
    make.pay(world, pledge, **how)
    return pledge


def choose_village(pledge: Pledge) -> None:
    """Let the donor choose beforehand: to another project of the village."""
    wish_change(token=pledge_token(pledge), choice=WishChoice.VILLAGE)


def beside(world: make.VillageProject, *, donors: int = 10_000_00, days: int = 200, **changes: Any) -> Project:
    """Return another open project of the same village, with the same custodian."""
    aimak = world.project.administration
    project = make.adopted_project(donors=donors, village_share=0, administration=aimak, place=world.project.village)
    return project_open_with_money(
        project=project,
        actor=world.head,
        deadline=clock.today() + dt.timedelta(days=days),
        custodian=changes.get("custodian", world.custodian),
        outside_signatory=world.signatory,
        outside_substitute=world.substitute,
        signatory_organisation=world.association,
    )


def provider_says_sent(payment: Payment, amount_minor: int) -> None:
    """Let the provider's own word come that it gave so much back: it is booked as a fact."""
    with transaction.atomic():
        opened = command_open(scope="test:provider", key=payment.public_id, request={})
        fact_report(PaymentFact(payment, FactKind.SENT_BACK, opened.command, amount_minor))
        command_finish(opened.command, payment.public_id)
