"""One row of the table of who may do what."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Any

from birge.accounts.models import User
from tests.factories.api import code_of
from tests.factories.roles import Scene

HEAD = {"own head"}
CLERKS = {"own finance officer", "own focal point"}
VILLAGE = HEAD | CLERKS
COUNCIL = {"own council chair", "own deputy"}
OFFICER, SECOND = {"own custodian officer"}, {"own second officer"}
CUSTODIAN = OFFICER | SECOND
SIGNERS = {"own signatory", "own treasurer"}  # the named signatory and the named substitute
ASSOCIATION = SIGNERS | {"own association chair"}
ADMINISTRATOR = {"administrator"}
NOBODY: set[str] = set()

Sent = tuple[str, str, Any]  # method, path below /api/v1/, body


@dataclass(frozen=True)
class Act:
    """What is sent once `stage` has led there, who may, and what the others are told.

    `denied` is the status for everybody else, `told` names those who are told another one, `guest` is the guest's.
    """

    name: str
    stage: Callable[[Scene], object]
    send: Callable[[Scene, User | None], Sent]
    may: Set[str]
    denied: int = 403
    told: dict[int, Set[str]] = field(default_factory=dict)
    guest: int = 401
    form: str = "json"


def post(path: str, body: Any = None, *, method: str = "post") -> Callable[[Scene, User | None], Sent]:
    """Return what sends `body` (a value, or a function of the scene) to `path`, whose {names} the scene fills in."""

    def send(scene: Scene, _user: User | None) -> Sent:
        return method, path.format(project=scene.project.public_id, **scene.at), body(scene) if callable(body) else body

    return send


def sign(path: str, body: Any = None) -> Callable[[Scene, User | None], Sent]:
    """Return what also sends a good code of whoever tries: a refusal must not be about the code."""
    plain = post(path, body)

    def send(scene: Scene, user: User | None) -> Sent:
        method, where, said = plain(scene, user)
        return method, where, {**(said or {}), "code": code_of(user) if user else "123456"}

    return send
