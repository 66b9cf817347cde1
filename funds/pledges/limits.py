"""The smallest and largest sums that can be pledged."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money, format_money
from projects.works.models import Project


def pledge_limits(currency: str) -> tuple[Money, Money]:
    """Return the least and the most that one pledge may be. Raises InvalidInput for a currency we do not take."""
    limits: tuple[int, int] | None = settings.PLEDGE_LIMITS.get(currency)
    if limits is None:
        raise InvalidInput(_("We do not take pledges in this currency yet."), field="amount", code="currency")
    return Money(limits[0], currency), Money(limits[1], currency)


def amount_check(amount: Money, *, plan_currency: str, rest: int) -> None:
    """Raise InvalidInput (field `amount`) unless it can be pledged to a plan in `plan_currency`.

    Where less than the smallest pledge is lacking (`rest`, minor units), just that may be pledged; else the last
    few som of a plan could never be promised.
    """
    if amount.currency != plan_currency:
        raise InvalidInput(
            _("This project counts in %(currency)s. Please pledge in %(currency)s.") % {"currency": plan_currency},
            field="amount",
            code="currency",
        )
    least, most = pledge_limits(plan_currency)
    language = get_language() or settings.LANGUAGE_CODE
    if rest < least.minor and amount.minor == rest > 0:
        return
    if amount.minor < least.minor:
        raise InvalidInput(
            _("The smallest pledge is %(amount)s.") % {"amount": format_money(least, language)},
            field="amount",
            code="too_small",
            least_minor=least.minor,
        )
    if amount.minor > most.minor:
        raise InvalidInput(
            _("The largest pledge is %(amount)s. For more, please talk to us.")
            % {"amount": format_money(most, language)},
            field="amount",
            code="too_large",
            most_minor=most.minor,
        )


def plan_full(project: Project, rest: int) -> RuleNotMet:
    """Return the refusal of a pledge beyond what the plan still lacks (`rest`, minor units)."""
    language = get_language() or settings.LANGUAGE_CODE
    if rest == 0:
        message = _("All of this share is promised already. Thank you.")
    else:
        message = _("Only %(rest)s is still lacking. Please pledge that, or less.") % {
            "rest": format_money(Money(rest, project.currency), language)
        }
    return RuleNotMet(message, code="plan_full", field="amount", rest_minor=rest)
