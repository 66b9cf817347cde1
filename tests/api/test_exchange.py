"""Other currencies over the API: promises, payments, exchanges, and how a custodian stands."""

import pytest
from django.conf import settings

from birge import clock
from tests.factories import funds as make
from tests.factories.api import Caller, code_of
from tests.factories.exchange import pay_in, promised_in, rates_known, yesterday
from tests.factories.rates import trusted

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


def promise(world, minor=5_000_00, currency="RUB"):
    return {
        "project": world.project.public_id,
        "amount": {"minor": minor, "currency": currency},
        "contact": {"kind": "email", "value": "aida@example.org"},
        "country": "RU",
        "language": "ru",
        "terms_version": settings.TERMS_VERSION,
    }


def test_a_promise_tells_both_sums_and_the_rate(world, guest):
    trusted("RUB", "0.92", yesterday())
    made = guest.write("pledges/", promise(world), status=201)
    assert made["amount"] == {"minor": 5_000_00, "currency": "RUB", "text": "₽5,000"}
    assert made["plan_amount"] == {"minor": 4_600_00, "currency": "KGS", "text": "4,600 som"}
    assert made["exchange"] == {"rate": "0.92", "source": "nbkr", "on": yesterday().isoformat()}
    rates_known(EUR="101.3")
    in_som = guest.write("pledges/", promise(world, 100_00, "KGS"), status=201)
    assert (in_som["plan_amount"]["minor"], in_som["exchange"]) == (100_00, None)


def test_scenario_14_without_a_rate_the_api_refuses_too(world, guest):
    refused = guest.call("post", "pledges/", promise(world))
    assert refused.status_code == 409
    (error,) = refused.json()["errors"]
    assert (refused.json()["code"], error["pointer"]) == ("rate_missing", "#/amount")
    assert "Please promise in KGS." in error["detail"]


def test_scenario_15_the_story_tells_both_sums_and_their_difference(world, guest):
    rates_known(RUB="0.92")
    given = promised_in(world.project, 5_000_00, "RUB")
    pay_in(world, given, 4_450_00, "KGS")
    story = guest.read(f"pledges/{_token(given)}/")
    (payment,) = story["payments"]
    assert (story["collected"]["minor"], story["collected"]["currency"]) == (4_450_00, "KGS")
    assert (payment["amount"]["minor"], payment["exchange"], payment["difference"]["minor"]) == (
        4_450_00,
        None,
        -150_00,
    )


def test_an_exchange_from_asking_to_the_public_figure(world, guest):
    rates_known(RUB="0.92")
    pay_in(world, promised_in(world.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    where = f"organisations/{world.custodian.public_id}/exchange/"
    (position,) = guest.read(where)["positions"]
    assert (position["amount"]["minor"], position["worth"]["minor"]) == (5_000_00, 4_600_00)
    officer, second = Caller(world.officer), Caller(world.second_officer)
    body = {
        "custodian": world.custodian.public_id,
        "gave": {"minor": 5_000_00, "currency": "RUB"},
        "got": {"minor": 4_575_00, "currency": "KGS"},
        "done_on": clock.today().isoformat(),
        "reference": "FX-7",
    }
    asked = officer.write("exchanges/", body, status=201)
    assert (asked["status"], asked["official"]["minor"], asked["exchange"]["rate"]) == ("asked", 4_600_00, "0.92")
    booked = second.write(f"exchanges/{asked['id']}/book/", {"code": code_of(world.second_officer)})
    assert booked["status"] == "booked"
    standing = guest.read(where)
    assert (standing["positions"], standing["result"]["minor"], standing["booked"]) == ([], -25_00, 1)
    assert [each["id"] for each in officer.read("exchanges/", status="booked")["results"]] == [asked["id"]]
    assert guest.call("get", f"organisations/{world.association.public_id}/exchange/").status_code == 404


def test_a_line_of_the_bank_that_is_not_theirs_is_unknown(world):
    rates_known(RUB="0.92")
    officer = Caller(world.officer)
    body = {
        "custodian": world.custodian.public_id,
        "gave": {"minor": 1_00, "currency": "RUB"},
        "got": {"minor": 92, "currency": "KGS"},
        "done_on": clock.today().isoformat(),
        "reference": "FX-8",
        "gave_line": "2345678923",
    }
    assert officer.call("post", "exchanges/", body).status_code == 400


def _token(pledge):
    from funds.pledges.tokens import pledge_token

    return pledge_token(pledge)
