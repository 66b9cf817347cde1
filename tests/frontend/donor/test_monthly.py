"""Anyone gives every month to a project, without an account: the link comes by message, each button does one thing."""

from __future__ import annotations

import re

import pytest

from funds.payments.models import SavedCard
from funds.payments.providers.stripe.saving import saved_settle
from funds.pledges.models import MonthlyPledge
from funds.pledges.services.monthly import monthly_token
from tests.factories import cards
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


def test_from_the_form_to_the_stop(settings, monkeypatch):
    world = make.open_village_project()
    cards.account(world.custodian)
    guest = Visitor()
    page = guest.open("monthly_new", world.project.public_id)
    said = {"amount": "300", "day": "10", "contact": "guest@example.org", "country": "DE"}
    wrong = guest.send(page, "", **{**said, "day": "31"})
    assert MonthlyPledge.objects.count() == 0
    assert "28" in wrong.text
    sent = guest.send(page, "", **said)
    assert "We have sent you a link" in sent.text
    token = monthly_token(MonthlyPledge.objects.get())
    assert token not in sent.html
    (notice,) = make.notices("monthly_confirm")
    page = guest.go(notice.context["link"].removeprefix("http://127.0.0.1:8000"))
    assert MonthlyPledge.objects.get().status == "made"
    page = guest.send(page, "start/")
    assert "On day 10 of each month" in page.text
    with cards.running(settings, monkeypatch) as double:
        page = guest.open("monthly", token)
        before = guest.send(page, "/card/", agreed="yes")
        link = re.search(r'href="(http://127[^"]+/pay/\w+)"', before.html)[1]
        double.save(link.rsplit("/", 1)[-1])
        saved_settle(SavedCard.objects.select_related("account__custodian").get())
        page = guest.open("monthly", token)
        assert "Visa •••• 4242" in page.text
        page = guest.send(page, "change/", amount="500", day="5")
        assert "without a new yes we take nothing" in page.text
        page = guest.send(page, "pause/")
        assert "It rests" in page.text
        page = guest.send(page, "end/")
    assert "has ended" in page.text
    assert SavedCard.objects.get().status == "ended"


def test_looking_changes_nothing_and_a_wrong_link_finds_nothing():
    world = make.open_village_project()
    guest = Visitor()
    page = guest.open("monthly_new", world.project.public_id)
    guest.send(page, "", amount="300", day="10", contact="guest@example.org", country="DE")
    token = monthly_token(MonthlyPledge.objects.get())
    for verb in ("start", "end", "card"):
        assert guest.client.get(f"/en/money/monthly/{token}/{verb}/").status_code == 405
    assert guest.client.get(f"/en/money/monthly/{token.split('-')[0]}-aaaaaaaaaaaaaaaa/").status_code == 404
    assert MonthlyPledge.objects.get().status == "made"
