"""Goal met, and then not all the money came: so much came, so much lacks, and the village decides how to go on.

Three ends are possible: raise longer, give up, or let the last day pass; after the latter two the money goes back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import RuleNotMet
from birge.i18n.dates import day_text
from birge.money import Money
from birge.notifications.services import Contact, notice_send
from birge.organisations.models import Role
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import officers
from funds.ledger.posting import command_finish, command_open
from funds.matching.services import match_prolong
from funds.payments.models import CardCharge
from funds.payments.providers.stripe.models_cards import ChargeStatus
from funds.pledges.models import Pledge
from funds.pledges.notices import money_text, pledge_notice
from funds.pledges.selectors import pledges_open
from funds.pledges.services import pledge_lock
from funds.pledges.states import OPEN, PledgeStatus
from projects.works.models import Project
from projects.works.services import project_extend, project_give_time, project_lock
from projects.works.services.extending import RAISING, decision_given, extended_times
from projects.works.states import ProjectStatus

from ..facts import plan_facts

NEAR_DAYS = 7  # before the days of grace are over: from then on the page is offered


@dataclass(frozen=True)
class Shortfall:
    """How far the money is (minor units of `currency`), and until when there is something to decide."""

    currency: str
    plan_minor: int
    came_minor: int
    unpaid: int  # promises that are asked to be paid
    cards_failed: int  # of them, those whose saved card did not pay
    until: dt.date  # then the money goes back by itself
    can_extend: bool
    most_days: int

    @property
    def lacks_minor(self) -> int:
        """Return what is not there."""
        return max(0, self.plan_minor - self.came_minor)


def project_shortfall(project: Project) -> Shortfall | None:
    """Return what there is to decide about, or None: money lacks, and the days of grace are (nearly) over."""
    if project.status not in RAISING or project.deadline is None:
        return None
    grace = project.grace_until
    near = grace is not None and grace <= clock.today() + dt.timedelta(days=NEAR_DAYS)
    if not (near or decision_given(project)):
        return None
    facts = plan_facts(project)
    if facts.held_minor >= facts.plan_minor:
        return None
    due = Pledge.objects.filter(project=project, status=PledgeStatus.DUE)
    failed = CardCharge.objects.filter(status=ChargeStatus.FAILED, pledge_ref__in=due.values("public_id"))
    return Shortfall(
        currency=facts.currency,
        plan_minor=facts.plan_minor,
        came_minor=facts.held_minor,
        unpaid=due.count(),
        cards_failed=failed.values("pledge_ref").distinct().count(),
        until=max(project.deadline, grace or project.deadline),
        can_extend=extended_times(project) < settings.EXTEND_MOST_TIMES,
        most_days=settings.EXTEND_MOST_DAYS,
    )


@transaction.atomic
def decision_announce(project: Project) -> bool:
    """Give the village time, and tell it and the donors, once, where the days of grace are over and money lacks."""
    locked = project_lock(project)
    facts = plan_facts(locked)
    if facts.held_minor >= facts.plan_minor or not project_give_time(project=locked, facts=facts):
        return False
    locked = project_lock(locked)
    came, lacks = facts.held_minor, facts.plan_minor - facts.held_minor
    for person in officers(locked.administration, [Role.HEAD]):
        contact = Contact("email", person.email) if person.email else Contact("sms", person.phone or "")
        if contact.value:
            notice_send(
                contact=contact,
                template="plan_short",
                language=person.language,
                project=locked.title(person.language),
                came=money_text(Money(came, locked.currency), person.language),
                lacks=money_text(Money(lacks, locked.currency), person.language),
                until=_until(locked, person.language),
                link=f"{settings.SITE_URL}/w/{locked.public_id}",
            )
    _tell(locked, "project_short", lacks, unpaid_too=False)
    return True


def project_extend_and_tell(
    *, project: Project, actor: User, days: int, reason: str, idempotency: tuple[str, str]
) -> Project:
    """Raise and collect so many days longer; everyone who promised or paid is told. By the village's head.

    Who has not paid may still take the promise back; who has paid gets the money back if it does not come together.
    Raises NotAllowed, InvalidInput (`days`, `reason`), RuleNotMet (`no_decision`, `extended_often`, `transition`).
    """
    require(actor, Action.PROJECT_OPEN, project.administration)
    with transaction.atomic():
        asked = {"verb": "project_extend", "project": project.public_id, "days": days, "reason": reason.strip()}
        opened = command_open(scope=idempotency[0], key=idempotency[1], request=asked)
        locked = project_lock(project)
        if opened.replayed:
            return locked
        if project_shortfall(locked) is None:
            raise RuleNotMet(_("There is nothing to decide now: there is still time."), code="no_decision")
        locked = project_extend(project=locked, actor=actor, days=days, reason=reason, facts=plan_facts(locked))
        _due_longer(locked)
        facts = plan_facts(locked)
        _tell(locked, "project_extended", facts.plan_minor - facts.held_minor, unpaid_too=True, reason=reason.strip())
        command_finish(opened.command, locked.public_id)
    return locked


def _due_longer(project: Project) -> None:
    """Let what is asked to be paid, and its match, stand as long as the grace does."""
    if project.grace_until is None or project.status != ProjectStatus.PLEDGED_IN_FULL:
        return
    for pledge in pledges_open(project).filter(status=PledgeStatus.DUE, horizon__lt=project.grace_until):
        locked = pledge_lock(pledge)
        locked.horizon = project.grace_until
        locked.save(update_fields=["horizon"])
        match_prolong(pledge_ref=locked.public_id, until=locked.horizon)


def _tell(project: Project, template: str, lacks: int, *, unpaid_too: bool, **more: str) -> None:
    """Write once to each donor of the project who paid, or also to those who have promised."""
    wanted = [PledgeStatus.COLLECTED, *(OPEN if unpaid_too else ())]
    told: set[str] = set()
    for pledge in Pledge.objects.filter(project=project, status__in=wanted).select_related("project").order_by("id"):
        if pledge.group in told:
            continue
        told.add(pledge.group)
        words = {"lacks": money_text(Money(lacks, project.currency), pledge.language)}
        pledge_notice(pledge, template, until=_until(project, pledge.language), **words, **more)


def _until(project: Project, language: str) -> str:
    days = [day for day in (project.deadline, project.grace_until) if day is not None]
    return day_text(max(days), language)
