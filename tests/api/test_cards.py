"""The donor's own pledge says whether, and where, it can be paid by card."""

import pytest
from django.test import Client

from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_link, pledge_token
from tests.factories import cards
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def seen(pledge):
    answer = Client().get(f"/api/v1/pledges/{pledge_token(pledge)}/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_link_to_pay_by_card_stands_in_the_pledge_where_it_is_offered(settings, monkeypatch):
    world = make.open_village_project()
    cards.account(world.custodian)
    pledge = make.confirmed_pledge(world.project, 1_000_00)
    assert seen(pledge)["card_payment_link"] is None
    with cards.running(settings, monkeypatch) as double:
        told = seen(pledge)
        assert told["card_payment_link"] == pledge_link(pledge)
        assert "stripe" in [each["kind"] for each in told["payment_methods"]]
        cards.paid_at_stripe(double, pledge)
        cards.told(double)
        assert seen(Pledge.objects.get(pk=pledge.pk))["card_payment_link"] is None
