"""Who may do what over the API: each role × each action × own and other village, cell by cell.

On every denial also: nothing changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Role
from projects.questions.services import question_ask
from tests.factories import funds as make
from tests.factories.api import caller, code_of, fresh_key

pytestmark = pytest.mark.django_db

VILLAGE = {"own head", "own finance officer", "own focal point"}
CLERKS = {"own finance officer", "own focal point"}
HEAD = {"own head"}
COUNCIL = {"own council chair", "own deputy"}
OFFICERS = {"own custodian officer", "own second officer"}
OUTSIDE = {"own signatory", "own treasurer"}  # the named signatory and the named substitute
STAFF = {"administrator"}


@dataclass
class Act:
    """One row: how to get there, what is sent, who may, and what the others are told."""

    name: str
    stage: Callable[[], make.VillageProject]
    send: Callable[[make.VillageProject, User | None], tuple[str, str, dict[str, Any]]]
    may: set[str]
    denied: int = 403
    told: dict[str, set[str]] = field(default_factory=dict)  # other statuses, e.g. {"403": people who see it}
    form: str = "json"
    guest: int = 401


def people_of(side: str, world: make.VillageProject) -> dict[str, User]:
    """Return everyone who holds an office in this village's projects."""
    administration, association = world.project.administration, world.association
    council = make.organisation("local_council", administration.place)
    donor = make.organisation("matching_donor")
    found = {
        "head": world.head,
        "finance officer": world.finance_officer,
        "focal point": make.officer_of(administration, Role.FOCAL_POINT, seat=2),
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
    return {f"{side} {name}": user for name, user in found.items()}


def everyone(own: make.VillageProject) -> dict[str, User | None]:
    """Return all rows of the table: outsiders, and each role in the own and in another village."""
    other = make.open_village_project()
    administrator = make.person(factor_enrolled=True)
    administrator.is_staff = True
    administrator.save()
    outsiders: dict[str, User | None] = {"guest": None, "stranger": make.person(), "administrator": administrator}
    return {**outsiders, **people_of("own", own), **people_of("other", other)}


def state() -> dict[str, list[Any]]:
    """Return every row of our tables, but for what only notes that somebody called."""
    ours = ("works", "updates", "questions", "ledger", "matching", "pledges", "payments", "releases", "settlement")
    rows = {}
    for label in (*ours, "documents", "audit", "organisations"):
        for model in apps.get_app_config(label).get_models():
            rows[model._meta.label] = list(model._default_manager.order_by("pk").values_list())
    return rows
