"""Saved cards of promises: asked for, charged when everything has come together, stopped, and what their bank says."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from birge import clock
from birge.accounts.models import User
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.i18n.dates import day_text
from funds.payments.card_facts import CardFact, CardFactKind
from funds.payments.models import CardCharge, Payment, PaymentStatus, SavedCard, StripeAttempt
from funds.payments.providers.base import NextStep
from funds.payments.providers.registry import provider_for
from funds.payments.providers.stripe.accounts import account_for, account_usable
from funds.payments.providers.stripe.charging import (
    charge_begin,
    charge_call,
    charge_plan,
    charge_under_way,
    charges_stop,
)
from funds.payments.providers.stripe.declines import Decline, decline_of
from funds.payments.providers.stripe.models_cards import CardPurpose, CardStatus, ChargeStatus
from funds.payments.providers.stripe.outcomes import charge_lock
from funds.payments.providers.stripe.saving import Agreement, card_ask, card_end, card_of, cards_end
from funds.pledges.models import Instalment, Pledge
from funds.pledges.models_monthly import MonthlyPledge, MonthlyStatus
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.services import pledge_lock
from funds.pledges.services.monthly import monthly_link, monthly_notice
from funds.pledges.states import OPEN, PledgeStatus
from funds.pledges.tokens import pledge_by_token

from .monthly import gift_charge_begin, monthly_fact_apply

CONSENT_VERSION = "pledge-1"
CONSENT = gettext_noop(
    "I allow %(custodian)s to take %(amount)s from my card once, for “%(project)s”, when everything has come together. "
    "I am told the day before, and I can stop it until then."
)


def card_consent(pledge: Pledge) -> str:
    """Return, in the donor's language, what they agree to when they save a card. These very words are kept."""
    with translation.override(pledge.language):
        return _(CONSENT) % {
            "custodian": pledge.custodian.name(pledge.language),
            "amount": money_text(pledge.amount, pledge.language),
            "project": pledge.project.title(pledge.language),
        }


def pledge_card_offered(pledge: Pledge) -> bool:
    """Say whether a card can be saved for this promise now: it stands, and is not due yet."""
    if pledge.status != PledgeStatus.CONFIRMED or pledge.made_by_id or pledge.pool_ref:
        return False
    found = account_for(pledge.custodian, pledge.currency) is not None
    return found and _card_provider(pledge) is not None


def pledge_card_save(*, pledge: Pledge, agreed: bool, token: str = "", actor: User | None = None) -> NextStep:
    """Lead to the page at Stripe on which a card is saved for this promise. Tapped again, to the same page.

    By the signed link or by the signed-in donor, who must have `agreed` to what `card_consent` says.
    Raises InvalidInput (`agreed`), NotAllowed, RuleNotMet (`method_off`, `due`, `ended`, `too_many`), ProviderUnknown.
    """
    donor_check(pledge, token, actor)
    if not agreed:
        raise InvalidInput(_("Please say yes to this first."), field="agreed")
    if pledge.status == PledgeStatus.DUE:
        raise RuleNotMet(_("It is time to pay: please pay now."), code="due")
    if not pledge.is_open:
        raise RuleNotMet(_("This pledge no longer stands. You can make a new one."), code="ended")
    account = account_for(pledge.custodian, pledge.currency)
    if account is None or not pledge_card_offered(pledge):
        raise RuleNotMet(_("This way of paying does not work now. Please choose another."), code="method_off")
    agreement = Agreement(
        purpose=CardPurpose.PLEDGE,
        owner=pledge.group,
        amount=pledge.amount,
        text=card_consent(pledge),
        version=CONSENT_VERSION,
        language=pledge.language,
    )
    return card_ask(account=account, agreement=agreement)


@transaction.atomic
def pledge_card_stop(*, pledge: Pledge, token: str = "", actor: User | None = None) -> None:
    """Take nothing from the card, and forget it. The promise stands: it can be paid another way.

    Raises NotAllowed, RuleNotMet (`charge_under_way`) while the bank is being asked.
    """
    donor_check(pledge, token, actor)
    for each in Pledge.objects.filter(group=pledge.group).order_by("id"):
        locked = pledge_lock(each)
        if charge_under_way(locked.public_id):
            raise RuleNotMet(
                _("Your saved card is being charged right now. Please look again in some minutes."),
                code="charge_under_way",
            )
    cards_end(owner=pledge.group, why="holder")


def charge_on_due(pledge: Pledge) -> CardCharge | None:
    """Plan to take what became due from the promise's card, and tell its holder the day; None without a card.

    Expects the pledge to be locked, or to be seen again by `charges_plan_missed`.
    """
    card = _card_of(pledge)
    usable = card is not None and account_usable(card.account) and card.amount == pledge.amount
    if card is None or not usable or pledge.status != PledgeStatus.DUE:
        return None
    on = clock.today() + dt.timedelta(days=settings.CARD_NOTICE_DAYS)
    try:
        with transaction.atomic():
            charge = charge_plan(
                card=card,
                amount=pledge.amount,
                pledge_ref=pledge.public_id,
                group=pledge.group,
                on=on,
                last_on=pledge.horizon,
                project=pledge.project,
                country=pledge.country,
            )
    except IntegrityError:  # planned at this very moment by another
        return CardCharge.objects.filter(pledge_ref=pledge.public_id, status=ChargeStatus.PLANNED).first()
    part = Instalment.objects.filter(pledge=pledge).select_related("monthly").first()
    soon = {"card": card.label, "day": _day(on, pledge)}
    if part is not None and card.purpose == CardPurpose.MONTHLY:
        pledge_notice(pledge, "monthly_card_soon", stop=monthly_link(part.monthly), **soon)
    else:
        pledge_notice(pledge, "card_charge_soon", **soon)
    return charge


def _card_of(pledge: Pledge) -> SavedCard | None:
    """Return the card that was saved for this promise, or for the monthly one of which it is a part."""
    card = card_of(CardPurpose.PLEDGE, pledge.group)
    part = Instalment.objects.filter(pledge=pledge).select_related("monthly").first() if card is None else None
    return card_of(CardPurpose.MONTHLY, part.monthly.public_id) if part is not None else card


def charges_plan_missed() -> list[CardCharge]:
    """Plan for due promises whose card was saved at the very moment when they became due. Called by `tick`."""
    planned = []
    cards = SavedCard.objects.filter(purpose=CardPurpose.PLEDGE, status=CardStatus.ACTIVE, charges=None)
    due = Pledge.objects.filter(status=PledgeStatus.DUE, group__in=cards.values("owner"))
    for pledge in due.select_related("project", "custodian").order_by("id"):
        with transaction.atomic():
            charge = charge_on_due(pledge_lock(pledge))
        planned += [charge] if charge is not None else []
    return planned


def charge_take(charge: CardCharge) -> StripeAttempt | None:
    """Take what is planned, if it is still wanted; or find out what became of it. As often as one likes.

    None where nothing is to be done (now). Raises ProviderUnknown, and the attempt waits to be looked up.
    """
    attempt = gift_charge_begin(charge) if charge.pool_ref else _begin(charge)
    return None if attempt is None else charge_call(attempt)


def charge_enqueue(charge: CardCharge) -> None:
    """Have it taken in the background: a worker that stands still holds up nobody else."""
    from ..tasks import card_charge_take

    card_charge_take.enqueue(charge.pk)


@transaction.atomic
def _begin(charge: CardCharge) -> StripeAttempt | None:
    """Return the attempt that is written and not committed yet. Locks: pledge, then charge."""
    pledge = Pledge.objects.filter(public_id=charge.pledge_ref).first()
    pledge = pledge_lock(pledge) if pledge is not None else None
    locked = charge_lock(charge)
    if charge_under_way(locked.pledge_ref):
        return charge_begin(locked)
    if pledge is None or pledge.status != PledgeStatus.DUE or pledge.amount != locked.amount or _paused(pledge):
        charges_stop(pledge_ref=locked.pledge_ref, why="not_due")
        return None
    waits = Payment.objects.filter(pledge_ref=pledge.public_id, status=PaymentStatus.RECORDED)
    return None if waits.exists() else charge_begin(locked)


def _paused(pledge: Pledge) -> bool:
    """Say whether it is a part of a monthly promise that rests, or has ended, since its day was told."""
    part = Instalment.objects.filter(pledge=pledge).select_related("monthly").first()
    return part is not None and part.monthly.status != MonthlyStatus.ACTIVE


def card_fact_apply(fact: CardFact) -> None:
    """Write to the holder of a card what became known about it. Registered as settings.CARD_FACT_HANDLER."""
    monthly = fact.card.purpose == CardPurpose.MONTHLY
    if monthly and fact.charge is not None and not fact.charge.pool_ref:
        part = Pledge.objects.filter(public_id=fact.charge.pledge_ref).select_related("project", "custodian").first()
        if part is not None:
            declined_notice(fact.charge, part)
        return
    project = MonthlyPledge.objects.filter(public_id=fact.card.owner).first() if monthly else None
    if project is not None:
        _saved_monthly(project, fact.card)
        return
    if monthly:
        monthly_fact_apply(fact)
        return
    pledge = Pledge.objects.filter(group=fact.card.owner).select_related("project", "custodian").order_by("id").last()
    if pledge is None:
        return
    if fact.kind is CardFactKind.SAVED:
        _saved(pledge_open_in_group(pledge.group), fact.card)
    elif fact.charge is not None:
        declined_notice(fact.charge, pledge)


def _saved_monthly(monthly: MonthlyPledge, card: SavedCard) -> None:
    if monthly.status not in (MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED):
        card_end(card=card, why="over")
        return
    monthly_notice(monthly, "monthly_card_saved", card=card.label, day=monthly.day)


def _saved(pledge: Pledge | None, card: SavedCard) -> None:
    if pledge is None:  # the promise has ended meanwhile: the card serves nothing
        card_end(card=card, why="over")
        return
    pledge_notice(pledge, "card_saved", card=card.label, custodian=pledge.custodian.name(pledge.language))
    _expiry_tell(pledge, card)
    if pledge.status == PledgeStatus.DUE:
        charge_on_due(pledge)


def declined_notice(charge: CardCharge, pledge: Pledge) -> None:
    """Say that the card did not pay: when it is tried again, or where the donor can pay present."""
    template = "card_again" if charge.status == ChargeStatus.PLANNED else "card_declined"
    if template == "card_declined" and decline_of(charge.failure) is Decline.CONFIRM:
        template = "card_confirm"
    words = {"card": charge.card.label, "day": _day(charge.next_on, pledge), "until": _day(pledge.horizon, pledge)}
    pledge_notice(pledge, template, **words)


def cards_tell_expiry() -> list[SavedCard]:
    """Tell those whose card ends before their promise does, once. Called by `tick`."""
    told = []
    cards = SavedCard.objects.filter(purpose=CardPurpose.PLEDGE, status=CardStatus.ACTIVE, expiry_told_on=None)
    for card in cards.order_by("id"):
        pledge = pledge_open_in_group(card.owner)
        if pledge is not None and _expiry_tell(pledge, card):
            told.append(card)
    return told


def _expiry_tell(pledge: Pledge, card: SavedCard) -> bool:
    if card.expires_on is None or card.expires_on >= pledge.horizon:
        return False
    new = SavedCard.objects.filter(pk=card.pk, expiry_told_on=None).update(expiry_told_on=clock.today())
    if new:
        pledge_notice(pledge, "card_expires", card=card.label, day=_day(card.expires_on, pledge))
    return bool(new)


def cards_end_over() -> list[SavedCard]:
    """Use no card any more whose promise was kept or has ended, and have it forgotten. Called by `tick`."""
    live = SavedCard.objects.filter(purpose=CardPurpose.PLEDGE).exclude(status=CardStatus.ENDED)
    over = live.exclude(owner__in=Pledge.objects.filter(status__in=OPEN).values("group"))
    return [card_end(card=card, why="over") for card in over.order_by("id")]


def donor_check(pledge: Pledge, token: str, actor: User | None) -> None:
    """Raise NotAllowed unless it is the donor: by the signed link of this promise, or signed in."""
    if token:
        if pledge_by_token(token).group != pledge.group:
            raise NotAllowed
    elif actor is None or actor.pk != pledge.donor_id:
        raise NotAllowed


def _card_provider(pledge: Pledge) -> object | None:
    try:
        return provider_for("stripe", custodian=pledge.custodian, country=pledge.country, on=clock.today())
    except RuleNotMet:
        return None


def _day(day: dt.date, pledge: Pledge) -> str:
    return day_text(day, pledge.language)
