"""Who may do what in an association and with a matching donor: joining, and terms of reference."""

from __future__ import annotations

from birge.organisations.models import Role
from birge.organisations.services import join_ask, terms_ask
from tests.api.acting import ASSOCIATION, SIGNERS, Act, post, sign
from tests.api.acts_projects import WHY
from tests.factories import funds as make
from tests.factories.associations import words
from tests.factories.roles import EVERYONE, Scene

CHAIR = {"own association chair"}
BELONG = ASSOCIATION | {"own member"}
TEXT = words(needed_above=2)


def known(scene: Scene) -> None:
    scene.at["association"], scene.at["donor"] = scene.world.association.public_id, scene.matching_donor.public_id


def join_asked(scene: Scene) -> None:
    known(scene)
    asked = join_ask(organisation=scene.world.association, person=scene.people["stranger"])
    scene.at["join"] = asked.public_id


def terms_written(scene: Scene) -> None:
    known(scene)
    terms_ask(organisation=scene.world.association, actor=scene.people["own association chair"], **TEXT)


def two_managers(scene: Scene) -> None:
    known(scene)
    make.officer_of(scene.matching_donor, Role.DONOR_MANAGER, seat=2)


ASKED_FOR = {"denied": 404, "told": {403: CHAIR | {"own member"}}}  # who wrote it never decides; members only read
SOMEBODYS = {"denied": 404, "told": {403: {"stranger"}}}  # who asked sees it and does not decide

ORGANISATION_ACTS = [
    Act(
        "ask to join",
        known,
        post("organisations/{association}/join/", {"message": "Я из Жаны-Арыка"}),
        EVERYONE - BELONG - {"guest"},
        told={409: BELONG},
    ),
    Act("admit", join_asked, post("organisations/{association}/joins/{join}/approve/"), CHAIR, **SOMEBODYS),
    Act("do not admit", join_asked, post("organisations/{association}/joins/{join}/refuse/", WHY), CHAIR, **SOMEBODYS),
    Act(
        "take it back",
        join_asked,
        post("organisations/{association}/joins/{join}/withdraw/"),
        {"stranger"},
        denied=404,
        told={403: CHAIR},
    ),
    Act("write terms of reference", known, post("organisations/{association}/terms/", TEXT), CHAIR),
    Act(
        "write a matching donor's",
        two_managers,
        post("organisations/{donor}/terms/", TEXT | {"needed_above": 1}),
        {"own matching donor"},
    ),
    Act(
        "agree to terms of reference",
        terms_written,
        sign("organisations/{association}/terms/1/approve/"),
        SIGNERS,
        **ASKED_FOR,
    ),
    Act(
        "refuse terms of reference",
        terms_written,
        post("organisations/{association}/terms/1/refuse/", WHY),
        SIGNERS,
        **ASKED_FOR,
    ),
]
