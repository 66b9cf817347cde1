"""A batch is worked off, one part at a time, each in transactions of its own. It may be killed between any two.

Taken up again, nothing happens twice and nothing is left: a part that is done is done, a message is written in the
transaction that makes it true, and a provider is asked once more under a key of its own.
"""

from __future__ import annotations

import logging

from django.db import transaction

from birge import clock
from birge.errors import BirgeError
from funds.ledger.posting import command_finish, command_open
from funds.matching.models import Given
from funds.matching.services import matches_return, rules_lock
from funds.payments.models import PaymentKind
from funds.payments.providers.base import ByHand, RefundStep
from funds.returns.models import PartStatus, RefundBatch, RefundPart
from projects.works.services import project_lock

from .closing import PART_STEPS, part_lock, part_move, refund_money
from .moving import offer_begin, offer_work, wants_move
from .routing import booked, due_notice, needs_nobody, provider_for_payment, refund_lock, refund_of, to_officer

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 1000  # of asking a provider; the desk shows from the first failure on what it said


def batches_waiting() -> list[RefundBatch]:
    """Return the batches in which something can be done without an officer, oldest first."""
    ours = (PartStatus.WAITING, PartStatus.OFFERED, PartStatus.PROVIDER)
    found = RefundBatch.objects.filter(finished_at=None, parts__status__in=ours).distinct()
    return list(found.select_related("project", "custodian").order_by("id"))


def batch_work(batch: RefundBatch) -> list[str]:
    """Work off all that needs no officer; return what was refused, to be looked at. Call it outside a transaction.

    One part that fails is logged and does not hold up the others.
    """
    failed = []
    ours = [PartStatus.WAITING, PartStatus.OFFERED, PartStatus.PROVIDER]
    for part in batch.parts.filter(status__in=ours).order_by("position"):
        try:
            part_work(part)
        except BirgeError as refusal:
            logger.error("refunds: part %s of %s refused (%s): %s", part, batch, refusal.code, refusal)
            failed.append(f"{batch}/{part.position}")
    return failed


def batch_work_at_once(batch: RefundBatch) -> None:
    """Work off, in the caller's transaction, what needs nobody outside: the project's row is locked already."""
    for part in batch.parts.filter(status=PartStatus.WAITING).order_by("position"):
        if needs_nobody(part):
            part_begin(part)


def part_work(part: RefundPart) -> RefundPart:
    """Do what can be done for one part now."""
    if part.status == PartStatus.OFFERED:
        part = offer_work(part)
    elif part.status == PartStatus.WAITING:
        part = part_begin(part)
    if part.status == PartStatus.WAITING or (part.status == PartStatus.PROVIDER and part.answered_at is None):
        return _provider_ask(part)
    return part


@transaction.atomic
def part_begin(part: RefundPart) -> RefundPart:
    """Begin with a part that waits: book what never left the custodian, offer, or put it where somebody sends it."""
    if part.given is not None:
        return _match_back(part)
    refund = refund_of(part)
    if refund.payment.kind == PaymentKind.POOL:
        return booked(part, "to_pool")
    provider = provider_for_payment(refund.payment)
    if wants_move(refund):
        return offer_begin(part)
    if provider is not None and provider.is_play_money:
        return booked(part, "play")
    refund_lock(refund)
    part = part_lock(part)
    if part.status != PartStatus.WAITING:
        return part
    if provider is None or isinstance(provider, ByHand):
        return to_officer(part)
    return part_move(part, PartStatus.PROVIDER)


def _provider_ask(part: RefundPart) -> RefundPart:
    """Ask the provider to send it back, outside any transaction; what it answers is noted, what it did is a fact.

    The money is booked when the provider's own word comes (`money_sent_back`), never on the answer.
    """
    refund = refund_of(part)
    provider = provider_for_payment(refund.payment)
    step, error = RefundStep.BY_OFFICER, ""
    try:
        if provider is not None:
            step = provider.refund(refund.payment, refund_money(refund))
    except Exception as trouble:  # no answer is "unknown", never "failed": it is asked again, under the same key
        error = f"{type(trouble).__name__}: {trouble}"[:200]
        logger.warning("refunds: %s did not answer for %s: %s", refund.payment.kind, refund, error)
    return _provider_answer(part, step, error)


@transaction.atomic
def _provider_answer(part: RefundPart, step: RefundStep, error: str) -> RefundPart:
    refund_lock(refund_of(part))
    part = part_lock(part)
    if part.status != PartStatus.PROVIDER or part.answered_at is not None:
        return part
    part.asked_at, part.error = clock.now(), error
    part.attempts = min(part.attempts + 1, MOST_ATTEMPTS)
    if error:
        part.save(update_fields=PART_STEPS)
        return part
    if step == RefundStep.BY_OFFICER:
        return to_officer(part)
    part.answered_at = clock.now()
    part.save(update_fields=PART_STEPS)
    due_notice(part)
    return part


def _match_back(part: RefundPart) -> RefundPart:
    """Take a part of a match back: it never left the custodian, and waits in its pool again at once."""
    ref = str(_given_of(part).entry_id)
    opened = command_open(scope=f"match:{ref}", key="return", request={"match": ref, "amount_minor": part.amount_minor})
    project = project_lock(part.batch.project)
    rules_lock(project=project)
    part = part_lock(part)
    if opened.replayed:
        return part
    related = ("version__rule__custodian", "project__custodian", "reservation")
    given = Given.objects.select_related(*related).get(pk=_given_of(part).pk)
    matches_return(given=given, amount=part.amount_minor, command=opened.command)
    part = part_move(part, PartStatus.DONE)
    command_finish(opened.command, ref)
    return part


def _given_of(part: RefundPart) -> Given:
    if part.given is None:
        raise ValueError("a payment is sent back, not taken back")
    return part.given
