"""Pools over the API: what everyone reads of them, opening, closing, and what is refused where."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.organisations.models import Organisation
from funds.pools.models import Pool
from tests.factories import pools as make
from tests.factories.api import caller, leaves
from tests.factories.funds import organisation

pytestmark = pytest.mark.django_db


def minor(found, *names):
    return [found[name]["minor"] for name in names]


def request(world, **changes):
    said = {
        "organisation": world.association.organisation.public_id,
        "custodian": world.custodian.public_id,
        "currency": "KGS",
        "name_ru": "Фонд моста",
        "name_ky": "Көпүрө фонду",
        "purpose": "Мост через Нарын",
        "budget_minor": 900_000_00,
        "ends_on": "2031-01-31",
    }
    return said | changes


def test_everyone_reads_what_a_pool_holds_and_whose_it_is(guest):
    world = make.pool_with_money(5_000_00, name_ky="Фонду")
    make.cash_in(world, 100_00)
    make.booked(world, make.matching(world, 700_00))
    (found,) = guest.read("pools/")["results"]
    assert (found["id"], found["name"]["ky"], found["status"]) == (world.pool.public_id, "Фонду", "open")
    assert found["organisation"]["id"] == world.association.organisation.public_id
    assert found["custodian"]["id"] == world.custodian.public_id
    assert minor(found, "held", "free", "set_aside", "with_treasurer") == [5_100_00, 4_400_00, 700_00, 100_00]
    assert (found["takes_gifts"], found["budget"]) == (True, None)


def test_one_pool_tells_its_rules_its_totals_whom_it_thanks_and_what_it_gave(guest):
    world, village = make.pool_and_village()
    make.paid_in(world, 250_00, credit_line="Семья Асановых")
    make.booked(world, make.giving(world, village.project, 800_00))
    make.booked(world, make.matching(world, 700_00))
    found = guest.read(f"pools/{world.pool.public_id}/")
    (rule,) = found["rules"]
    assert (rule["name"], rule["version"], rule["status"], rule["set_aside"]["minor"]) == (
        "Som for som",
        1,
        "published",
        700_00,
    )
    totals = found["totals"]
    assert (totals["gifts"], *minor(totals, "received", "given", "matched")) == (2, 5_250_00, 800_00, 0)
    assert found["credit_lines"] == ["Семья Асановых"]
    (given,) = found["given"]
    assert (given["project"], given["title"]["ru"]) == (village.project.public_id, "Свет на улицах")
    assert minor(given, "given", "returned") == [800_00, 0]
    assert len(found["months"]) == 1


def test_no_person_appears_in_a_pool(guest):
    world = make.pool_with_money(5_000_00)
    make.cash_in(world, 100_00)
    ours = world.association
    people = [*ours.signers, *ours.members, world.officer, world.second_officer]
    private = {str(value) for each in people for value in (each.public_id, each.email, each.name)}
    said = {str(value) for _path, value in leaves(guest.read(f"pools/{world.pool.public_id}/"))}
    assert not private & said


def test_the_list_can_be_narrowed(guest):
    mine, other = make.pool_of(name_ru="Мост"), make.pool_of(currency="RUB")

    def found(**query):
        return [each["id"] for each in guest.read("pools/", **query)["results"]]

    assert found(organisation=mine.association.organisation.public_id) == [mine.pool.public_id]
    assert found(custodian=other.custodian.public_id) == [other.pool.public_id]
    assert found(currency="RUB") == [other.pool.public_id]
    assert found(q="мост") == [mine.pool.public_id]
    assert found(status="closed") == []
    assert guest.call("get", "pools/", {"status": "odd"}).status_code == 400
    assert guest.call("get", "pools/", {"owner": "x"}).json()["errors"][0]["parameter"] == "owner"


def test_pages_of_pools_follow_each_other(guest):
    names = {make.pool_of(name_ru=f"Фонд {n}").pool.public_id for n in range(3)}
    page = guest.read("pools/", page_size=2)
    rest = guest.get(page["next"]).json()
    assert {each["id"] for each in [*page["results"], *rest["results"]]} == names
    assert rest["next"] is None


def test_a_list_of_pools_takes_as_many_queries_for_many_as_for_few(guest):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            guest.read("pools/")
        return len(caught)

    make.booked(world := make.pool_with_money(), make.matching(world, 100_00))
    few = queries()
    for _n in range(4):
        make.booked(world := make.pool_with_money(), make.matching(world, 100_00))
    assert queries() <= few <= 6


def test_one_pool_takes_as_many_queries_whatever_it_did(guest):
    world, village = make.pool_and_village()

    def queries():
        with CaptureQueriesContext(connection) as caught:
            guest.read(f"pools/{world.pool.public_id}/")
        return len(caught)

    make.booked(world, make.giving(world, village.project, 100_00))
    make.booked(world, make.matching(world, 100_00))
    few = queries()
    for n in range(3):
        make.paid_in(world, 10_00, credit_line=f"Giver {n}")
        make.booked(world, make.giving(world, village.project, 100_00))
        make.booked(world, make.matching(world, 100_00))
    assert queries() <= few


def test_a_pool_of_who_was_stopped_is_seen_by_its_custodian_only(guest):
    world = make.pool_with_money()
    Organisation.objects.filter(pk=world.association.organisation.pk).update(status="suspended")
    address = f"pools/{world.pool.public_id}/"
    assert guest.read("pools/")["results"] == []
    for other in (None, world.association.chair, make.pool_of().officer):
        assert caller(other).call("get", address).status_code == 404
    assert caller(world.officer).read(address)["held"]["minor"] == 5_000_00


def test_from_opening_to_closing():
    world = make.pool_of()
    chair = caller(world.association.chair)
    opened = chair.make("pools/", request(world))
    assert (opened["name"], opened["purpose"]) == (
        {"ky": "Көпүрө фонду", "ru": "Фонд моста", "en": ""},
        "Мост через Нарын",
    )
    assert (opened["budget"]["minor"], opened["ends_on"], opened["held"]["minor"]) == (900_000_00, "2031-01-31", 0)
    closed = chair.write(f"pools/{opened['id']}/close/", {"reason": "Мост стоит"})
    assert (closed["status"], closed["takes_gifts"]) == ("closed", False)


def test_the_same_request_opens_once():
    world, key = make.pool_of(), "the-same-key-sent-twice"
    chair = caller(world.association.chair)
    first = chair.make("pools/", request(world), HTTP_IDEMPOTENCY_KEY=key)
    assert chair.make("pools/", request(world), HTTP_IDEMPOTENCY_KEY=key)["id"] == first["id"]
    other = chair.call("post", "pools/", request(world, name_ru="Другой"), HTTP_IDEMPOTENCY_KEY=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Pool.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"custodian": "abcdefghjk"}, 400, "unknown"),
        ({"currency": "XXX"}, 400, "invalid_choice"),
        ({"name_ru": ""}, 400, "blank"),
        ({"budget_minor": 0}, 400, "min_value"),
        ({"budget_minor": "5"}, 400, "invalid"),
        ({"ends_on": "31.01.2031"}, 400, "invalid"),
        ({"note": "?"}, 400, "unknown"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(changes, status, code):
    world = make.pool_of()
    answer = caller(world.association.chair).call("post", "pools/", request(world, **changes))
    assert answer.status_code == status
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(f"#/{next(iter(changes))}", code)]


def test_an_association_is_no_custodian_and_a_last_day_is_not_before_the_first():
    world = make.pool_of()
    chair = caller(world.association.chair)
    wrong = chair.call("post", "pools/", request(world, custodian=organisation("migrant_association").public_id))
    assert wrong.json()["errors"][0]["pointer"] == "#/custodian"
    wrong = chair.call("post", "pools/", request(world, starts_on="2031-02-01"))
    assert wrong.json()["errors"][0]["pointer"] == "#/ends_on"


def test_a_pool_with_money_in_it_is_not_closed():
    world = make.pool_with_money()
    answer = caller(world.association.chair).call("post", f"pools/{world.pool.public_id}/close/", {"reason": "Всё"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_empty")


def test_without_a_key_nothing_that_moves_or_promises_money_is_done():
    world = make.pool_of()
    pool = world.pool.public_id
    paths = ("pools/", *(f"pools/{pool}/{each}/" for each in ("gifts", "cash", "cash/bank", "proposals")))
    monthly = {"amount": {"minor": 5_00, "currency": "KGS"}, "day": 1, "language": "ru"}
    sent = [*((path, request(world)) for path in paths), (f"pools/{pool}/standing/", monthly)]
    for path, body in sent:
        answer = caller(world.association.chair).post(f"/api/v1/{path}", body, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["header"]) == (400, "Idempotency-Key"), path
