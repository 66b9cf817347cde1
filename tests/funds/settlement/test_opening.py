"""Opening a project promises the village's share, once, and only by a kenesh resolution."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import BirgeError, KeyReused, RuleNotMet
from funds.ledger.models import Command, Entry
from funds.ledger.posting import command_finish, command_open
from funds.matching.selectors import village_rest
from funds.matching.services import village_promise
from funds.settlement.services import project_open_with_money, promises_end
from tests.factories.funds import (
    adopted_project,
    aimak_and_village,
    confirmed_pledge,
    open_village_project,
    pledge,
)

pytestmark = pytest.mark.django_db


def again(world, **changes):
    request = {
        "project": world.project,
        "actor": world.head,
        "deadline": world.project.deadline,
        "custodian": world.custodian,
        "outside_signatory": world.signatory,
        "outside_substitute": world.substitute,
        "signatory_organisation": world.association,
    }
    return project_open_with_money(**(request | changes))


def test_the_entry_names_the_resolution():
    world = open_village_project(donors=10_000_00, village=8_000_00)
    entry = Entry.objects.get(kind="village.promised")
    assert village_rest(world.project) == 8_000_00
    assert world.project.resolution.sha256.encode() in bytes(entry.leaf)


def test_opening_twice_promises_once():
    world = open_village_project()
    assert again(world).status == "open"
    assert Entry.objects.filter(kind="village.promised").count() == 1


def test_opening_again_with_another_custodian_is_refused():
    world = open_village_project()
    with pytest.raises(KeyReused):
        again(world, custodian=world.association)


def test_a_plan_without_the_village_promises_nothing():
    open_village_project(village=0)
    assert not Entry.objects.filter(kind="village.promised").exists()


def test_what_is_refused_leaves_no_command_behind():
    world = open_village_project()
    _aimak, place = aimak_and_village()
    project = adopted_project(
        donors=1_000_00, village_share=0, administration=world.project.administration, place=place
    )
    with pytest.raises(BirgeError):
        again(world, project=project, deadline=clock.today() - dt.timedelta(days=1))
    assert not Command.objects.filter(scope=f"project:{project.public_id}").exists()


def test_no_officials_word_alone_promises_a_budget():
    world = open_village_project()
    world.project.resolution = None
    command = command_open(scope="test", key="promise", request={}).command
    with pytest.raises(RuleNotMet) as refusal:
        village_promise(project=world.project, command=command)
    assert refusal.value.code == "no_resolution"


def test_when_a_project_ends_all_its_promises_end():
    world = open_village_project(donors=10_000_00, village=10_000_00)
    stands, unproven = confirmed_pledge(world.project, 3_000_00), pledge(world.project)
    command = command_open(scope="test", key="end", request={}).command
    promises_end(project=world.project, command=command, reason="the project was cancelled")
    command_finish(command, world.project.public_id)
    for each in (stands, unproven):
        each.refresh_from_db()
        assert each.status == "lapsed"
    assert village_rest(world.project) == 0
    assert sorted(Entry.objects.filter(command=command).values_list("kind", flat=True)) == [
        "match.unreserved",
        "pledge.released",
        "pledge.released",
    ]
