"""A monthly promise to a project becomes a promise each month: booked, and asked for or taken from a saved card.

It ends by itself when the project takes no more; then another one of the village is named.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from birge import clock
from birge.errors import BirgeError, InvalidInput, RuleNotMet
from funds.ledger.posting import command_finish, command_open
from funds.payments.models import SavedCard
from funds.payments.providers.base import NextStep
from funds.payments.providers.stripe.accounts import account_for
from funds.payments.providers.stripe.models_cards import CardPurpose
from funds.payments.providers.stripe.saving import Agreement, card_ask, card_of, cards_end
from funds.pledges.limits import pledge_limits
from funds.pledges.models import ConfirmedHow, Pledge
from funds.pledges.models_monthly import MonthlyPledge, MonthlyStatus
from funds.pledges.notices import money_text
from funds.pledges.selectors import plan_rest
from funds.pledges.services.monthly import (
    asked_last,
    instalment_make,
    monthly_by_token,
    monthly_end,
    monthly_lock,
    monthly_notice,
)
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .advancing import project_advance, project_lock
from .pledging import promise_book

logger = logging.getLogger(__name__)
GOING_ON = frozenset({ProjectStatus.OPEN, ProjectStatus.SUSPENDED})
CONSENT_VERSION = "monthly-project-1"
CONSENT = gettext_noop(
    "I allow %(custodian)s to take %(amount)s from my card once a month, for “%(project)s”, as long as it raises "
    "money. I am told the day before and after each time, and I can pause, change or stop it at any time in one tap."
)


def monthly_consent(monthly: MonthlyPledge) -> str:
    """Return, in the donor's language, what they agree to by saving a card. These very words are kept."""
    project, said = monthly.project, monthly.language
    with translation.override(said):
        return _(CONSENT) % {
            "custodian": project.custodian.name(said) if project.custodian is not None else "",
            "amount": money_text(monthly.amount, said),
            "project": project.title(said),
        }


def monthly_card_offered(monthly: MonthlyPledge) -> bool:
    """Say whether a card can be saved for it now: it goes on, and no card of this sum is saved."""
    custodian = monthly.project.custodian
    live = monthly.status in (MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED)
    return live and custodian is not None and account_for(custodian, monthly.currency) is not None


def monthly_card(monthly: MonthlyPledge) -> SavedCard | None:
    """Return its saved card. It is charged for the sum that was agreed to, and no other."""
    return card_of(CardPurpose.MONTHLY, monthly.public_id)


def monthly_card_save(*, token: str, agreed: bool) -> NextStep:
    """Lead to the page at Stripe on which a card is saved for it.

    Raises NotFound, InvalidInput (`agreed`), RuleNotMet (`method_off`, `too_many`), ProviderUnknown.
    """
    monthly = monthly_by_token(token)
    if not agreed:
        raise InvalidInput(_("Please say yes to this first."), field="agreed")
    custodian = monthly.project.custodian
    account = account_for(custodian, monthly.currency) if custodian is not None else None
    if account is None or not monthly_card_offered(monthly):
        raise RuleNotMet(_("This way of paying does not work now. Please choose another."), code="method_off")
    agreement = Agreement(
        purpose=CardPurpose.MONTHLY,
        owner=monthly.public_id,
        amount=monthly.amount,
        text=monthly_consent(monthly),
        version=CONSENT_VERSION,
        language=monthly.language,
    )
    return card_ask(account=account, agreement=agreement)


def monthly_card_stop(*, token: str) -> None:
    """Take nothing from the card any more, and forget it; reminders go on."""
    cards_end(owner=monthly_by_token(token).public_id, why="holder")


def monthly_end_and_forget(*, token: str) -> MonthlyPledge:
    """End it, and its card with it."""
    ended = monthly_end(token=token)
    cards_end(owner=ended.public_id, why="over")
    return ended


def instalments_due(today: dt.date) -> list[Pledge]:
    """Make this month's promise of every monthly one whose day has come. Called by `tick`, as often as one likes."""
    made = []
    live = MonthlyPledge.objects.filter(status__in=[MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED])
    for monthly in live.select_related("project").order_by("id"):
        over = monthly.project.status not in GOING_ON
        if over or (monthly.status == MonthlyStatus.ACTIVE and _asks_now(monthly, today)):
            try:
                pledge = _instalment(monthly, today)
            except BirgeError as refusal:  # the others are not held up by it
                logger.exception("monthly promise %s was not asked for (%s)", monthly.public_id, refusal.code)
                continue
            made += [pledge] if pledge is not None else []
    return made


@transaction.atomic
def _instalment(monthly: MonthlyPledge, today: dt.date) -> Pledge | None:
    asked = asked_last(monthly, today)
    opened = command_open(
        scope=f"monthly:{monthly.public_id}", key=f"{asked:%Y-%m}:{monthly.project.status}", request={"ask": True}
    )
    locked = monthly_lock(monthly)
    if opened.replayed or locked.status not in (MonthlyStatus.ACTIVE, MonthlyStatus.PAUSED):
        return None
    project = project_lock(locked.project)
    rest = plan_rest(project)
    amount = min(locked.amount_minor, rest)
    full = project.status == ProjectStatus.OPEN and amount < min(rest or 1, pledge_limits(locked.currency)[0].minor)
    if project.status not in GOING_ON or full or (rest == 0 and project.status == ProjectStatus.OPEN):
        _over(locked, project)
        command_finish(opened.command, locked.public_id)
        return None
    if project.status != ProjectStatus.OPEN or not _asks_now(locked, today):
        return None
    locked.project = project
    made = instalment_make(monthly=locked, asked=asked, amount_minor=amount)
    if made is None:
        return None
    pledge, _matched = promise_book(made, project, opened.command, how=ConfirmedHow.LINK, reason="a monthly promise")
    command_finish(opened.command, pledge.public_id)
    project_advance(project)  # it has no conditions: it is due, and its donor is asked, or told of the charge
    return pledge


def _over(monthly: MonthlyPledge, project: Project) -> None:
    """End it with thanks, and name another project of the village that raises money, if there is one."""
    open_ones = Project.objects.filter(village=project.village, status=ProjectStatus.OPEN).exclude(pk=project.pk)
    other = open_ones.order_by("deadline", "id").first()
    words = {
        "other": other.title(monthly.language) if other is not None else "",
        "other_link": f"{settings.SITE_URL}/{monthly.language}/p/{other.public_id}/" if other is not None else "",
    }
    monthly_notice(monthly, "monthly_over", **words)
    monthly_end(monthly=monthly, why="over")
    cards_end(owner=monthly.public_id, why="over")


def _asks_now(monthly: MonthlyPledge, day: dt.date) -> bool:
    asked, before = asked_last(monthly, day), monthly.asked_for
    if monthly.started_on is None or monthly.started_on > asked:
        return False
    return before is None or (before.year, before.month) < (asked.year, asked.month)


def monthly_forgotten() -> int:
    """Forget those whose contact was never proven. Called by `tick`."""
    since = clock.now() - dt.timedelta(days=settings.PLEDGE_CONFIRM_DAYS)
    old = MonthlyPledge.objects.filter(status=MonthlyStatus.MADE, made_at__lt=since)
    return len([monthly_end(monthly=monthly, why="not_started") for monthly in old])
