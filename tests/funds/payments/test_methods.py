"""Ways to pay are dated records, told in the order that serves the donor."""

import datetime as dt

import pytest

from birge.errors import RuleNotMet
from funds.payments.models import PaymentMethod
from funds.payments.providers.registry import provider_for, providers
from funds.payments.selectors import payment_methods_for
from tests.factories.funds import open_village_project

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def custodian():
    custodian = open_village_project().custodian
    PaymentMethod.objects.filter(custodian=custodian).delete()
    return custodian


def method(custodian, kind, **changes):
    return PaymentMethod.objects.create(
        **({"custodian": custodian, "kind": kind, "valid_from": DAY, "details": {"account": "1"}} | changes)
    )


def kinds(custodian, country="KZ", on=DAY):
    return [each.kind for each in payment_methods_for(custodian, country, on)]


def test_from_russia_transfer_and_cash_stand_first(custodian):
    for kind in ("sandbox", "cash", "transfer"):
        method(custodian, kind)
    assert kinds(custodian, "RU") == ["transfer", "cash", "sandbox"]


def test_a_method_counts_from_its_first_day_to_its_last(custodian):
    method(custodian, "transfer", valid_to=DAY + dt.timedelta(days=2))
    days = [DAY + dt.timedelta(days=n) for n in (-1, 0, 2, 3)]
    assert [kinds(custodian, on=day) for day in days] == [[], ["transfer"], ["transfer"], []]


def test_a_countrys_own_record_stands_instead_of_the_general_one(custodian):
    method(custodian, "transfer")
    own = method(custodian, "transfer", donor_country="RU", works=False, note_ru="сегодня не работает")
    assert payment_methods_for(custodian, "RU", DAY) == [own]
    assert payment_methods_for(custodian, "KZ", DAY)[0].works


def test_what_does_not_work_is_shown_last_with_its_note_and_not_offered(custodian):
    method(custodian, "transfer", works=False, note_ru="сегодня не работает")
    method(custodian, "cash")
    assert kinds(custodian, "RU") == ["cash", "transfer"]
    assert payment_methods_for(custodian, "RU", DAY)[1].note("ky") == "сегодня не работает"
    with pytest.raises(RuleNotMet) as refusal:
        provider_for("transfer", custodian=custodian, country="RU", on=DAY)
    assert refusal.value.code == "method_off"


def test_an_unknown_provider_is_refused(custodian):
    with pytest.raises(RuleNotMet):
        provider_for("stripe", custodian=custodian, country="KZ", on=DAY)


def test_play_money_says_what_it_is():
    loaded = providers()
    assert loaded["sandbox"].is_play_money
    assert "Play money" in loaded["sandbox"].label
    assert not loaded["transfer"].is_play_money
