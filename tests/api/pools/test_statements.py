"""A pool's month over the API: it ties to the ledger, in three forms, and names givers to its own people only."""

import csv
import io

import pytest

from birge import clock
from funds.payments.models import Payment
from funds.pools.selectors import pool_free
from funds.settlement.services import payment_correct_approve, payment_correct_ask
from tests.factories import pools as make
from tests.factories.api import caller
from tests.factories.funds import factor, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = make.pool_of()
    make.paid_in(world, 5_000_00, credit_line="Семья Асановых")
    make.cash_in(world, 100_00)
    make.booked(world, make.matching(world, 700_00))
    return world


def at(world, month=""):
    return f"pools/{world.pool.public_id}/statements/{month or f'{clock.today():%Y-%m}'}/"


def words(made):
    return [line["text"] for line in made["accounts"][0]["lines"]]


def test_a_month_as_json_comes_to_what_the_ledger_keeps(world, guest):
    made = guest.read(at(world))
    free, rule = made["accounts"]
    for account in (free, rule):
        lines = sum(line["amount"]["minor"] for line in account["lines"])
        assert account["opening"]["minor"] + lines == account["closing"]["minor"]
    assert free["closing"]["minor"] == pool_free(world.pool) == 4_400_00
    assert (rule["closing"]["minor"], free["rule"], rule["rule"]) == (700_00, "", rule["code"].rpartition(":")[2])
    assert made["closing"]["minor"] == 5_100_00
    assert guest.read(f"pools/{world.pool.public_id}/")["months"] == [made["month"]]
    for line in free["lines"]:
        assert guest.read(f"entries/{line['entry']}/")["kind"] == line["kind"]


def test_givers_are_named_to_its_own_people_and_its_custodian_only(world, guest):
    for insider in (world.association.members[0], world.officer):
        assert words(caller(insider).read(at(world)))[0] == "Came from Семья Асановых"
    for outsider in (None, person(), make.pool_of().association.chair):
        plain = words(caller(outsider).read(at(world)))
        assert plain == ["Came from a giver", "Came in cash, to the treasurer", "Set aside for “Som for som”"]
    for form in ("json", "csv"):
        assert "Асановых" not in guest.get(f"/api/v1/{at(world)}?format={form}").content.decode()


def test_givers_are_not_named_where_their_gift_was_put_right(guest):
    world = make.pool_of()
    make.paid_in(world, 5_000_00, credit_line="Семья Асановых")
    asked = payment_correct_ask(payment=Payment.objects.get(), actor=world.officer, reason="another sum")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))
    assert words(guest.read(at(world))) == ["Came from a giver", "Put right: Came from a giver"]
    assert words(caller(world.officer).read(at(world)))[1] == "Put right: Came from Семья Асановых"


@pytest.mark.parametrize("asked", [{"query": "?format=csv"}, {"HTTP_ACCEPT": "text/csv"}])
def test_the_month_as_a_table(world, guest, asked):
    query = asked.get("query", "")
    headers = {name: value for name, value in asked.items() if name != "query"}
    response = guest.get(f"/api/v1/{at(world)}{query}", **headers)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].endswith(f'{clock.today():%Y-%m}.csv"')
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    closing = {row["rule"]: int(row["balance_minor"]) for row in rows if row["line"] == "closing"}
    assert sorted(closing.values()) == [700_00, 4_400_00]


@pytest.mark.parametrize("asked", ["?format=pdf", ""])
def test_the_month_on_paper(world, guest, asked):
    response = guest.get(f"/api/v1/{at(world)}{asked}", HTTP_ACCEPT="application/pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


def test_a_format_we_do_not_make_is_refused(world, guest):
    answer = guest.call("get", at(world), {"format": "xls"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "format")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert guest.call("get", at(world), {"format": ""}).status_code == 400
    assert guest.get(f"/api/v1/{at(world)}", HTTP_ACCEPT="text/html").status_code == 406


@pytest.mark.parametrize("month", ["2999-01", "2026-13", "2026-00", "1999-01", "2026-1", "today", "0000-00"])
def test_a_month_that_is_none_or_has_not_begun_is_not_found(world, guest, month):
    assert guest.call("get", at(world, month)).status_code == 404


def test_words_come_in_the_language_asked_for(world, guest):
    russian = guest.get(f"/api/v1/{at(world)}", HTTP_ACCEPT_LANGUAGE="ru").json()
    assert words(russian)[0] != "Came from a giver"
