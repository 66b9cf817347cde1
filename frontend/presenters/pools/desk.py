"""A pool as its own people see it: what waits, what it holds, what is proposed, who paid in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.organisations.models import Organisation
from birge.organisations.permissions import ALLOWED, Action
from birge.organisations.selectors import holds_office, terms_now
from frontend.presenters.cash import pool_red, receipt_links, red_notes, state_rows
from frontend.presenters.facts import Fact, Link, day, facts, say, signed, who
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.cash.models import CashReceipt, Kept
from funds.matching.models import RuleStatus
from funds.matching.rule_selectors import rules_of_pool
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pools.models import Pool, PoolGift, PoolGiver, Proposal
from funds.pools.selectors import (
    DECIDING,
    gifts_announced,
    gifts_paid,
    pool_money,
    pools_money,
    pools_of,
    proposals_of,
)
from funds.pools.states import GiftStatus, PoolStatus, ProposalStatus

from .public import how_decided, money_facts
from .tasks import pool_tasks
from .words import STATUS_TONE, counted, headline, rule_names

MOST_DECIDED = 20
MOST_PAID = 200


def pools_desk(organisation: Organisation, user: User) -> dict[str, Any]:
    """Return the pools of an organisation for its people, and whether one can be opened."""
    pools = list(pools_of(organisation))
    money = pools_money(pools)
    return {
        "title": _("Our common funds"),
        "organisation": organisation,
        "name": organisation.name(language()),
        "rows": [
            Row(
                title=pool.name(language()),
                text=_("held by %(custodian)s") % {"custodian": pool.custodian.name(language())},
                url=reverse("desk_pool", args=[pool.public_id]),
                amount=say(money[pool.public_id].held_minor, pool.currency),
                tag=str(PoolStatus(pool.status).label) if pool.status == PoolStatus.CLOSED else "",
                tone="off",
            )
            for pool in pools
        ],
        "may_open": holds_office(user, organisation, ALLOWED[Action.POOL_OPEN]),
        "has_terms": terms_now(organisation) is not None,
    }


def pool_desk(pool: Pool, user: User) -> dict[str, Any]:
    """Return the desk of one pool."""
    money = pool_money(pool)
    proposals = list(proposals_of(pool)[:100])
    names = rule_names(proposals)
    waiting = [each for each in proposals if each.status in DECIDING]
    decided = [each for each in proposals if each.status not in DECIDING][:MOST_DECIDED]
    is_open = pool.status == PoolStatus.OPEN
    cash, in_hand = list(_cash_waiting(pool)), pool_red(pool)
    tasks, own = list(pool_tasks(user, pool)), _own_waiting(user, waiting, cash, names)
    said = {task.url for task in tasks} | {row.url for row in own}  # no proposal stands twice on one page
    return {
        "pool": pool,
        "title": pool.name(language()),
        "back": Link(reverse("desk_pools", args=[pool.organisation.public_id]), pool.organisation.name(language())),
        "tasks": tasks,
        "own": own,
        "held": say(money.held_minor, pool.currency),
        "money": money_facts(pool, money),
        "how": how_decided(pool.organisation),
        "has_terms": terms_now(pool.organisation) is not None,
        "is_open": is_open,
        "has_money": money.free_minor > 0,
        "waiting": [row for row in (proposal_row(each, names) for each in waiting) if row.url not in said],
        "decided": [proposal_row(each, names) for each in decided],
        "rules": [
            Link(version.rule.public_id, version.rule.name)
            for version in rules_of_pool(pool.public_id)
            if version.rule.status == RuleStatus.PUBLISHED
        ],
        "is_treasurer": holds_office(user, pool.organisation, ALLOWED[Action.POOL_CASH_RECORD]),
        "with_treasurer": say(money.with_treasurer_minor, pool.currency) if money.with_treasurer_minor else "",
        "cash_notes": red_notes(in_hand),
        "cash_red": state_rows(in_hand.red),
        "opening_note": _("Opened by %(who)s") % {"who": signed(pool.opened_by, pool.opened_at)},
    }


def proposal_row(proposal: Proposal, names: dict[str, str]) -> Row:
    """Return a proposal as a line: what, by whom, until when, how it stands."""
    status = ProposalStatus(proposal.status)
    parts = [who(proposal.made_by), counted(proposal)]
    if status == ProposalStatus.OPEN:
        parts.append(_("by %(day)s") % {"day": day(proposal.deadline)})
    return Row(
        title=headline(proposal, names),
        text=" · ".join(parts),
        url=reverse("proposal", args=[proposal.public_id]),
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def payments_page(pool: Pool) -> dict[str, Any]:
    """Return all that was paid and announced, with names as they were written down: for its own people."""
    paid, announced = list(gifts_paid(pool)[:MOST_PAID]), list(gifts_announced(pool)[:MOST_PAID])
    return {
        "pool": pool,
        "title": _("Who paid in"),
        "back": Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language())),
        "paid": [_gift_row(each) for each in paid],
        "announced": [_gift_row(each) for each in announced],
        "cash": [cash_row(each) for each in _cash_waiting(pool)],
        "total": say(sum(each.received_minor or 0 for each in paid), pool.currency),
        "cut": len(paid) == MOST_PAID,
    }


def cash_row(payment: Payment) -> Row:
    """Return cash that waits for a yes."""
    return Row(
        title=day(payment.received_on),
        text=f"{payment.reference} · {who(payment.recorded_by)}",
        url=reverse("pool_cash", args=[payment.public_id]),
        amount=say(payment.amount_minor, payment.currency),
        tag=str(PaymentStatus(payment.status).label),
        tone="wait",
    )


def cash_context(payment: Payment, pool: Pool, user: User) -> dict[str, Any]:
    """Return the page of a treasurer's cash: who gave it, who wrote it down, what it waits for."""
    giver = PoolGiver.objects.filter(gift__public_id=payment.group).select_related("user").first()
    status = PaymentStatus(payment.status)
    note, tone = _cash_note(payment, giver, user)
    roles = ALLOWED[Action.POOL_CASH_RECORD] | ALLOWED[Action.POOL_CASH_CONFIRM]
    signs = holds_office(user, pool.organisation, roles)  # who may have to ask the payer
    decided = signed(payment.confirmed_by, payment.decided_at) if payment.confirmed_by else ""
    if payment.confirmed_how and not decided:
        decided = f"{payment.get_confirmed_how_display()}, {day(payment.decided_at)}"
    return {
        "title": _("Cash: %(amount)s") % {"amount": say(payment.amount_minor, payment.currency)},
        "note": note,
        "note_tone": tone,
        "back": Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language())),
        "facts": facts(
            Fact(_("For"), pool.name(language())),
            Fact(_("Who gave it"), giver_name(giver)),
            Fact(
                _("Contact"), giver.contact if giver is not None and status == PaymentStatus.RECORDED and signs else ""
            ),
            Fact(_("Thanked as"), giver.credit_line if giver else ""),
            Fact(_("Day"), day(payment.received_on)),
            *(Fact(_("Receipt"), link.text, link.url, css="mono") for link in receipt_links([payment])),
            Fact(_("Where"), _kept(payment)),
            Fact(_("Number"), payment.reference, css="mono"),
            Fact(_("Written down by"), signed(payment.recorded_by, payment.recorded_at)),
            Fact(_("Decided by") if status == PaymentStatus.REFUSED else _("Confirmed by"), decided),
            Fact(_("In the ledger"), _("the entry"), reverse("entry", args=[payment.entry_id]))
            if payment.entry_id
            else None,
        ),
    }


def _kept(payment: Payment) -> str:
    receipt = CashReceipt.objects.filter(payment=payment).first()
    return str(Kept.WALLET.label) if receipt is not None and receipt.kept == Kept.WALLET else ""


def giver_name(giver: PoolGiver | None) -> str:
    """Return who gave, as it was written down: the account's name, else the words of thanks. Never the contact."""
    if giver is None:
        return _("without a name")
    name = str(giver.user.name) if giver.user is not None and giver.user.name else ""
    return name or giver.credit_line or _("without a name")


def _gift_row(gift: PoolGift) -> Row:
    giver = gift.giver if hasattr(gift, "giver") else None
    parts = [day(gift.made_at)]
    if giver is not None and giver.credit_line:
        parts.append(_("thanked as “%(name)s”") % {"name": giver.credit_line})
    if gift.recorded_by_id:
        parts.append(_("through the treasurer"))
    elif gift.standing_id:
        parts.append(_("monthly"))
    return Row(
        title=giver_name(giver),
        text=" · ".join(parts),
        url="",
        amount=say(gift.received_minor or gift.amount_minor, gift.currency),
        tag="" if gift.status == GiftStatus.PAID else str(GiftStatus(gift.status).label),
        tone="wait",
    )


def _cash_waiting(pool: Pool) -> QuerySet[Payment]:
    waiting = Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL_CASH, status=PaymentStatus.RECORDED)
    return waiting.select_related("recorded_by").order_by("id")


def _own_waiting(user: User, waiting: list[Proposal], cash: list[Payment], names: dict[str, str]) -> list[Row]:
    """Return what this person began and others have to finish."""
    mine = [proposal_row(each, names) for each in waiting if each.made_by_id == user.pk]
    return [*mine, *(cash_row(each) for each in cash if each.recorded_by_id == user.pk)]


def _cash_note(payment: Payment, giver: PoolGiver | None, user: User) -> tuple[str, str]:
    status = PaymentStatus(payment.status)
    if status == PaymentStatus.REFUSED:
        return _("Refused: %(reason)s") % {"reason": payment.refused_reason}, "bad"
    if status == PaymentStatus.REVERSED:
        return _("It was written down by mistake and taken out again."), "bad"
    if status == PaymentStatus.CONFIRMED:
        return _("It is in the books. Take it to the bank, and the custodian writes that down."), ""
    if payment.recorded_by_id != user.pk:
        return _("It is not in the books yet. Ask who gave it, or count it; then confirm or refuse."), "warn"
    if giver is not None and giver.contact:
        return _("It is not in the books yet. The payer got a message with a link and a code, and says yes."), "warn"
    return _("It is not in the books yet. You wrote it down, so another who signs confirms it."), "warn"
