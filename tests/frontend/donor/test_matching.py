"""Who adds what to a gift, on every page a donor sees: the project, the check, the money page, the rule itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.notifications.services import Contact
from birge_engine.matching.rounds import report_read
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.settlement.services import project_cancel_and_refund
from tests.factories import funds as make
from tests.factories.matching import ONE_TO_ONE, changed, ended, published
from tests.factories.pages import Visitor, at
from tests.factories.rounds import a_round, settled

pytestmark = pytest.mark.django_db
TWO_ONCE = {"kind": "proportional", "rate": "2", "gifts_per_donor": 1}
GIFT = {
    "amount": "500", "contact": "aida@example.org", "country": "RU", "credit_choice": "nobody", "credit_line": "",
}  # fmt: skip


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00, matching=6_000_00)


@pytest.fixture
def guest():
    return Visitor()


def checked(guest, world, **changes):
    return guest.send(guest.open("pledge", world.project.public_id), step="check", **{**GIFT, **changes})


def test_the_check_page_says_what_each_pool_adds_and_by_which_rule(guest, world):
    version = published(world.custodian, TWO_ONCE)
    page = checked(guest, world)
    assert f"The pool “{version.rule.name}” adds 1,000 som" in page.text
    assert "For each som you give, this pool adds 2 som." in page.text
    assert "The village adds 500 som" in page.text
    assert page.link(f"/rules/{version.rule.public_id}/")


def test_the_check_page_says_why_a_pool_adds_nothing(world):
    published(world.custodian, TWO_ONCE)
    aida = make.person(email="aida@example.org")
    EmailAddress.objects.create(user=aida, email="aida@example.org", verified=True, primary=True)
    make.confirmed_pledge(world.project, made=make.pledge(world.project, 100_00, contact=Contact("email", aida.email)))
    page = checked(Visitor(aida), world, contact=" Aida@Example.org ")
    assert "This pool matches each person once, and it has matched you." in page.text


def test_what_a_pool_did_for_somebody_is_not_told_to_whoever_types_their_address(guest, world):
    published(world.custodian, TWO_ONCE)
    hers = Contact("email", "aida@example.org")
    make.confirmed_pledge(world.project, made=make.pledge(world.project, 100_00, contact=hers))
    hers_typed, another = checked(guest, world), checked(Visitor(), world, contact="bermet@example.org")
    for page in (hers_typed, another, checked(Visitor(make.person()), world)):
        assert "1,000 som" in page.text
        assert "if it has not matched you before" in page.text


def test_what_the_check_page_promised_is_what_the_confirmation_sets_aside(guest, world):
    published(world.custodian, TWO_ONCE, amount=700_00)
    page = checked(guest, world)
    assert "adds 700 som No more is left in this pool." in page.text
    made = guest.send(page, step="make")
    money = guest.send(made, code=make.newest_code(Pledge.objects.get()))
    assert "700 som waits in the pool" in money.text


def test_a_round_is_called_an_estimate_with_its_day(guest, world):
    version = published(world.custodian, a_round())
    make.confirmed_pledge(world.project, 100_00)
    text = checked(guest, world, amount="400").text
    last = dt.date.fromisoformat(version.data["eligible"]["until"])
    assert "about 400 som" in text
    assert f"an estimate: it is settled after {last.day} {last:%B} {last.year} and can become more or less" in text


def test_money_that_is_matched_only_when_paid_is_not_promised_for_the_promise(guest, world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": {"confirmed_only": True}})
    assert "when your money has come, if it is still there then" in checked(guest, world).text


def test_a_contact_that_is_none_is_told_before_the_check(guest, world):
    page = checked(guest, world, contact="not an address")
    assert page.status == 422
    assert 'id="id_contact-error"' in page.html


def test_the_money_page_follows_each_part_with_its_proof(guest, world):
    version = published(world.custodian, TWO_ONCE)
    made = make.confirmed_pledge(world.project, 2_000_00)
    page = guest.open("money", pledge_token(made))
    assert f"4,000 som waits in the pool “{version.rule.name}” until" in page.text
    assert "2,000 som from the village waits." in page.text
    assert page.link(f"/ledger/{version.reservations.get().entry_id}/")
    make.pay(world, made)
    page = guest.open("money", pledge_token(made))
    assert f"4,000 som from the pool “{version.rule.name}” is with the project." in page.text
    assert page.link(f"/ledger/{version.given.get().entry_id}/")
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
    page = guest.open("money", pledge_token(made))
    assert f"4,000 som went back to the pool “{version.rule.name}”." in page.text
    assert page.link(f"/ledger/{version.given.get().returned_entry_id}/")


def test_a_gift_that_nothing_follows_has_no_such_card(guest):
    world = make.open_village_project(donors=10_000_00, village=0)
    page = guest.open("money", pledge_token(make.confirmed_pledge(world.project, 500_00)))
    assert "Added to yours" not in page.text


def test_the_project_page_shows_its_rules_with_what_they_have_and_did(guest, world):
    published(world.custodian, TWO_ONCE)
    made = make.confirmed_pledge(world.project, 500_00)
    page = guest.open("project", world.project.public_id)
    assert "For each som you give, this pool adds 2 som." in page.text
    assert "Each person is matched 1 time at most." in page.text
    assert "9,000 som left for all projects 1,000 som waits for promises here" in page.text
    assert "you give 1,000 som for the first time: The village adds 1,000 som" in page.text
    make.pay(world, made)
    assert "1,000 som given to this project" in guest.open("project", world.project.public_id).text


def test_a_rule_without_money_does_not_promise_any(guest, world):
    version = published(world.custodian, TWO_ONCE, amount=1_000_00)
    make.confirmed_pledge(world.project, 500_00)
    used_up = "its money is used up: it adds nothing now"
    page = guest.open("project", world.project.public_id)
    assert used_up in page.text
    assert "left for all projects" not in page.text
    assert used_up in guest.open("rule", version.rule.public_id).text
    check = checked(guest, world)
    assert "Nothing is left in this pool." in check.text
    assert "For each som you give" not in check.text


def test_a_plan_without_a_place_for_matching_money_shows_no_pools(guest, world):
    other = make.open_village_project(custodian=world.custodian)
    published(world.custodian)
    assert "Who adds to your gift" not in guest.open("project", other.project.public_id).text


def test_a_rule_for_other_work_is_not_on_the_page_and_an_ended_one_only_where_it_gave(guest, world):
    published(world.custodian, ONE_TO_ONE | {"eligible": {"categories": ["water"]}})
    assert "Who adds to your gift" not in guest.open("project", world.project.public_id).text
    version = published(world.custodian, TWO_ONCE)
    make.pay(world, make.confirmed_pledge(world.project, 500_00))
    ended(version.rule)
    page = guest.open("project", world.project.public_id)
    assert "ended" in page.text
    assert "1,000 som given to this project" in page.text
    assert "left for all projects" not in page.text


def queries(guest, url):
    with CaptureQueriesContext(connection) as caught:
        assert guest.client.get(url).status_code == 200
    return len(caught)


def test_the_list_of_projects_asks_nothing_more_for_rules(guest, world):
    few = queries(guest, at("project_list"))
    for _n in range(3):
        published(world.custodian)
        make.confirmed_pledge(world.project, 100_00)
    assert queries(guest, at("project_list")) == few


def test_a_project_that_takes_no_more_shows_many_rules_in_as_many_queries_as_one(guest, world):
    first = published(world.custodian, ONE_TO_ONE | {"stack": True})
    make.confirmed_pledge(world.project, 100_00)
    ended(first.rule)
    few = queries(guest, at("project", world.project.public_id))
    for _n in range(3):
        version = published(world.custodian, ONE_TO_ONE | {"stack": True})
        make.confirmed_pledge(world.project, 100_00)
        ended(version.rule)
    assert queries(guest, at("project", world.project.public_id)) <= few


def test_the_rules_page_says_the_rule_its_versions_and_its_money(guest, world):
    version = published(world.custodian, TWO_ONCE)
    make.confirmed_pledge(world.project, 500_00)
    changed(version.rule, TWO_ONCE | {"rate": "3"})
    page = guest.open("rule", version.rule.public_id)
    assert "For each som you give, this pool adds 3 som." in page.text
    assert "For each som you give, this pool adds 2 som." in page.text
    assert "Left to add 9,000 som" in page.text
    assert "1,000 som waits for promises" in page.text
    assert version.digest in page.text
    assert "No project gets more than its plan still lacks." in page.text


def test_the_data_are_downloaded_as_they_were_hashed(guest, world):
    version = published(world.custodian, TWO_ONCE)
    response = guest.client.get(at("rule_data", version.rule.public_id, 1))
    assert hashlib.sha256(response.content).hexdigest() == version.digest
    assert json.loads(response.content) == version.data
    assert guest.client.get(at("rule_data", version.rule.public_id, 2)).status_code == 404


def test_a_settled_round_shows_its_report_and_how_to_reckon_it_again(guest, world):
    version = published(world.custodian, a_round())
    for _n in range(2):
        make.pay(world, make.confirmed_pledge(world.project, 100_00))
    run = settled(version)
    page = guest.open("rule", version.rule.public_id)
    assert "How the round was settled" in page.text
    assert run.digest in page.text
    assert run.input_digest in page.text
    assert "donors brought 200 som." in page.text
    report = guest.client.get(at("rule_run", version.rule.public_id, 1)).content
    assert hashlib.sha256(report).hexdigest() == run.digest
    assert report_read(report)["results"][0]["matched"] == 200_00


def test_a_rules_page_names_nobody(guest, world):
    version = published(world.custodian, a_round())
    for name in ("aida", "bermet"):
        contact = Contact("email", f"{name}@example.org")
        make.pay(world, make.confirmed_pledge(world.project, made=make.pledge(world.project, 100_00, contact=contact)))
    settled(version)
    shown = guest.open("rule", version.rule.public_id).html
    shown += guest.client.get(at("rule_run", version.rule.public_id, 1)).content.decode()
    assert "example.org" not in shown.replace("testserver", "")
    assert "aida" not in shown


@pytest.mark.parametrize("name", ["rule", "rule_data", "rule_run"])
def test_a_rule_that_does_not_exist_is_not_found(guest, name):
    assert guest.client.get(at(name, "0000000000", *([1] if name != "rule" else []))).status_code == 404


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_every_page_is_in_the_readers_language(guest, world, language):
    version = published(world.custodian, TWO_ONCE)
    made = make.confirmed_pledge(world.project, 500_00)
    for name, args in (
        ("rule", [version.rule.public_id]),
        ("project", [world.project.public_id]),
        ("money", [pledge_token(made)]),
    ):
        page = guest.go(at(name, *args).replace("/en/", f"/{language}/", 1))
        assert page.status == 200
        assert {"ky": "2 сом кошот", "ru": "добавляет 2 сом"}[language] in page.text or name == "money"
        assert "this pool" not in page.text
        assert "waits in" not in page.text
