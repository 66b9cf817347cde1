"""A donor wants to pay by card: one page at Stripe, however often they tap, reload or lose the network."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import RuleNotMet
from birge.money import Money

from ...models import Payment
from ..base import NextStep, PaymentRequest, StepKind
from .accounts import account_for
from .amounts import to_stripe
from .gateway import ProviderMissing, ProviderRefused, Session, StripeGateway
from .models import WAITING, AttemptStatus, StripeAccount, StripeAttempt
from .settling import KEY_LIFE, attempt_lock, attempt_settle

PAGE_LIFE = dt.timedelta(hours=2)  # how long a page at Stripe may be paid on; more than KEY_LIFE and Stripe's least
MOST_AN_HOUR = 5  # pages for one promise; who tries out stolen cards wants more
TURNS = 3
SPOKEN = frozenset({"ru", "en"})  # what Stripe's page speaks of our languages; for the others it asks the browser


def card_pay(request: PaymentRequest) -> NextStep:
    """Return the page at Stripe on which this promise is paid, the one that is open already if there is one.

    DONE without a payment: it was paid there, and we wait for the bank's word. Raises RuleNotMet (`method_off`,
    `too_many`), ProviderUnknown (the same tap later finds what was made), ProviderRefused.
    """
    paid = card_paid(request.pledge_ref)
    if paid is not None:
        return NextStep(StepKind.DONE, payment=paid)
    account = account_for(request.custodian, request.amount.currency)
    if account is None:
        raise RuleNotMet(_("This way of paying does not work now. Please choose another."), code="method_off")
    for _turn in range(TURNS):
        attempt, new = _attempt(account, request)
        if not new:
            attempt = attempt_settle(attempt)
        step = _step(attempt, request)
        if step is not None:
            return step
    raise ProviderRefused


def card_paid(pledge_ref: str) -> Payment | None:
    """Return the payment by card that this promise was kept with."""
    paid = StripeAttempt.objects.filter(pledge_ref=pledge_ref, status=AttemptStatus.SUCCEEDED)
    attempt = paid.select_related("payment").first()
    return attempt.payment if attempt is not None else None


def _attempt(account: StripeAccount, request: PaymentRequest) -> tuple[StripeAttempt, bool]:
    """Return the promise's waiting attempt, or a new one that is committed before Stripe is asked."""
    same = StripeAttempt.objects.select_related("account__custodian", "project", "charge__card").filter(
        pledge_ref=request.pledge_ref
    )
    waiting = same.filter(status__in=WAITING).first()
    if waiting is not None:
        return waiting, False
    if same.filter(made_at__gt=clock.now() - dt.timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise RuleNotMet(_("You have tried this often. Please wait an hour, or pay another way."), code="too_many")
    try:
        with transaction.atomic():
            made = StripeAttempt.objects.create(
                account=account,
                project=request.project,
                pool_ref=request.pool_ref,
                pledge_ref=request.pledge_ref,
                group=request.group,
                amount_minor=request.amount.minor,
                currency=request.amount.currency,
                country=request.country,
                language=request.language,
            )
    except IntegrityError:  # another tab was faster
        return same.filter(status__in=WAITING).latest("id"), False
    return made, True


def _step(attempt: StripeAttempt, request: PaymentRequest) -> NextStep | None:
    """Return what the donor does next; None where this attempt is over and another may begin."""
    if attempt.payment is not None:
        return NextStep(StepKind.DONE, payment=attempt.payment)
    if attempt.status == AttemptStatus.FAILED:
        return None
    if attempt.charge is not None:
        raise RuleNotMet(
            _("Your saved card is being charged right now. Please look again in some minutes."), code="charge_under_way"
        )
    session = _page(attempt, request.text)
    if session is None:
        return None
    if session.status == "complete":
        return NextStep(StepKind.DONE)
    if session.status != "open":
        attempt_settle(attempt)
        return None
    if attempt.amount_minor != request.amount.minor:  # the promise has changed since the page was made
        try:
            StripeGateway(attempt.account).session_end(session.id)
        except ProviderMissing:
            raise
        except ProviderRefused:
            pass  # it was paid or ended at this very moment: looking says which
        attempt_settle(attempt)
        return None
    return NextStep(StepKind.REDIRECT, url=session.url)


def _page(attempt: StripeAttempt, text: str) -> Session | None:
    """Return the attempt's page at Stripe: read again, or made under the attempt's command."""
    gateway = StripeGateway(attempt.account)
    if attempt.session_id:
        return gateway.session_get(attempt.session_id)
    if clock.now() - attempt.made_at > KEY_LIFE:
        return None
    if attempt.project is not None:
        with translation.override(attempt.language):
            text = _("Gift for “%(project)s”") % {"project": attempt.project.title(attempt.language)}
    address = f"{settings.SITE_URL}/c/{attempt.public_id}"
    try:
        session = gateway.session_create(
            command=str(attempt.command_id),
            pledge=attempt.pledge_ref,
            amount=to_stripe(Money(attempt.amount_minor, attempt.currency)),
            currency=attempt.currency,
            text=text,
            locale=attempt.language if attempt.language in SPOKEN else "auto",
            ends=int((attempt.made_at + PAGE_LIFE).timestamp()),
            paid_url=f"{address}/paid/",
            back_url=f"{address}/back/",
        )
    except ProviderRefused:
        _refused(attempt)
        raise
    _made(attempt, session)
    return session


@transaction.atomic
def _made(attempt: StripeAttempt, session: Session) -> None:
    locked = attempt_lock(attempt)
    locked.session_id = session.id
    if locked.status == AttemptStatus.UNKNOWN:
        locked.status = AttemptStatus.OPEN
    locked.save(update_fields=["session_id", "status"])


@transaction.atomic
def _refused(attempt: StripeAttempt) -> None:
    locked = attempt_lock(attempt)
    if locked.status == AttemptStatus.UNKNOWN:
        locked.status = AttemptStatus.FAILED
        locked.save(update_fields=["status"])
