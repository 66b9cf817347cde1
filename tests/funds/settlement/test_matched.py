"""What follows a gift, part by part: it waits, it is given, it is taken back; of a round only what is certain."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from birge import clock
from funds.ledger.models import Entry
from funds.matching.models import Rule
from funds.pools.models import Pool
from funds.settlement.matched import match_parts, part_words, parts_text
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
)
from funds.settlement.story import pledge_story
from tests.factories.funds import confirmed_pledge, factor, notices, open_village_project, organisation, pay, person
from tests.factories.matching import published
from tests.factories.rounds import a_round, settled

pytestmark = pytest.mark.django_db
TWO = {"kind": "proportional", "rate": "2"}


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=20_000_00)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def brief(pledge):
    return [(part.source, part.status, part.amount_minor) for part in match_parts(pledge)]


def said(pledge):
    return [part_words(part) for part in match_parts(pledge)]


def test_a_promise_waits_in_the_village_and_in_the_pool(world):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    assert brief(made) == [("village", "reserved", 2_000_00), ("pool", "reserved", 4_000_00)]
    last = made.horizon
    assert said(made) == [
        "2,000 som from the village waits.",
        f"4,000 som waits in the pool “{version.rule.name}” until {last.day} {last:%B} {last.year}.",
    ]
    assert {Entry.objects.get(pk=part.entry).kind for part in match_parts(made)} == {"match.reserved"}


def test_a_pool_is_called_by_its_own_name_in_the_readers_language(world):
    pool = Pool.objects.create(
        organisation=organisation("matching_donor"),
        custodian=world.custodian,
        name_ru="Родник",
        name_ky="Булак",
        name_en="Spring",
        opened_at=clock.now(),
        opened_by=person(),
    )
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    Rule.objects.filter(pk=version.rule_id).update(pool_ref=pool.public_id)
    for language, name in (("ky", "Булак"), ("ru", "Родник"), ("en", "Spring")):
        with translation.override(language):
            assert name in said(made)[1]


def test_once_it_is_paid_it_is_with_the_project_and_the_story_tells_it_in_its_place(world):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    pay(world, made)
    made.refresh_from_db()
    assert brief(made)[1:] == [("pool", "given", 4_000_00)]
    codes = [step.code for step in pledge_story(made)]
    assert codes.index("paid") < codes.index("match_given") < codes.index("funded")
    step = next(step for step in pledge_story(made) if step.code == "match_given")
    assert step.text == f"4,000 som from the pool “{version.rule.name}” is with the project."
    assert Entry.objects.get(pk=step.entry).kind == "match.allocated"


def test_of_a_part_that_is_paid_a_part_is_given(world):
    published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    pay(world, made, 500_00)
    assert sorted(part for part in brief(made) if part[0] == "pool") == [
        ("pool", "given", 1_000_00),
        ("pool", "reserved", 3_000_00),
    ]


def test_a_project_that_fails_gives_the_match_back_to_the_pool(world):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    pay(world, made)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
    assert ("pool", "taken_back", 4_000_00) in brief(made)
    assert ("pool", "given", 4_000_00) not in brief(made)
    made.refresh_from_db()
    step = next(step for step in pledge_story(made) if step.code == "match_taken_back")
    assert (step.tone, step.on) == ("bad", clock.today())
    assert step.text == f"4,000 som went back to the pool “{version.rule.name}”."


def test_a_payment_that_was_none_leaves_only_what_waits_again(world):
    published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    asked = payment_correct_ask(payment=pay(world, made), actor=world.officer, reason="another gift")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))
    assert [part for part in brief(made) if part[0] == "pool"] == [("pool", "reserved", 4_000_00)]


def test_a_promise_taken_back_has_nothing_that_waits(world):
    published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    pledge_withdraw_and_release(pledge=made, actor=world.officer, reason="rang us")
    assert brief(made) == []


def test_a_round_promises_nothing_and_tells_in_the_end_what_the_whole_project_got(world):
    version = published(world.custodian, a_round())
    last = dt.date.fromisoformat(version.data["eligible"]["until"])
    first, second = (confirmed_pledge(world.project, 100_00) for _n in range(2))
    for each in (first, second):
        pay(world, each)
    waits = next(part for part in match_parts(first) if part.status == "round")
    assert (waits.amount_minor, waits.until, waits.entry) == (0, last, "")
    settled_run = settled(version)
    part = next(part for part in match_parts(first) if part.source == "pool")
    assert (part.status, part.amount_minor, part.on) == ("settled", 200_00, settled_run.at.date())
    assert "to the whole project" in part_words(part)


def test_messages_name_the_pools_in_the_donors_language(world):
    version = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    pay(world, made)
    confirmed, collected = notices("pledge_confirmed")[-1], notices("pledge_collected")[-1]
    assert f"4,000 som waits in the pool “{version.rule.name}”" in confirmed.context["pools"]
    assert "is with the project" in collected.context["pools"]
    made.language = "ru"
    assert "уже у проекта" in parts_text(made)
    assert parts_text(made, "reserved") == ""
