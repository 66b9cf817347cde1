"""Monthly promises over the API: one's own, and nobody else's."""

import pytest

from funds.pools.models import StandingPromise
from tests.factories import pools as make
from tests.factories.api import caller, money
from tests.factories.funds import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.pool_of()


def at(world):
    return f"pools/{world.pool.public_id}/standing/"


def said(**changes):
    return {"amount": money(300_00), "day": 5, "language": "ru"} | changes


def test_from_the_first_promise_to_the_end(world):
    mine = caller(person())
    assert mine.call("get", at(world)).status_code == 404
    started = mine.make(at(world), said())
    assert (started["amount"]["minor"], started["day"], started["status"]) == (300_00, 5, "active")
    assert mine.read(at(world)) == started
    step = f"standing/{started['id']}"
    assert mine.write(f"{step}/pause/")["status"] == "paused"
    assert mine.write(f"{step}/resume/")["status"] == "active"
    changed = mine.write(f"{step}/change/", {"amount": money(100_00), "day": 28})
    assert (changed["amount"]["minor"], changed["day"]) == (100_00, 28)
    assert mine.write(f"{step}/end/")["status"] == "ended"
    assert mine.write(f"{step}/end/")["status"] == "ended"
    again = mine.call("post", f"{step}/pause/")
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    assert mine.call("get", at(world)).status_code == 404


def test_there_is_one_for_each_person_and_pool(world):
    mine, key = caller(person()), {"HTTP_IDEMPOTENCY_KEY": "the-same-key-sent-twice"}
    first = mine.make(at(world), said(), **key)
    assert mine.make(at(world), said(), **key) == first
    second = mine.call("post", at(world), said())
    assert (second.status_code, second.json()["code"]) == (409, "started_already")
    caller(person()).make(at(world), said())
    assert StandingPromise.objects.count() == 2


def test_somebody_elses_is_not_revealed(world):
    started = caller(person()).make(at(world), said())
    for other in (person(), world.association.treasurer, world.officer):
        assert caller(other).call("get", at(world)).status_code == 404
        for verb in ("pause", "resume", "end"):
            assert caller(other).call("post", f"standing/{started['id']}/{verb}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"day": 29}, "#/day"),
        ({"day": 0}, "#/day"),
        ({"amount": money(5_00, "RUB")}, "#/amount"),
        ({"language": ""}, "#/language"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(world, changes, pointer):
    answer = caller(person()).call("post", at(world), said(**changes))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_closed_pool_takes_no_promise(world):
    caller(world.association.chair).write(f"pools/{world.pool.public_id}/close/", {"reason": "Всё"})
    answer = caller(person()).call("post", at(world), said())
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")
