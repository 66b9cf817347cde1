"""Many at once, on PostgreSQL with real threads: what is scarce is given out exactly, what is repeated happens once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from birge.errors import RuleNotMet
from funds.ledger.models import Entry
from funds.matching.models import Reservation
from funds.matching.selectors import village_reserved, village_rest
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.pledges.services import pledge_make
from funds.pledges.tokens import Purpose, pledge_token
from funds.settlement.facts import held_minor
from funds.settlement.services import pledge_confirm_and_match
from tests.factories.funds import (
    confirmed_pledge,
    factor,
    open_village_project,
    pledge,
    pledge_request,
    record,
)

# SQLite lets one writer in at a time
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
MANY = 50


def all_at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run the acts in a thread each, started together; return results or the refusals raised, in order."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=30)
            return act()
        except RuleNotMet as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return [done.result(timeout=120) for done in [pool.submit(run, act) for act in acts]]


def confirming(made: Pledge) -> Callable[[], object]:
    token = pledge_token(made, Purpose.CONFIRM)
    return lambda: pledge_confirm_and_match(pledge=Pledge.objects.get(pk=made.pk), how="link", token=token)


def test_fifty_pledges_race_for_the_last_ten_units_of_the_villages_share():
    world = open_village_project(donors=100_000_00, village=1_000_00)
    confirmed_pledge(world.project, 999_90)
    assert village_rest(world.project) == 10
    racing = [pledge(world.project, 100_00) for _n in range(MANY)]
    done = all_at_once([confirming(made) for made in racing])
    assert all(isinstance(each, Pledge) for each in done)
    refs = [made.public_id for made in racing]
    given = list(Reservation.objects.filter(pledge_ref__in=refs).values_list("amount_minor", flat=True))
    assert given == [10]
    assert (village_rest(world.project), village_reserved(world.project)) == (0, 1_000_00)


def test_fifty_pledges_race_for_the_last_place_in_the_plan():
    world = open_village_project(donors=1_000_00, village=0)
    racing = [pledge(world.project, 300_00) for _n in range(MANY)]
    done = all_at_once([confirming(made) for made in racing])
    assert sum(isinstance(each, Pledge) for each in done) == 3
    assert {each.data["rest_minor"] for each in done if isinstance(each, RuleNotMet)} == {100_00}
    assert Pledge.objects.filter(project=world.project, status="confirmed").count() == 3


def test_fifty_copies_of_one_request_make_one_pledge():
    request = pledge_request(open_village_project().project, idempotency=("guest:form", "copy"))
    done = all_at_once([lambda: pledge_make(**request)] * MANY)
    assert len({each.pk for each in done}) == 1
    assert Pledge.objects.filter(project=request["project"]).count() == 1


def test_fifty_clicks_on_one_link_book_one_promise():
    made = pledge(open_village_project().project)
    all_at_once([confirming(made)] * MANY)
    assert Entry.objects.filter(kind="pledge.confirmed", group=made.group).count() == 1


def test_fifty_confirmations_of_one_payment_book_it_once():
    world = open_village_project()
    payment = record(world, confirmed_pledge(world.project, 700_00))
    officer = world.second_officer
    all_at_once([lambda: payment_confirm(payment=payment, actor=officer, proof=factor(officer))] * MANY)
    assert held_minor(world.project) == 700_00
    assert Entry.objects.filter(kind="payment.received", group=payment.group).count() == 1
