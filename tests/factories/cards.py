"""Cards: an account at our double of Stripe, a donor who pays there, and Stripe telling us so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client

from birge import clock
from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.models import PaymentMethod, StripeAccount, StripeAttempt, StripeEvent
from funds.payments.providers.base import NextStep
from funds.payments.providers.stripe.webhooks import event_process
from funds.pledges.models import Pledge
from funds.settlement.services import pledge_pay
from tests.support.stripe_cards import CardsDouble
from tests.support.stripe_double import StripeDouble, Thing

LABEL, SECRET, NEW_SECRET = "fund", "whsec_first", "whsec_second"
KEY_NAME, SECRETS_NAME = "STRIPE_FUND_KEY", "STRIPE_FUND_WEBHOOK_SECRETS"


@contextmanager
def running(settings: Any, monkeypatch: Any) -> Iterator[CardsDouble]:
    """Let a double run that the real SDK talks to, with the keys of one account in the environment."""
    stripe = CardsDouble()
    settings.STRIPE_API_BASE, settings.STRIPE_TIMEOUT = stripe.start(), 5
    monkeypatch.setenv(KEY_NAME, "sk_test_of_the_double")
    monkeypatch.setenv(SECRETS_NAME, SECRET)
    try:
        yield stripe
    finally:
        stripe.stop()


def account(custodian: Organisation, **changes: Any) -> StripeAccount:
    """Give the custodian an account at Stripe, and let it take cards from everywhere."""
    PaymentMethod.objects.create(
        custodian=custodian, kind="stripe", valid_from=clock.today() - dt.timedelta(days=60), details={}
    )
    facts = {"custodian": custodian, "label": LABEL, "currency": "KGS", "livemode": False}
    return StripeAccount.objects.create(**(facts | changes))


def pay_step(pledge: Pledge, **changes: Any) -> NextStep:
    """Let the donor ask to pay by card."""
    fresh = Pledge.objects.select_related("project", "custodian").get(pk=pledge.pk)
    return pledge_pay(pledge=fresh, kind="stripe", key="page", **changes)


def page_of(pledge: Pledge) -> str:
    """Return the identifier of the page at Stripe on which this promise is paid now."""
    return pay_step(pledge).url.rsplit("/", 1)[-1]


def paid_at_stripe(double: StripeDouble, pledge: Pledge, **odd: Any) -> Thing:
    """Let the donor pay all of a promise at Stripe; we have heard nothing yet."""
    return double.pay(page_of(pledge), **odd)


def tell(event: Thing, *, label: str = LABEL, secret: str = SECRET, at: int | None = None) -> int:
    """Let Stripe tell us of an event; return the status of our answer. It is looked into afterwards."""
    body, header = StripeDouble.signed(event, secret, at=at)
    return post(body, header, label=label)


def post(body: str, header: str, *, label: str = LABEL) -> int:
    """Send this to our door."""
    address = f"/webhooks/stripe/{label}/"
    answer = Client().post(address, body, content_type="application/json", headers={"stripe-signature": header})
    return int(answer.status_code)


def look_into() -> None:
    """Look into what was told and is not looked into yet, as the worker does."""
    for event in StripeEvent.objects.filter(processed_at=None).select_related("account__custodian").order_by("id"):
        event_process(event)


def told(double: StripeDouble) -> None:
    """Let Stripe tell us of everything, once and in order, and look into it."""
    for event in double.events:
        assert tell(event) == 204
    look_into()


def at_stripe(custodian: Organisation) -> int:
    """Return what our books say lies at Stripe."""
    return balance(codes.stripe(custodian.public_id), "KGS")


def attempt(pledge: Pledge) -> StripeAttempt:
    """Return the newest attempt to pay this promise by card."""
    return StripeAttempt.objects.filter(pledge_ref=pledge.public_id).latest("id")
