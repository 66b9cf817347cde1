"""Gifts to a pool: announced by who gives, paid by a payment that `funds.settlement` books."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.accounts.sameness import contact_is_of
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import LARGEST, Money
from birge.notifications.contacts import contact_clean, fingerprint
from birge.notifications.services import Contact
from funds.ledger.commitments import openings_erase
from funds.ledger.posting import command_finish, command_open
from funds.payments.facts import person_erased_report
from funds.payments.models import Payment, PaymentStatus

from ..models import CREDIT_LINE_LENGTH, Pool, PoolGift, PoolGiver, StandingPromise
from ..notices import gift_notice, person_contact, ways_to_pay
from ..selectors import takes_money
from ..states import GiftStatus, PoolStatus
from ..tokens import pool_gift_by_token
from .locking import gift_lock, pool_lock

MESSAGES_A_DAY = 5  # to one contact, whoever asks for them


@dataclass(frozen=True)
class Giver:
    """Who gives, every field in its one spelling; empty parts where somebody gave none."""

    user: User | None
    contact: Contact | None
    language: str
    credit_line: str


@transaction.atomic
def gift_announce(
    *,
    pool: Pool,
    amount: Money,
    actor: User | None,
    contact: Contact | None,
    language: str,
    idempotency: tuple[str, str],
    credit_line: str = "",
) -> PoolGift:
    """Say that so much will be paid into the pool; the answer tells where to, and what to write with it.

    Signed in and without a contact, the person's own is taken. The same request again returns the same gift, another
    under its key raises KeyReused. Raises InvalidInput with its field, RuleNotMet (`closed`).
    """
    giver = giver_clean(pool, user=actor, contact=contact, language=language, credit_line=credit_line)
    if giver.contact is None:
        raise InvalidInput(_("Please give an e-mail address or a phone number."), field="contact")
    amount_check(pool, amount)
    request = {
        "verb": "gift_announce",
        "pool": pool.public_id,
        "amount": [amount.minor, amount.currency],
        "language": language,
        "giver": fingerprint("pool-giver", *giver.contact, giver.credit_line),
    }
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return PoolGift.objects.select_related("pool").get(public_id=opened.command.result_ref)
    locked = pool_lock(pool)
    if not takes_money(locked):
        raise RuleNotMet(_("This pool takes no more money."), code="closed")
    gift = gift_write(locked, amount, giver)
    command_finish(opened.command, gift.public_id)
    if not flooded(giver.contact):
        gift_notice(gift, "pool_gift_announced", ways=ways_to_pay(locked))
    return gift


@transaction.atomic
def gift_withdraw(*, gift: PoolGift, actor: User | None = None, token: str = "") -> PoolGift:
    """Take back what was announced and not paid, by the signed link or signed in. Asked again, it stays so.

    Raises NotAllowed, RuleNotMet (`money_on_its_way`, `paid`).
    """
    giver_check(gift, actor, token)
    locked = gift_lock(gift)
    if locked.status == GiftStatus.WITHDRAWN:
        return locked
    if locked.status == GiftStatus.PAID:
        raise RuleNotMet(_("This is paid already. Please talk to the treasurer."), code="paid")
    if _payment_waits(locked):
        raise RuleNotMet(
            _("Money for this has been recorded. Please say whether you paid it."), code="money_on_its_way"
        )
    locked.status = GiftStatus.WITHDRAWN
    locked.save(update_fields=["status"])
    return locked


@transaction.atomic
def gift_credit_change(*, gift: PoolGift, credit_line: str, actor: User | None = None, token: str = "") -> PoolGift:
    """Be thanked under another name, or, with an empty line, under none."""
    giver_check(gift, actor, token)
    line = _credit_clean(credit_line)
    PoolGiver.objects.filter(gift=gift).update(credit_line=line)
    return gift


@transaction.atomic
def gift_forget(*, gift: PoolGift, actor: User | None = None, token: str = "") -> None:
    """Forget who gave this: account, contact, credit line, links, and the ledger's salt. The money stays as it is."""
    giver_check(gift, actor, token)
    locked = gift_lock(gift)
    PoolGiver.objects.filter(gift=locked).delete()
    for ref in Payment.objects.filter(group=locked.public_id).values_list("public_id", flat=True):
        openings_erase(subject_ref=ref)
    locked.token_version += 1
    locked.save(update_fields=["token_version"])
    person_erased_report(locked.public_id)


def gift_paid(*, pool: Pool, group: str, amount_minor: int) -> PoolGift | None:
    """Mark the gift of a payment as paid, with all that came for it; `funds.settlement` books the money.

    Expects the pool's row to be locked. More or less than announced, and money for what was taken back, is all kept.
    """
    gift = _of_payment(pool, group)
    if gift is None:
        return None
    gift.received_minor = (gift.received_minor or 0) + amount_minor
    gift.status = GiftStatus.PAID
    gift.save(update_fields=["status", "received_minor"])
    gift_notice(gift, "pool_gift_paid", received=Money(amount_minor, gift.currency))
    return gift


def gift_unpaid(*, pool: Pool, group: str, amount_minor: int) -> PoolGift | None:
    """Take a payment that was written down by mistake out of its gift; without any, it is announced again."""
    gift = _of_payment(pool, group)
    if gift is None or gift.received_minor is None:
        return gift
    left = gift.received_minor - amount_minor
    gift.status, gift.received_minor = (GiftStatus.PAID, left) if left > 0 else (GiftStatus.ANNOUNCED, None)
    gift.save(update_fields=["status", "received_minor"])
    gift_notice(gift, "pool_payment_put_right", received=Money(amount_minor, gift.currency))
    return gift


def gift_sent_back(*, pool: Pool, group: str, amount_minor: int) -> PoolGift | None:
    """Take out of a gift what its payment provider gave back; where all of it went back, nothing is waited for."""
    gift = _of_payment(pool, group)
    if gift is None or gift.received_minor is None:
        return gift
    left = gift.received_minor - amount_minor
    gift.status, gift.received_minor = (GiftStatus.PAID, left) if left > 0 else (GiftStatus.WITHDRAWN, None)
    gift.save(update_fields=["status", "received_minor"])
    gift_notice(gift, "pool_gift_refunded", received=Money(amount_minor, gift.currency))
    return gift


def gift_drop(*, group: str) -> None:
    """Take back a gift that somebody else had written down, when its payment is refused."""
    PoolGift.objects.filter(public_id=group, recorded_by__isnull=False, status=GiftStatus.ANNOUNCED).update(
        status=GiftStatus.WITHDRAWN
    )


def gift_write(
    pool: Pool,
    amount: Money,
    giver: Giver,
    *,
    recorded_by: User | None = None,
    standing: StandingPromise | None = None,
) -> PoolGift:
    """Write an announced gift and who gives it. Who gives nothing of themselves away leaves no row."""
    gift = PoolGift.objects.create(
        pool=pool,
        standing=standing,
        amount_minor=amount.minor,
        currency=amount.currency,
        made_at=clock.now(),
        recorded_by=recorded_by,
    )
    if giver.user is not None or giver.contact is not None or giver.credit_line:
        PoolGiver.objects.create(
            gift=gift,
            user=giver.user,
            contact_kind=giver.contact.kind if giver.contact else "",
            contact=giver.contact.value if giver.contact else "",
            language=giver.language,
            credit_line=giver.credit_line,
        )
    return gift


def giver_clean(pool: Pool, *, user: User | None, contact: Contact | None, language: str, credit_line: str) -> Giver:
    """Return who gives. Raises InvalidInput with its field."""
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput(_("We do not speak this language yet."), field="language")
    if contact is not None:
        contact = contact_clean(contact, pool.organisation.country)
    elif user is not None:
        contact = person_contact(user)
    return Giver(user, contact, language, _credit_clean(credit_line))


def amount_check(pool: Pool, amount: Money) -> None:
    """Raise InvalidInput (field `amount`) unless it can be paid into this pool."""
    if amount.currency != pool.currency:
        raise InvalidInput(
            _("This pool counts in %(currency)s.") % {"currency": pool.currency}, field="amount", code="currency"
        )
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    if amount.minor > LARGEST:
        raise InvalidInput(_("This sum is too large."), field="amount")


def open_check(pool: Pool) -> None:
    """Raise RuleNotMet (`closed`) unless money can still be booked into it."""
    if pool.status != PoolStatus.OPEN:
        raise RuleNotMet(_("This pool takes no more money."), code="closed")


def giver_check(gift: PoolGift, actor: User | None, token: str) -> None:
    """Raise NotAllowed unless it is the giver: by the signed link, or signed in."""
    if token:
        if pool_gift_by_token(token).pk != gift.pk:
            raise NotAllowed
    elif actor is None or not PoolGiver.objects.filter(gift=gift, user=actor).exists():
        raise NotAllowed


def is_giver(gift: PoolGift, user: User) -> bool:
    """Say whether this account and the one who gives are one person, as far as we can know."""
    giver = PoolGiver.objects.filter(gift=gift).first()
    if giver is None:
        return False
    return giver.user_id == user.pk or contact_is_of(giver.contact, [user])


def flooded(contact: Contact) -> bool:
    """Say whether this contact got enough messages today. Nobody is told: neither the flooded nor who floods."""
    since = clock.now() - dt.timedelta(days=1)
    return PoolGiver.objects.filter(contact=contact.value, gift__made_at__gt=since).count() > MESSAGES_A_DAY


def _of_payment(pool: Pool, group: str) -> PoolGift | None:
    gift = PoolGift.objects.filter(pool=pool, public_id=group).first() if group else None
    return None if gift is None else gift_lock(gift)


def _payment_waits(gift: PoolGift) -> bool:
    return Payment.objects.filter(group=gift.public_id, status=PaymentStatus.RECORDED).exists()


def _credit_clean(line: str) -> str:
    line = " ".join(line.split())
    if len(line) > CREDIT_LINE_LENGTH:
        raise InvalidInput(
            _("Please keep it under %(count)s characters.") % {"count": CREDIT_LINE_LENGTH}, field="credit_line"
        )
    return line
