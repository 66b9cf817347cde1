"""Where a custodian's accounts stand: what it has, what it owes to whom, and whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.organisations.models import Organisation
from frontend.presenters.facts import say
from frontend.presenters.words import language
from funds.ledger.balances import AccountBalance, balances_of_custodian
from funds.ledger.codes import parse
from funds.ledger.kinds import COVER, OWED
from funds.pools.models import Pool
from projects.works.models import Project


@dataclass(frozen=True)
class Line:
    """One account in words."""

    label: str
    amount: str
    url: str = ""


@dataclass
class Books:
    """One currency's accounts. `has` covers `owes`; if not, `off` says by how much."""

    currency: str
    has: list[Line] = field(default_factory=list)
    owes: list[Line] = field(default_factory=list)
    has_minor: int = 0
    owes_minor: int = 0

    @property
    def has_text(self) -> str:
        """Return what lies in the accounts."""
        return say(self.has_minor, self.currency)

    @property
    def owes_text(self) -> str:
        """Return what is owed to purposes."""
        return say(self.owes_minor, self.currency)

    @property
    def off(self) -> str:
        """Return the difference, or nothing."""
        difference = self.has_minor - self.owes_minor
        return say(difference, self.currency) if difference else ""


def books_of(custodian: Organisation) -> list[Books]:
    """Return the custodian's accounts of the cash book by currency. Accounts that hold nothing are left out."""
    rows = [row for row in balances_of_custodian(custodian.public_id) if row.type in COVER | OWED and row.amount]
    refs = {row.purpose_ref for row in rows if row.purpose_ref}
    titles = {project.public_id: project.title(language()) for project in Project.objects.filter(public_id__in=refs)}
    pools = {pool.public_id: pool.name(language()) for pool in Pool.objects.filter(public_id__in=refs)}
    found: dict[str, Books] = {}
    for row in rows:
        books = found.setdefault(row.currency, Books(row.currency))
        line = Line(_label(row, titles, pools), say(row.amount, row.currency), _url(row, titles, pools))
        if row.type in OWED:
            books.owes.append(line)
            books.owes_minor += row.amount
        else:
            books.has.append(line)
            books.has_minor += row.amount
    return [found[currency] for currency in sorted(found)]


def _label(row: AccountBalance, titles: dict[str, str], pools: dict[str, str]) -> str:
    if row.purpose_ref in pools:
        return _pool_label(row, pools[row.purpose_ref])
    words: dict[str, Any] = {
        "bank": _("At the bank"),
        "stripe": _("At Stripe"),
        "cash": _("In the cash box"),
        "sandbox": _("Play money"),
        "transit": _("On its way to another custodian"),
        "fx": _("Counted over between currencies"),
        "shortfall": _("Taken back by a bank after it was spent"),
        "unidentified": _("Nobody knows whose it is yet"),
        "reserve": _("Set aside for chargebacks"),
    }
    return words.get(row.type) or titles.get(row.purpose_ref, row.code)


def _pool_label(row: AccountBalance, name: str) -> str:
    if row.type == "cash":
        return _("Cash with the treasurer of “%(pool)s”") % {"pool": name}
    return _("%(pool)s, set aside for a rule") % {"pool": name} if parse(row.code).line else name


def _url(row: AccountBalance, titles: dict[str, str], pools: dict[str, str]) -> str:
    if row.purpose_ref in pools:
        return reverse("pool", args=[row.purpose_ref])
    return reverse("project_ledger", args=[row.purpose_ref]) if row.purpose_ref in titles else ""
