"""Promises that look like abuse, and officers who decide on them."""

from __future__ import annotations

from typing import Any

from birge.notifications.services import Contact
from funds.pledges.models import Pledge
from funds.settlement.services import flag_agree, flag_decide, pledge_confirm_and_match
from funds.watch.models import Flag
from funds.watch.origins import Origin
from funds.watch.services import origin_keep
from tests.factories import funds as make
from tests.factories.funds import VillageProject


def sybil(world: VillageProject, n: int, minor: int = 100_00, *, origin: str = "", **more: Any) -> Pledge:
    """Return the n-th small promise of one payer who calls himself somebody else each time."""
    contact = more.pop("contact", Contact("email", f"donor.of.light{n}@example.org"))
    made = make.pledge(world.project, minor, contact=contact, **more)
    origin_keep(made, Origin(origin, "Firefox"))
    return make.confirm(made)


def decided(world: VillageProject, flag: Flag, decision: str) -> Flag:
    """Let one officer decide so, and the other agree."""
    asked = flag_decide(flag=flag, actor=world.officer, decision=decision, reason="Проверили по телефону")
    return flag_agree(flag=asked, actor=world.second_officer, proof=make.factor(world.second_officer))


def confirmed_of(world: VillageProject, minor: int = 500_00, **more: Any) -> Pledge:
    """Return a confirmed promise made with more than the usual said."""
    made = make.pledge(world.project, minor, **more)
    return pledge_confirm_and_match(pledge=made, how="code", code=make.newest_code(made))
