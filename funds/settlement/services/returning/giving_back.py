"""A donor asks for a gift whose project is being built: out of that gift's own part, then the custodian's reserve.

Nobody else's money pays for it, whatever was spent already.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.organisations.permissions import Action, require
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.services.deciding import payment_lock
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.services import pledge_refunded
from funds.pledges.states import PledgeStatus
from funds.releases.entries import assets_draw
from funds.releases.models import Expense, ExpenseStatus, GiftBack, Release, ReleaseStatus
from projects.works.models import Project
from projects.works.services import project_lock
from projects.works.states import ProjectStatus

from ...facts import held_minor
from ..assets import asset_code
from .closing import named_gift
from .dividing import claim_in, on_its_way_minor, sources_of

BEING_BUILT = frozenset({ProjectStatus.UNDER_WAY, ProjectStatus.SUSPENDED, ProjectStatus.COMPLETED})
NOT_HERE = (PaymentKind.POOL, PaymentKind.VILLAGE, PaymentKind.STRIPE)


@dataclass(frozen=True)
class GiftShare:
    """What of a gift can be given back (minor units).

    `claim` is what of it counts when money is divided, `held` its part of what the project still holds, `reserve` what
    its custodian has set aside, `kept` what has not been given back yet.
    """

    claim: int
    held: int
    reserve: int
    kept: int

    @property
    def most(self) -> int:
        """Return the most that can be given back now."""
        return min(self.kept, self.held + self.reserve)


def gift_share(payment: Payment) -> GiftShare:
    """Return what can be given back of a payment for a project. Exact under the project's lock."""
    project = payment.project
    if project is None:
        return GiftShare(0, 0, 0, 0)
    sources = sources_of(project)
    claim = claim_in(sources, payment)
    whole, free = sum(each.amount_minor for each in sources), held_minor(project) - on_its_way_minor(project)
    given = payment.gifts_back.filter(status=GiftBack.Status.PAID)
    kept = payment.plan_minor - sum(given.values_list("amount_minor", flat=True))
    return GiftShare(
        claim=claim,
        held=min(kept, free * claim // whole if whole and free > 0 else 0),
        reserve=max(0, balance(codes.reserve(payment.custodian.public_id), project.currency)),
        kept=kept,
    )


@transaction.atomic
def gift_back_ask(*, payment: Payment, amount: Money, reason: str, actor: User) -> GiftBack:
    """Ask, as an officer, that so much of a gift be given back while its project is built. Nothing is booked yet.

    Raises NotAllowed, InvalidInput (`amount`, `reason`), Conflict (`asked_already`), RuleNotMet (`not_under_way`;
    `by_decision` for a pool's or the village's money, `by_provider` for a card; `spent` with what was spent on what).
    """
    require(actor, Action.REFUND_PAY, payment.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    locked = payment_lock(payment)
    project = _project_locked(locked)
    _kind_check(locked)
    if amount.currency != project.currency or amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    if locked.gifts_back.filter(status=GiftBack.Status.ASKED).exists():
        raise Conflict(_("This was asked already; decide on that first."), code="asked_already")
    _enough_check(locked, project, amount.minor)
    asked = GiftBack.objects.create(
        payment=locked,
        custodian=locked.custodian,
        amount_minor=amount.minor,
        currency=project.currency,
        reason=reason.strip()[:300],
        asked_by=actor,
        asked_at=clock.now(),
    )
    audit_record(
        actor=actor, action="gift_back_ask", obj=asked, organisation=locked.custodian, reason=reason.strip()[:300]
    )
    return asked


@transaction.atomic
def gift_back_pay(
    *, wish: GiftBack, actor: User, bank_reference: str, bank_line: Document | None, proof: FactorProof | None
) -> GiftBack:
    """Say, as another officer, that it was sent; it is booked in the same transaction.

    First from the gift's own part of what is still held, then from the custodian's reserve. Once more, it returns it as
    it is. Raises NotAllowed (also `same_person`), SecondFactorRequired, InvalidInput (`bank_reference`, `bank_line`),
    RuleNotMet (as `gift_back_ask`; `transition` once it was refused).
    """
    require(actor, Action.REFUND_CONFIRM, wish.custodian)
    if wish.asked_by_id == actor.pk:
        raise NotAllowed(_("Who asked for it cannot pay it."), code="same_person")
    method = factor_require(proof, actor).method
    if not bank_reference.strip():
        raise InvalidInput(_("Please write the number of the bank's line or of the slip."), field="bank_reference")
    if bank_line is not None and bank_line.kind not in (DocumentKind.BANK_LINE, DocumentKind.RECEIPT):
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    opened = command_open(scope=f"gift_back:{wish.public_id}", key="pay", request={"gift_back": wish.public_id})
    payment = payment_lock(wish.payment)
    project = _project_locked(payment)
    wish = _lock(wish)
    if opened.replayed:
        return wish
    _transition_check(wish)
    share = _enough_check(payment, project, wish.amount_minor)
    wish.from_held_minor = min(wish.amount_minor, share.held)
    wish.from_reserve_minor = wish.amount_minor - wish.from_held_minor
    used = share.claim * wish.from_held_minor // share.held if share.held else 0
    wish.claim_minor = share.claim if wish.amount_minor == share.kept else used
    wish.bank_reference, wish.bank_line, wish.factor_method = bank_reference.strip()[:80], bank_line, method
    entry = post(command=opened.command, drafts=[_draft(wish, payment, project)])[0]
    wish.status, wish.entry_id = GiftBack.Status.PAID, entry.id
    wish.decided_by, wish.decided_at = actor, clock.now()
    wish.save()
    _gift_done(wish, payment, whole=wish.amount_minor == share.kept)
    command_finish(opened.command, wish.public_id)
    audit_record(actor=actor, action="gift_back_pay", obj=wish, organisation=wish.custodian, factor=method)
    return wish


@transaction.atomic
def gift_back_refuse(*, wish: GiftBack, actor: User, reason: str) -> GiftBack:
    """Say no, as any officer of the custodian, with a reason. Raises NotAllowed, InvalidInput, RuleNotMet."""
    require(actor, Action.REFUND_CONFIRM, wish.custodian)
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    wish = _lock(wish)
    _transition_check(wish)
    wish.status, wish.refused_reason, wish.decided_at = GiftBack.Status.REFUSED, reason.strip()[:300], clock.now()
    wish.decided_by = None if wish.asked_by_id == actor.pk else actor  # who takes their own wish back decides nothing
    wish.save()
    audit_record(
        actor=actor, action="gift_back_refuse", obj=wish, organisation=wish.custodian, reason=reason.strip()[:300]
    )
    return wish


def spent_words(project: Project) -> list[str]:
    """Return what was paid out and spent on what, a line each, in the active language."""
    language = (get_language() or "ky")[:2]
    paid = Release.objects.filter(project=project, status=ReleaseStatus.PAID).select_related("milestone")
    shown = Expense.objects.filter(project=project, status=ExpenseStatus.ACCEPTED).select_related("budget_line")
    lines = [
        _("%(amount)s was paid out for: %(what)s")
        % {"amount": format_money(Money(each.amount_minor, each.currency), language), "what": each.milestone.text}
        for each in paid.order_by("id")
    ]
    return lines + [
        _("%(amount)s was spent on: %(what)s")
        % {"amount": format_money(Money(each.amount_minor, each.currency), language), "what": each.budget_line.text}
        for each in shown.order_by("id")
    ]


def _project_locked(payment: Payment) -> Project:
    if payment.project is None:
        raise RuleNotMet(_("This money is for no project."), code="not_under_way")
    project = project_lock(payment.project)
    if project.status not in BEING_BUILT:
        raise RuleNotMet(
            _("This is for projects whose work has begun. Before that, a mistake is put right; after a failure, all "
              "money goes back by itself."),
            code="not_under_way",
        )  # fmt: skip
    payment.project = project
    return project


def _kind_check(payment: Payment) -> None:
    if payment.status != PaymentStatus.CONFIRMED:
        raise RuleNotMet(_("This payment is not in the books."), code="transition")
    if payment.kind == PaymentKind.STRIPE:
        raise RuleNotMet(_("A card payment is given back at Stripe. It is booked by itself."), code="by_provider")
    if payment.kind in NOT_HERE:
        raise RuleNotMet(_("This was decided together. Nobody takes it back alone."), code="by_decision")


def _enough_check(payment: Payment, project: Project, amount: int) -> GiftShare:
    share = gift_share(payment)
    if amount <= share.most:
        return share
    language = (get_language() or "ky")[:2]
    held, most, reserve = (
        format_money(Money(minor, project.currency), language) for minor in (share.held, share.most, share.reserve)
    )
    words = [
        _("Of this gift %(held)s is still held, and the reserve has %(reserve)s: %(most)s can be given back.")
        % {"held": held, "reserve": reserve, "most": most},
        *spent_words(project),
    ]
    raise RuleNotMet("\n".join(words), code="spent", field="amount", most_minor=share.most)


def _transition_check(wish: GiftBack) -> None:
    if wish.status != GiftBack.Status.ASKED:
        raise RuleNotMet(_("This is decided already."), code="transition", from_status=wish.status)


def _draft(wish: GiftBack, payment: Payment, project: Project) -> EntryDraft:
    custodian = wish.custodian.public_id
    parts = (
        (codes.held_project(custodian, project.public_id), wish.from_held_minor),
        (codes.reserve(custodian), wish.from_reserve_minor),
    )
    owed = [Leg(AccountKey(code, wish.currency), minor) for code, minor in parts if minor]
    return EntryDraft(
        kind=EntryKind.PAYMENT_REVERSED if wish.from_reserve_minor else EntryKind.REFUND_PAID,
        legs=[*owed, *assets_draw(wish.custodian, wish.currency, wish.amount_minor, first=asset_code(payment))],
        resolves=named_gift(payment),
        group=payment.group,
        documents=[(wish.bank_line.sha256, wish.bank_line.kind)] if wish.bank_line else [],
    )


def _gift_done(wish: GiftBack, payment: Payment, *, whole: bool) -> None:
    """Tell the donor; a gift of which all went back is none any more."""
    if whole:
        payment.status = PaymentStatus.REVERSED
        payment.save(update_fields=["status"])
    told = False
    for pledge in Pledge.objects.filter(group=payment.group, status=PledgeStatus.COLLECTED).order_by("id"):
        others = Payment.objects.filter(group=payment.group, status=PaymentStatus.CONFIRMED)
        if whole and not others.exists():
            pledge_refunded(pledge=pledge, reason="given back on request while the project was built")
        if not told:
            pledge_notice(
                pledge, "gift_back", back=money_text(Money(wish.amount_minor, wish.currency), pledge.language)
            )
        told = True


def _lock(wish: GiftBack) -> GiftBack:
    related = ("payment__project", "payment__custodian", "custodian", "bank_line")
    return GiftBack.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=wish.pk)
