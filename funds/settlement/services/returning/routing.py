"""Which way a part goes back: booked at once where nobody has to send it, else by its provider or by officers."""

from __future__ import annotations

from django.db import transaction

from birge import clock
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import Payment
from funds.payments.providers.base import ByHand, Provider
from funds.payments.providers.registry import provider_of
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.states import PledgeStatus
from funds.releases.models import Refund, RefundStatus
from funds.returns.models import BatchReason, PartStatus, RefundPart
from projects.works.services import project_lock

from .closing import part_lock, part_move, pledges_close, refund_drafts, refund_money


@transaction.atomic
def part_route(part: RefundPart) -> RefundPart:
    """Send an offered part the way it came after all: the donor said no, or there is no project to take it."""
    refund = refund_of(part)
    provider = provider_for_payment(refund.payment)
    if provider is not None and provider.is_play_money:
        return booked(part, "play")
    refund_lock(refund)
    part = part_lock(part)
    if part.status != PartStatus.OFFERED:
        return part
    if provider is None or isinstance(provider, ByHand):
        return to_officer(part)
    return part_move(part, PartStatus.PROVIDER)


def to_officer(part: RefundPart) -> RefundPart:
    """Put a locked part where officers see it, and tell its donor that it comes back."""
    part = part_move(part, PartStatus.OFFICER)
    due_notice(part)
    return part


def booked(part: RefundPart, key: str) -> RefundPart:
    """Book what needs nobody to send it: a pool's money, which never left the custodian, or play money."""
    refund = refund_of(part)
    opened = command_open(scope=f"refund:{refund.public_id}", key=key, request={"refund": refund.public_id})
    project_lock(refund.project)
    refund = refund_lock(refund)
    if opened.replayed or refund.status != RefundStatus.DUE:
        if not opened.replayed:
            command_finish(opened.command, refund.public_id)
        return part_lock(part)
    drafts = [_to_pool_draft(refund)] if key == "to_pool" else refund_drafts(refund)
    entry = post(command=opened.command, drafts=drafts)[-1]
    refund.status, refund.entry_id, refund.confirmed_at = RefundStatus.PAID, entry.id, clock.now()
    refund.save(update_fields=["status", "entry_id", "confirmed_at"])
    pledges_close(refund)
    command_finish(opened.command, refund.public_id)
    return part_lock(part)


def _to_pool_draft(refund: Refund) -> EntryDraft:
    payment, custodian = refund.payment, refund.custodian.public_id
    held = (codes.held_project(custodian, refund.project.public_id), codes.held_pool(custodian, payment.pool_ref))
    project, pool = (AccountKey(code=code, currency=refund.currency) for code in held)
    return EntryDraft(
        kind=EntryKind.POOL_RETURNED,
        legs=[Leg(account=project, amount=refund.amount_minor), Leg(account=pool, amount=-refund.amount_minor)],
        resolves=payment.entry_id,
        group=payment.group,
    )


def due_notice(part: RefundPart) -> None:
    """Tell the donor that it comes back. Written where the part moves on, so it is told once."""
    refund = refund_of(part)
    group = refund.payment.group
    pledge = Pledge.objects.filter(group=group, status=PledgeStatus.COLLECTED).order_by("id").first() if group else None
    if pledge is not None:
        template = "surplus_due" if part.batch.reason == BatchReason.SURPLUS else "refund_due"
        pledge_notice(pledge, template, back=money_text(refund_money(refund), pledge.language))


def provider_for_payment(payment: Payment) -> Provider | None:
    """Return who can send this payment back by itself; officers send what came from another project."""
    return provider_of(payment.kind)


def refund_of(part: RefundPart) -> Refund:
    """Return what is sent back for this part. Raises ValueError for a match of a pool."""
    if part.refund is None:
        raise ValueError("a match is taken back, not sent back")
    return part.refund


def refund_lock(refund: Refund) -> Refund:
    """Return the refund as it is now, locked until the transaction ends (after project, before its part)."""
    related = ("project", "payment__custodian", "custodian", "bank_line")
    return Refund.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=refund.pk)


def needs_nobody(part: RefundPart) -> bool:
    """Say whether no provider outside has to be asked for it."""
    if part.refund is None:
        return True
    provider = provider_for_payment(part.refund.payment)
    return provider is None or isinstance(provider, ByHand) or provider.is_play_money
