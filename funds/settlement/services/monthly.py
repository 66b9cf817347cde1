"""A monthly promise by saved card: agreed to in words, told three days before, charged on its day, told again after."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from birge import clock
from birge.accounts.models import User
from birge.errors import InvalidInput, RuleNotMet
from birge.i18n.dates import day_text
from birge.money import Money, format_money
from funds.payments.card_facts import CardFact, CardFactKind
from funds.payments.models import CardCharge, Payment, PaymentKind, PaymentStatus, SavedCard, StripeAttempt
from funds.payments.providers.base import NextStep, PaymentRequest
from funds.payments.providers.registry import provider_for
from funds.payments.providers.stripe.accounts import account_for, account_usable
from funds.payments.providers.stripe.charging import charge_begin, charge_plan, charge_under_way, charges_stop
from funds.payments.providers.stripe.declines import Decline, decline_of
from funds.payments.providers.stripe.models_cards import CardPurpose, CardStatus, ChargeStatus
from funds.payments.providers.stripe.outcomes import charge_lock
from funds.payments.providers.stripe.saving import Agreement, card_ask, card_end, card_lock, card_of, cards_end
from funds.pledges.models_monthly import MonthlyPledge, MonthlyStatus
from funds.pools.models import PoolGift, StandingPromise
from funds.pools.notices import gift_notice, standing_notice
from funds.pools.selectors import asks_next, standing_cards_due, takes_money
from funds.pools.services import gift_lock, standing_announce, standing_may
from funds.pools.states import GiftStatus, StandingStatus
from funds.pools.tokens import standing_link

CONSENT_VERSION = "monthly-1"
CONSENT = gettext_noop(
    "I allow %(custodian)s to take %(amount)s from my card on day %(day)s of each month, for “%(pool)s”. I am told "
    "three days before and after each time, and I can pause, change or stop it at any time in one tap."
)


def standing_consent(standing: StandingPromise) -> str:
    """Return, in the giver's language, what they agree to by saving a card. These very words are kept."""
    said, pool = standing.language, standing.pool
    with translation.override(said):
        return _(CONSENT) % {
            "custodian": pool.custodian.name(said),
            "amount": format_money(_amount(standing), said),
            "day": standing.day,
            "pool": pool.name(said),
        }


def standing_card_offered(standing: StandingPromise) -> bool:
    """Say whether a card can be saved for it now."""
    if standing.status == StandingStatus.ENDED or account_for(standing.pool.custodian, standing.pool.currency) is None:
        return False
    try:
        pool = standing.pool
        provider_for("stripe", custodian=pool.custodian, country=pool.organisation.country, on=clock.today())
    except RuleNotMet:
        return False
    return True


def standing_card(standing: StandingPromise) -> SavedCard | None:
    """Return its saved card. Whether it may be charged for the sum of today, `standing_agreed` says."""
    return card_of(CardPurpose.MONTHLY, standing.public_id)


def standing_agreed(standing: StandingPromise, card: SavedCard | None) -> bool:
    """Say whether the card's holder agreed to just this sum: a changed one needs a new yes."""
    return card is not None and card.amount == _amount(standing) and account_usable(card.account)


def standing_card_save(
    *, standing: StandingPromise, agreed: bool, token: str = "", actor: User | None = None
) -> NextStep | None:
    """Lead to the page at Stripe on which a card is saved; None where the saved one was agreed to anew.

    Raises InvalidInput (`agreed`), NotAllowed, RuleNotMet (`method_off`, `ended`, `too_many`), ProviderUnknown.
    """
    standing_may(standing, actor, token)
    if not agreed:
        raise InvalidInput(_("Please say yes to this first."), field="agreed")
    if standing.status == StandingStatus.ENDED:
        raise RuleNotMet(_("This monthly promise has ended. You can start a new one."), code="ended")
    account = account_for(standing.pool.custodian, standing.pool.currency)
    if account is None or not standing_card_offered(standing):
        raise RuleNotMet(_("This way of paying does not work now. Please choose another."), code="method_off")
    card = standing_card(standing)
    if card is not None and not standing_agreed(standing, card):
        _agree_anew(card, standing)
        return None
    agreement = Agreement(
        purpose=CardPurpose.MONTHLY,
        owner=standing.public_id,
        amount=_amount(standing),
        text=standing_consent(standing),
        version=CONSENT_VERSION,
        language=standing.language,
    )
    return card_ask(account=account, agreement=agreement)


@transaction.atomic
def _agree_anew(card: SavedCard, standing: StandingPromise) -> None:
    """Keep the new yes below the old one: what was charged until now was agreed to then."""
    locked = card_lock(card)
    if locked.status != CardStatus.ACTIVE:
        return
    today, said = clock.today(), standing_consent(standing)
    locked.consent_text = f"{locked.consent_text}\n\n{today.isoformat()}: {said}"
    locked.amount_minor, locked.consent_on, locked.consent_version = standing.amount_minor, today, CONSENT_VERSION
    locked.save(update_fields=["consent_text", "amount_minor", "consent_on", "consent_version"])


@transaction.atomic
def standing_card_stop(*, standing: StandingPromise, token: str = "", actor: User | None = None) -> None:
    """Take nothing from the card any more, and forget it; reminders go on. Raises RuleNotMet (`charge_under_way`)."""
    standing_may(standing, actor, token)
    for gift in PoolGift.objects.filter(standing=standing, status=GiftStatus.ANNOUNCED):
        if charge_under_way(gift.public_id):
            raise RuleNotMet(
                _("Your saved card is being charged right now. Please look again in some minutes."),
                code="charge_under_way",
            )
    cards_end(owner=standing.public_id, why="holder")


def monthly_tell(today: dt.date) -> list[CardCharge]:
    """Announce what is taken within the next days, with its day and the way to stop it. Called by `tick`."""
    planned = []
    owners = SavedCard.objects.filter(purpose=CardPurpose.MONTHLY, status=CardStatus.ACTIVE).values_list("owner")
    for standing in standing_cards_due(owners, today + dt.timedelta(days=settings.CARD_MONTHLY_NOTICE_DAYS)):
        card = standing_card(standing)
        if card is None or not standing_agreed(standing, card):
            continue  # then it is a reminder on its day
        charge = _announce(standing, card, today)
        planned += [charge] if charge is not None else []
    return planned


@transaction.atomic
def _announce(standing: StandingPromise, card: SavedCard, today: dt.date) -> CardCharge | None:
    on = max(asks_next(standing, today), today + dt.timedelta(days=settings.CARD_NOTICE_DAYS))
    gift = standing_announce(standing=standing, asked=asks_next(standing, today))
    if gift is None:
        return None
    charge = charge_plan(
        card=card,
        amount=gift.amount,
        pledge_ref=gift.public_id,
        group=gift.public_id,
        on=on,
        last_on=on + dt.timedelta(days=20),
        pool_ref=gift.pool.public_id,
        country=gift.pool.organisation.country,
    )
    _notice(gift, "pool_card_soon", charge)
    return charge


@transaction.atomic
def gift_charge_begin(charge: CardCharge) -> StripeAttempt | None:
    """Return the attempt for a gift to a pool, if it is still wanted. Locks: gift, then charge."""
    gift = PoolGift.objects.filter(public_id=charge.pledge_ref).first()
    gift = gift_lock(gift) if gift is not None else None
    locked = charge_lock(charge)
    if charge_under_way(locked.pledge_ref):
        return charge_begin(locked)
    if gift is None or not _wanted(gift, locked):
        charges_stop(pledge_ref=locked.pledge_ref, why="not_wanted")
        return None
    waits = Payment.objects.filter(group=gift.public_id, status=PaymentStatus.RECORDED)
    return None if waits.exists() else charge_begin(locked)


def _wanted(gift: PoolGift, charge: CardCharge) -> bool:
    """Say whether the giver still wants just this: paused, changed or stopped meanwhile, and nothing is taken."""
    standing = gift.standing
    if standing is None or standing.status != StandingStatus.ACTIVE or gift.status != GiftStatus.ANNOUNCED:
        return False
    same = gift.amount == charge.amount == _amount(standing) == charge.card.amount
    return same and takes_money(gift.pool)


def monthly_fact_apply(fact: CardFact) -> None:
    """Write to who promised monthly what became known about their card."""
    standing = StandingPromise.objects.filter(public_id=fact.card.owner).select_related("pool__custodian").first()
    if standing is None or standing.status == StandingStatus.ENDED:
        if fact.kind is CardFactKind.SAVED:
            card_end(card=fact.card, why="over")
        return
    if fact.kind is CardFactKind.SAVED:
        custodian = standing.pool.custodian.name(standing.language)
        words = {"card": fact.card.label, "day": standing.day, "custodian": custodian}
        standing_notice(standing, "pool_card_saved", **words)
        return
    gift = PoolGift.objects.filter(public_id=fact.charge.pledge_ref).first() if fact.charge is not None else None
    if gift is not None and fact.charge is not None:
        template = "pool_card_again" if fact.charge.status == ChargeStatus.PLANNED else "pool_card_declined"
        if template == "pool_card_declined" and decline_of(fact.charge.failure) is Decline.CONFIRM:
            template = "pool_card_confirm"
        _notice(gift, template, fact.charge)


def monthly_cards_end_over() -> list[SavedCard]:
    """Forget the cards of monthly promises that have ended; tell once of those whose card ends. Called by `tick`."""
    live = SavedCard.objects.filter(purpose=CardPurpose.MONTHLY).exclude(status=CardStatus.ENDED)
    going_on = StandingPromise.objects.exclude(status=StandingStatus.ENDED)
    soon = clock.today() + dt.timedelta(days=31)
    for card in live.filter(status=CardStatus.ACTIVE, expires_on__lt=soon, expiry_told_on=None):
        standing = going_on.filter(public_id=card.owner).first()
        if standing is not None and SavedCard.objects.filter(pk=card.pk, expiry_told_on=None).update(
            expiry_told_on=clock.today()
        ):
            until = day_text(card.expires_on, standing.language) if card.expires_on else ""
            standing_notice(standing, "pool_card_expires", card=card.label, day=until)
    projects = MonthlyPledge.objects.filter(status__in=[MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED])
    over = live.exclude(owner__in=going_on.values("public_id")).exclude(owner__in=projects.values("public_id"))
    return [card_end(card=card, why="over") for card in over.order_by("id")]


def pool_gift_pay(*, gift: PoolGift, kind: str = PaymentKind.STRIPE) -> NextStep:
    """Begin to pay a gift to a pool by a provider, the giver being there. Raises as `pledge_pay` does."""
    pool, today = gift.pool, clock.today()
    provider = provider_for(kind, custodian=pool.custodian, country=pool.organisation.country, on=today)
    said = translation.get_language() or "en"
    request = PaymentRequest(
        custodian=pool.custodian,
        project=None,
        pool_ref=pool.public_id,
        pledge_ref=gift.public_id,
        group=gift.public_id,
        amount=gift.amount,
        country=pool.organisation.country,
        language=said,
        key=f"{gift.public_id}:page",
        on=today,
        text=_("Gift to “%(pool)s”") % {"pool": pool.name(said)},
    )
    if not provider.begun(request) and (gift.status != GiftStatus.ANNOUNCED or not takes_money(pool)):
        raise RuleNotMet(_("This is not waited for any more."), code="ended")
    return provider.start(request)


def _notice(gift: PoolGift, template: str, charge: CardCharge) -> None:
    giver = getattr(gift, "giver", None)
    said = giver.language if giver is not None else "ky"
    stop = standing_link(gift.standing) if gift.standing is not None else ""
    gift_notice(gift, template, card=charge.card.label, day=day_text(charge.next_on, said), stop=stop)


def _amount(standing: StandingPromise) -> Money:
    return Money(standing.amount_minor, standing.pool.currency)
