"""A gift goes to another project of the village, as its donor chose beforehand, unless they say no in time."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import BirgeError, NotAllowed, RuleNotMet
from birge.i18n.dates import day_text
from funds.ledger import codes
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command, Entry
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import ConfirmedHow, Payment, PaymentKind, PaymentStatus
from funds.pledges.models import ConfirmedHow as PledgeConfirmedHow
from funds.pledges.models import Party, Pledge, PledgeContact
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.selectors import plan_rest
from funds.pledges.services import pledge_make_moved
from funds.pledges.tokens import pledge_by_token
from funds.releases.models import Refund, RefundStatus
from funds.returns.models import MoveOffer, PartStatus, RefundPart, Wish, WishChoice
from projects.works.models import Project
from projects.works.services import project_lock
from projects.works.states import ProjectStatus

from ..advancing import project_advance
from ..arriving import pledge_meet
from ..pledging import promise_book
from .closing import divided_money, part_lock, part_move, pledges_close
from .routing import part_route, refund_lock, refund_of

NOBODYS = (PaymentKind.POOL, PaymentKind.VILLAGE)  # a pool's money is back in the pool, a village's with the village


def wants_move(refund: Refund) -> bool:
    """Say whether the donor chose another project of the village, and can still be told and say no."""
    payment = refund.payment
    if payment.kind in NOBODYS or not payment.group:
        return False
    wish = Wish.objects.filter(group=payment.group, choice=WishChoice.VILLAGE)
    return wish.exists() and PledgeContact.objects.filter(pledge__group=payment.group).exists()


def offer_begin(part: RefundPart) -> RefundPart:
    """Keep a part that waits for another project of the village; tell its donor to which, or until when we look."""
    refund_lock(refund_of(part))
    part = part_lock(part)
    if part.status != PartStatus.WAITING:
        return part
    part = part_move(part, PartStatus.OFFERED)
    if _offer_make(part) is None:
        _tell(part, "move_waits", until=looks_until(part))
    return part


def offer_work(part: RefundPart) -> RefundPart:
    """Let a day pass for an offered part: move it, find it a project, or send it back the way it came."""
    today, offer = clock.today(), part.offers.filter(status=MoveOffer.Status.OPEN).first()
    if offer is not None:
        if today < offer.moves_on:
            return part
        try:
            return gift_move(offer=offer)
        except BirgeError as refusal:
            if refusal.code not in ("plan_full", "not_open"):
                raise
            _offer_gone(offer)
    if today <= looks_until(part) and wants_move(refund_of(part)):
        with transaction.atomic():
            locked = part_lock(part)
            if locked.status == PartStatus.OFFERED and not _has_offer(locked):
                _offer_make(locked)
            return locked
    return part_route(part)


def looks_until(part: RefundPart) -> dt.date:
    """Return the last day on which a project is looked for. After it the money goes back."""
    return part.batch.made_at.astimezone(dt.UTC).date() + dt.timedelta(days=settings.RETURNS_MOVE_DAYS)


@transaction.atomic
def gift_move(*, offer: MoveOffer) -> RefundPart:
    """Move a gift whose donor has not said no: held for the other project, as a promise that is kept at once.

    It draws its match and fills the plan like any donor's. Once. Raises RuleNotMet (`not_open`, `plan_full`).
    """
    refund = refund_of(offer.part)
    opened = command_open(scope=f"refund:{refund.public_id}", key=f"move:{offer.public_id}", request={})
    for project in Project.objects.filter(pk__in=[refund.project_id, offer.project_id]).order_by("pk"):
        project_lock(project)
    refund = refund_lock(refund)
    part = part_lock(offer.part)
    if opened.replayed:
        return part
    command_finish(opened.command, refund.public_id)
    offer = MoveOffer.objects.get(pk=offer.pk)
    if (part.status, offer.status, refund.status) != (PartStatus.OFFERED, MoveOffer.Status.OPEN, RefundStatus.DUE):
        return part
    payment = _book(refund, project_lock(offer.project), opened.command)
    offer.status, offer.ended_at, offer.payment = MoveOffer.Status.MOVED, clock.now(), payment
    offer.save()
    refund.status, refund.entry_id, refund.confirmed_at = RefundStatus.MOVED, payment.entry_id, clock.now()
    refund.save(update_fields=["status", "entry_id", "confirmed_at"])
    pledges_close(refund)
    return part_lock(part)


def _book(refund: Refund, project: Project, command: Command) -> Payment:
    source = _pledge_of(refund.payment.group)
    if source is None or project.status != ProjectStatus.OPEN or project.custodian_id != refund.custodian_id:
        raise RuleNotMet(_("This project does not take pledges now."), code="not_open", status=project.status)
    made = pledge_make_moved(pledge=source, project=project, amount_minor=refund.amount_minor)
    how = PledgeConfirmedHow(source.confirmed_how)
    how = how.LINK if how == how.CALL_BACK else how  # nobody called for this one: the link was sent
    pledge, _matched = promise_book(made, project, command, how=how, reason=f"moved from {source.public_id}")
    now = clock.now()
    payment = Payment(
        custodian=refund.custodian, project=project, pledge_ref=pledge.public_id, kind=PaymentKind.MOVED,
        amount_minor=refund.amount_minor, currency=refund.currency, received_on=clock.today(),
        reference=refund.public_id, group=pledge.group, recorded_at=now, status=PaymentStatus.CONFIRMED,
        confirmed_how=ConfirmedHow.PAYER, decided_at=now,
    )  # fmt: skip
    payment.entry_id = _moved_entry(refund, project, payment, command).pk
    payment.save()
    pledge_meet(payment, command, told_by="gift_moved")
    project_advance(project)
    return payment


def _moved_entry(refund: Refund, project: Project, payment: Payment, command: Command) -> Entry:
    """Book that it is held for the other project now; the donor can prove it like any gift of theirs."""
    custodian = refund.custodian.public_id
    commitment, opening = commitment_make("payment", payment.public_id)
    legs = [
        Leg(AccountKey(codes.held_project(custodian, refund.project.public_id), refund.currency), refund.amount_minor),
        Leg(AccountKey(codes.held_project(custodian, project.public_id), refund.currency), -refund.amount_minor),
    ]
    draft = EntryDraft(kind=EntryKind.SURPLUS_MOVED, legs=legs, group=payment.group, commitment=commitment)
    entry = post(command=command, drafts=[draft])[0]
    opening_keep(opening, entry)
    return entry


@transaction.atomic
def move_refuse(*, token: str) -> list[RefundPart]:
    """Say, by the donor's signed link, that the gift is to come back after all. Once more changes nothing.

    Raises NotFound for a wrong link, RuleNotMet (`moved`) once it has gone to the other project.
    """
    group = pledge_by_token(token).group
    Wish.objects.update_or_create(group=group, defaults={"choice": WishChoice.BACK, "changed_at": clock.now()})
    parts = RefundPart.objects.filter(refund__payment__group=group).select_related("refund__project", "batch")
    refused = []
    for part in parts.order_by("id"):
        project_lock(refund_of(part).project)
        refund = refund_lock(refund_of(part))
        if refund.status == RefundStatus.MOVED:
            raise RuleNotMet(_("It has gone to the other project already."), code="moved")
        locked = part_lock(part)
        if locked.status != PartStatus.OFFERED:
            continue
        _offers_end(locked, MoveOffer.Status.REFUSED)
        refused.append(part_route(locked))
        transaction.on_commit(lambda batch_pk=part.batch_id: _enqueue(batch_pk))  # type: ignore[misc]
    return refused


@transaction.atomic
def wish_change(*, token: str, choice: str) -> Wish:
    """Choose what is to become of a gift whose project does not happen, until that is divided.

    By the donor's signed link. Raises NotFound, RuleNotMet (`divided`), NotAllowed for a choice that there is not.
    """
    pledge = pledge_by_token(token)
    if choice not in WishChoice.values or pledge.pool_ref:
        raise NotAllowed
    project_lock(pledge.project)
    if RefundPart.objects.filter(refund__payment__group=pledge.group).exists():
        raise RuleNotMet(_("The money is divided already."), code="divided")
    made, _new = Wish.objects.update_or_create(
        group=pledge.group, defaults={"choice": choice, "changed_at": clock.now()}
    )
    return made


def project_for(refund: Refund, moves_on: dt.date) -> Project | None:
    """Return the open project of the village that can take this gift whole on that day: the one that ends first."""
    found = Project.objects.filter(
        village_id=refund.project.village_id,
        custodian_id=refund.custodian_id,
        currency=refund.currency,
        status=ProjectStatus.OPEN,
        deadline__gte=moves_on,
    ).exclude(pk=refund.project_id)
    for project in found.order_by("deadline", "id"):
        if plan_rest(project, Party.DONORS) - offered_minor(project) >= refund.amount_minor:
            return project
    return None


def offered_minor(project: Project) -> int:
    """Return what is on its way to this project unless donors say no (minor units)."""
    offers = MoveOffer.objects.filter(project=project, status=MoveOffer.Status.OPEN)
    return int(offers.aggregate(total=Sum("part__refund__amount_minor"))["total"] or 0)


def _offer_make(part: RefundPart) -> MoveOffer | None:
    refund = refund_of(part)
    moves_on = clock.today() + dt.timedelta(days=settings.RETURNS_MOVE_DAYS)
    project = project_for(refund, moves_on)
    if project is None:
        return None
    offer = MoveOffer.objects.create(part=part, project=project, moves_on=moves_on, made_at=clock.now())
    source = _pledge_of(refund.payment.group)
    to = project.title(source.language) if source is not None else ""
    _tell(part, "move_offered", to=to, day=moves_on)
    return offer


@transaction.atomic
def _offer_gone(offer: MoveOffer) -> None:
    _offers_end(part_lock(offer.part), MoveOffer.Status.GONE)


def _offers_end(part: RefundPart, status: MoveOffer.Status) -> None:
    part.offers.filter(status=MoveOffer.Status.OPEN).update(status=status, ended_at=clock.now())


def _has_offer(part: RefundPart) -> bool:
    return part.offers.filter(status=MoveOffer.Status.OPEN).exists()


def _tell(part: RefundPart, template: str, **words: str | dt.date) -> None:
    refund = refund_of(part)
    pledge = _pledge_of(refund.payment.group)
    if pledge is None:
        return
    tongue = pledge.language
    said = {name: day_text(word, tongue) if isinstance(word, dt.date) else word for name, word in words.items()}
    pledge_notice(pledge, template, back=money_text(divided_money(refund), tongue), **said)


def _pledge_of(group: str) -> Pledge | None:
    return Pledge.objects.filter(group=group).select_related("project", "custodian").order_by("id").first()


def _enqueue(batch_pk: int) -> None:
    from ...tasks import refunds_work

    refunds_work.enqueue(batch_pk)
