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


def amount_check(amount: Money, *, rest: Money) -> None:
    """Raise InvalidInput (field `amount`) unless so much can be pledged.

    Where less than the smallest pledge is lacking (`rest`, in the currency of the amount), just that may be pledged;
    else the last few som of a plan could never be promised.
    """
    least, most = pledge_limits(amount.currency)
    language = get_language() or settings.LANGUAGE_CODE
    if rest < least and amount == rest and rest:
        return
    if amount < least:
        raise InvalidInput(
            _("The smallest pledge is %(amount)s.") % {"amount": format_money(least, language)},
            field="amount",
            code="too_small",
            least_minor=least.minor,
        )
    if amount > most:
        raise InvalidInput(
            _("The largest pledge is %(amount)s. For more, please talk to us.")
            % {"amount": format_money(most, language)},
            field="amount",
            code="too_large",
            most_minor=most.minor,
        )


def plan_full(project: Project, rest: int, most: Money | None = None) -> RuleNotMet:
    """Return the refusal of a pledge beyond what the plan still lacks (`rest`, minor units of the plan's currency).

    `most` is the same in the currency of the pledge, where that is another one.
    """
    language = get_language() or settings.LANGUAGE_CODE
    if rest == 0:
        return RuleNotMet(
            _("All of this share is promised already. Thank you."), code="plan_full", field="amount", rest_minor=rest
        )
    lacking = format_money(Money(rest, project.currency), language)
    if most is not None and most.currency != project.currency:
        lacking = f"{lacking} ({format_money(most, language)})"
    return RuleNotMet(
        _("Only %(rest)s is still lacking. Please pledge that, or less.") % {"rest": lacking},
        code="plan_full",
        field="amount",
        rest_minor=rest,
    )
