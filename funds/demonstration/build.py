"""Building the demonstration: once, in one transaction, in its own past, the same on every machine on the same day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test.utils import override_settings

from birge import clock, randomness
from birge.organisations.models import Organisation
from birge.places.services import places_load
from funds.ledger.models import Entry
from projects.works.models import Project

from .abroad import from_moscow, rates
from .banking import bank
from .people import PASSWORD
from .pooling import association, matching_donor
from .scene import Scene
from .sidelines import days, questions, strays
from .stories import STORIES
from .timeline import Story, play
from .world import World, data_read, world_found

SEED = "birge-demonstration-1"
MARK = "DEMO-0001"  # the registered number of the first custodian: where it is, all of it is


@dataclass(frozen=True)
class Summary:
    """What was built, and how long it took."""

    projects: int
    entries: int
    steps: int
    seconds: float


def demonstration_is_built() -> bool:
    """Say whether the demonstration is in this database. It came in one transaction: a part of it cannot be."""
    return Organisation.objects.filter(registered_number=MARK).exists()


def demonstration_build() -> Summary | None:
    """Build it, or return None if it is there. Refused outside demonstration mode."""
    if not settings.BIRGE_DEMO:
        raise ImproperlyConfigured("The demonstration is built only in demonstration mode (BIRGE_DEMO).")
    if demonstration_is_built():
        return None
    begun = time.monotonic()
    places_load()
    with randomness.seeded(SEED), _nothing_is_sent(), transaction.atomic():
        before = len(connection.run_on_commit)
        steps = _play()
        # Every message was delivered, to nobody, on its own day; none is to be sent again at the commit.
        del connection.run_on_commit[before:]
    return Summary(Project.objects.count(), Entry.objects.count(), steps, time.monotonic() - begun)


def _play() -> int:
    world = world_found(clock.today(), make_password(PASSWORD))
    stories: list[Story] = [days(world), rates(world), association(world), matching_donor(world)]
    for scene, story in _scenes(world):
        stories += [STORIES[story](scene), questions(scene)]
        if scene.key == "jany-aryk-kindergarten":
            stories += [strays(scene), bank(scene)]
        if scene.key == "kotormo-bridge":
            stories.append(from_moscow(scene))
    return play(stories, until=world.moment(0))


def _scenes(world: World) -> Iterator[tuple[Scene, str]]:
    """Return each project's stage with the name of its story."""
    voices, words = data_read("voices.toml"), data_read("words.toml")
    communities = {community.place.soate[:11]: community for community in world.communities.values()}
    for file in ("projects_1.toml", "projects_2.toml"):
        for plan in data_read(file)["project"]:
            scene = Scene(
                world=world,
                community=communities[plan["village"][:11]],
                plan=plan,
                voice=voices.get(plan["key"], {}),
                words=words[plan["language"]],
                begins=plan["begins"],
            )
            yield scene, plan.get("story", plan["state"])


@contextmanager
def _nothing_is_sent() -> Iterator[None]:
    """Deliver messages to nobody while the past is played."""
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend", SMS_BACKEND="birge.notifications.sms.MemorySms"
    ):
        yield
