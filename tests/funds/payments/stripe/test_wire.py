"""The same code against a Stripe that somebody else wrote: localstripe, for what it supports.

It has no payment pages, forgets idempotency keys and tells nothing of refunds; so payments are made by the SDK here,
and a refund is found by the sweep.
"""

import datetime as dt
import http.client
import os
import queue
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe

from funds.payments.models import CardCharge, Payment, StripeAccount, StripeAttempt, StripeRefund
from funds.payments.providers.stripe.charging import charge_begin
from funds.payments.providers.stripe.gateway import ProviderUnknown
from funds.payments.providers.stripe.gateway_cards import CardGateway
from funds.payments.providers.stripe.settling import attempt_settle
from funds.payments.providers.stripe.sweep import sweep
from funds.pledges.models import Pledge
from funds.settlement.facts import held_minor
from tests.factories import cards, saved_cards
from tests.factories import funds as make
from tests.support.programs import localstripe_python

pytestmark = pytest.mark.django_db
AMOUNT = 1_000_00
SERVE = """
import sys
from aiohttp.web import run_app
from localstripe.server import app
run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def told():
    """Return what is told to us: (body, signature), in the order in which it comes."""
    came = queue.Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            came.put((body, self.headers["Stripe-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    ear = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=ear.serve_forever, daemon=True).start()
    came.port = ear.server_address[1]
    yield came
    ear.shutdown()
    ear.server_close()


@pytest.fixture
def client(settings, monkeypatch, tmp_path, told):
    """Return the SDK, speaking to localstripe; so does our gateway."""
    port, python = free_port(), localstripe_python()
    server = subprocess.Popen(
        [python, "-c", SERVE, str(port)], env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{port}"
        monkeypatch.setenv(cards.KEY_NAME, "sk_test_12345")
        monkeypatch.setenv(cards.SECRETS_NAME, cards.SECRET)
        door = http.client.HTTPConnection("127.0.0.1", port)
        told_where = f'{{"url": "http://127.0.0.1:{told.port}/", "secret": "{cards.SECRET}"}}'
        door.request("POST", "/_config/webhooks/ours", told_where, {"Content-Type": "application/json"})
        assert door.getresponse().status == 200
        yield stripe.StripeClient("sk_test_12345", base_addresses={"api": settings.STRIPE_API_BASE}).v1
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port):
    for _turn in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("localstripe does not start")


@pytest.fixture
def asked():
    """Return an attempt to pay a promise, as it stands before the donor has paid."""
    world = make.open_village_project()
    account = cards.account(world.custodian)
    pledge = make.confirmed_pledge(world.project, AMOUNT)
    return StripeAttempt.objects.create(
        account=account, project=world.project, pledge_ref=pledge.public_id, group=pledge.group, amount_minor=AMOUNT,
        currency="KGS", country="DE", language="en",
    )  # fmt: skip


def pay(client, attempt, **odd):
    marks = {"birge_command": str(attempt.command_id), "birge_pledge": attempt.pledge_ref}
    return client.payment_intents.create(
        params={"amount": AMOUNT, "currency": "kgs", "payment_method": "pm_card_visa", "confirm": True,
                "metadata": marks, **odd}
    )  # fmt: skip


def test_its_signed_webhook_books_the_payment_and_a_refund_is_found(client, told, asked):
    intent = pay(client, asked)
    for _event in range(5):
        body, signature = told.get(timeout=20)
        assert cards.post(body, signature) == 204
        if '"payment_intent.succeeded"' in body:
            break
    cards.look_into()
    payment = Payment.objects.get()
    assert (payment.reference, payment.amount_minor) == (intent.id, AMOUNT)
    assert Pledge.objects.get(public_id=asked.pledge_ref).status == "collected"
    assert cards.post(body, "t=1,v1=00") == 400
    client.refunds.create(params={"payment_intent": intent.id, "amount": 300_00})
    attempt_settle(StripeAttempt.objects.get())
    attempt_settle(StripeAttempt.objects.get())
    assert StripeRefund.objects.get().amount_minor == 300_00
    assert held_minor(asked.project) == cards.at_stripe(asked.account.custodian)


def test_what_it_never_told_is_listed_by_the_sweep(client, asked):
    intent = pay(client, asked)
    report = sweep(StripeAccount.objects.select_related("custodian").get())
    assert report.missed
    assert report.failed == []
    assert Payment.objects.get().reference == intent.id


def test_a_refused_card_books_nothing(client, asked):
    number = {"number": "4000000000000341", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    card = client.payment_methods.create(params={"type": "card", "card": number})
    with pytest.raises(stripe.CardError):
        pay(client, asked, payment_method=card.id)
    sweep(StripeAccount.objects.select_related("custodian").get())
    assert not Payment.objects.exists()


@pytest.fixture
def kept(client):
    """Return a promise that is due, with a card that somebody else's Stripe keeps."""
    world = make.open_village_project()
    account = cards.account(world.custodian)
    given = make.confirmed_pledge(world.project, AMOUNT)

    def keep(number):
        card = {"number": number, "exp_month": 12, "exp_year": 2033, "cvc": "123"}
        customer = client.customers.create(params={"email": "holder@example.org"})
        method = client.payment_methods.create(params={"type": "card", "card": card})
        client.payment_methods.attach(method.id, params={"customer": customer.id})
        saved = saved_cards.kept(world.custodian, "pledge", given.group, AMOUNT, account=account)
        saved.customer_id, saved.method_id = customer.id, method.id
        saved.save()
        make.confirmed_pledge(world.project, 10_000_00 - AMOUNT)
        return saved

    return keep


def charged(client, card):
    """Charge what is planned from this card.

    localstripe lists no payments of one customer, so nothing is looked up first, and names no payment in its no: that
    is unknown until it is found.
    """
    charge = CardCharge.objects.select_related("card__account", "project").get()
    CardCharge.objects.update(next_on=charge.first_on - dt.timedelta(days=2))
    attempt = charge_begin(CardCharge.objects.select_related("card__account", "project").get())
    gateway = CardGateway(card.account)
    said = {"command": str(attempt.command_id), "pledge": attempt.pledge_ref, "amount": AMOUNT, "currency": "KGS"}
    try:
        intent = gateway.intent_charge(**said, customer=card.customer_id, method=card.method_id)
    except ProviderUnknown:
        (intent,) = client.payment_intents.list().data
    for _turn in range(2):
        attempt_settle(attempt, intent.id)
    return intent


def test_a_saved_card_is_charged_without_its_holder_and_booked_once(client, kept):
    intent = charged(client, kept("4242424242424242"))
    assert Payment.objects.get().reference == intent.id
    assert CardCharge.objects.get().status == "paid"


def test_a_saved_card_that_does_not_pay_is_a_no_and_is_cancelled_there(client, kept):
    intent = charged(client, kept("4000000000000341"))
    charge = CardCharge.objects.get()
    assert (charge.status, charge.tries) == ("failed", 1)
    assert client.payment_intents.retrieve(intent.id).status == "canceled"
    assert not Payment.objects.exists()


def test_a_card_is_forgotten_there_too(client, kept):
    card = kept("4242424242424242")
    CardGateway(card.account).card_forget(customer=card.customer_id, method=card.method_id)
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.retrieve(card.customer_id)
    assert not StripeAttempt.objects.exists()
