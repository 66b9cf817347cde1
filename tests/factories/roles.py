"""Everyone who could ask for something: each role in the project's own village and in another one, and outsiders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from birge.accounts.models import User
from birge.organisations.models import Organisation, Role
from funds.pledges.models import Pledge
from projects.works.models import Project
from tests.factories import funds as make
from tests.factories.api import give_factor

EVERY_ROLE = (
    "head",
    "finance officer",
    "focal point",
    "council chair",
    "deputy",
    "association chair",
    "treasurer",
    "signatory",
    "member",
    "matching donor",
    "custodian officer",
    "second officer",
)
OUTSIDERS = ("guest", "stranger", "administrator", "donor")
EVERYONE = frozenset({*OUTSIDERS, *(f"{side} {role}" for side in ("own", "other") for role in EVERY_ROLE)})


@dataclass
class Scene:
    """A project with all its people, a donor's pledge, and another village with all of its own.

    `at` holds what a stage has prepared, by name.
    """

    world: make.VillageProject
    people: dict[str, User | None]
    council: Organisation
    matching_donor: Organisation
    pledge: Pledge
    at: dict[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """Return the project as it was when the stage began."""
        return self.world.project


def scene(world: make.VillageProject) -> Scene:
    """Return the project's world with everyone in it."""
    own, council, matching_donor = _side("own", world)
    other, _council, _donor = _side("other", make.open_village_project())
    administrator, donor = make.person(), make.person()
    administrator.is_staff = True
    administrator.save()
    people: dict[str, User | None] = {
        "guest": None,
        "stranger": make.person(),
        "administrator": administrator,
        "donor": donor,
        **own,
        **other,
    }
    for person in people.values():
        if person is not None:
            give_factor(person)
    given = make.pledge(world.project, 100_00, actor=donor)
    return Scene(world, people, council, matching_donor, given)


def _side(side: str, world: make.VillageProject) -> tuple[dict[str, User], Organisation, Organisation]:
    administration, association = world.project.administration, world.association
    council = make.organisation("local_council", administration.place)
    donor = make.organisation("matching_donor")
    found = {
        "head": world.head,
        "finance officer": world.finance_officer,
        "focal point": make.officer_of(administration, Role.FOCAL_POINT),
        "council chair": make.officer_of(council, Role.COUNCIL_CHAIR),
        "deputy": make.officer_of(council, Role.DEPUTY),
        "association chair": make.officer_of(association, Role.CHAIR),
        "treasurer": world.substitute,
        "signatory": world.signatory,
        "member": make.officer_of(association, Role.MEMBER),
        "matching donor": make.officer_of(donor, Role.DONOR_MANAGER),
        "custodian officer": world.officer,
        "second officer": world.second_officer,
    }
    return {f"{side} {name}": user for name, user in found.items()}, council, donor
