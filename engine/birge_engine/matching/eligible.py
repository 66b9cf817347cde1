"""Who is matched at all: conditions on projects and gifts, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from .fields import Fields
from .model import Gift, ProjectFacts

PEOPLE, ACCOUNTS = "people", "accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Conditions that all have to hold; None or False: not asked. What nobody knows does not fulfil a condition.

    `categories`, `oblasts`: the project has one of them. `villages`: SOATE codes; the beginning of a code stands for
    all places below it. `min_project`, `max_project`: the plan's size in smallest units, both included.
    `first_time_donors`: only a donor's first gift. `since` (`from` in the rule), `until`: days in UTC, both included.
    `confirmed_only`: pledges that are not paid yet are left out. `donors`: who counts as one donor. "people": gifts
    of one payer are one donor's, under however many guest names they were pledged; "accounts": each name by itself.
    """

    categories: tuple[str, ...] | None = None
    oblasts: tuple[str, ...] | None = None
    villages: tuple[str, ...] | None = None
    min_project: int | None = None
    max_project: int | None = None
    first_time_donors: bool = False
    since: str | None = None
    until: str | None = None
    confirmed_only: bool = False
    donors: str = PEOPLE

    @classmethod
    def parse(cls, fields: Fields | None) -> Self:
        """Read the conditions; none at all let everyone in. Raises RuleError."""
        if fields is None:
            return cls()
        found = cls(
            categories=fields.texts("categories"),
            oblasts=fields.texts("oblasts"),
            villages=fields.texts("villages"),
            min_project=fields.amount("min_project"),
            max_project=fields.amount("max_project"),
            first_time_donors=fields.flag("first_time_donors"),
            since=fields.day("from"),
            until=fields.day("until"),
            confirmed_only=fields.flag("confirmed_only"),
            donors=fields.choice("donors", (PEOPLE, ACCOUNTS), PEOPLE),
        )
        fields.done()
        low, high = found.min_project, found.max_project
        if low is not None and high is not None and low > high:
            raise fields.wrong("max_project", "is less than min_project")
        if found.since and found.until and found.since > found.until:
            raise fields.wrong("until", "is before from")
        return found

    def finer(self, factor: int) -> Self:
        """Return the same conditions with their amounts counted in units `factor` times as small."""
        low, high = self.min_project, self.max_project
        return replace(
            self,
            min_project=None if low is None else low * factor,
            max_project=None if high is None else high * factor,
        )

    def project_refusal(self, facts: ProjectFacts) -> str | None:
        """Return the condition (its name in the rule) that a project does not fulfil, or None."""
        if self.categories is not None and facts.category not in self.categories:
            return "categories"
        if self.oblasts is not None and facts.oblast not in self.oblasts:
            return "oblasts"
        if self.villages is not None and not facts.village.startswith(self.villages):
            return "villages"
        if self.min_project is not None and (not facts.shares or facts.size < self.min_project):
            return "min_project"
        if self.max_project is not None and (not facts.shares or facts.size > self.max_project):
            return "max_project"
        return None

    def gift_refusal(self, gift: Gift, first_time: bool | None = None) -> str | None:
        """Return the condition that a gift does not fulfil, or None.

        `first_time`: whether the donor has never given before; None if nobody knows.
        """
        if self.confirmed_only and not gift.confirmed:
            return "confirmed_only"
        if self.since is not None and gift.at[:10] < self.since:  # a gift without a time is before every day
            return "from"
        if self.until is not None and not "" < gift.at[:10] <= self.until:
            return "until"
        if self.first_time_donors and not first_time:
            return "first_time_donors"
        return None

    def donor(self, gift: Gift) -> str:
        """Return who counts as the donor of a gift."""
        return gift.payer or gift.donor if self.donors == PEOPLE else gift.donor
