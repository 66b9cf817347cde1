"""What the doors show of money: a project's progress, totals, and the way of one donor's money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from funds.ledger.balances import balances_for
from funds.ledger.commitments import entries_opened_by
from funds.ledger.models import Balance, Entry, Posting
from funds.matching.rule_selectors import given_minor, matched_minor
from funds.matching.selectors import village_outstanding
from funds.payments.exchanged import PLAN_MINOR
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.selectors import disputed_minor, parts_back, parts_back_minor
from funds.pledges.models import Party as PledgeParty
from funds.pledges.models import Pledge
from funds.pledges.selectors import collected_minor
from funds.pledges.states import OPEN
from projects.works.models import MONEY_PARTIES, Party, Project, Share
from projects.works.states import OPENED

from .story import StoryStep, pledge_story

__all__ = [
    "PartyProgress",
    "Progress",
    "ProjectMoney",
    "StoryStep",
    "Totals",
    "pledge_story",
    "project_progress",
    "projects_money",
    "totals_by_currency",
]


@dataclass(frozen=True)
class ProjectMoney:
    """What came for a project and what its plan asks in money (minor units). Promises are not in it."""

    received_minor: int
    goal_minor: int


@dataclass(frozen=True)
class PartyProgress:
    """How far one party has come (minor units): received is money, promised is what is still to come."""

    party: str
    label: str
    goal_minor: int
    promised_minor: int
    received_minor: int
    currency: str


@dataclass(frozen=True)
class Progress:
    """A project's money (minor units of `currency`). What is held never includes promises."""

    currency: str
    parties: list[PartyProgress]
    held_minor: int
    released_minor: int
    spent_minor: int
    in_kind_minor: int
    shortfall_minor: int = 0  # taken back by givers' banks after it was spent
    disputed_minor: int = 0  # what banks have not decided on, taken already or not

    def rest_minor(self, party: str) -> int:
        """Return what this party's share still lacks in promises and money; nothing for a party without a share."""
        for each in self.parties:
            if each.party == party:
                return max(0, each.goal_minor - each.promised_minor - each.received_minor)
        return 0


@dataclass(frozen=True)
class Totals:
    """All custodians together, in one currency (minor units)."""

    currency: str
    received_minor: int
    held_minor: int
    released_minor: int


def projects_money(projects: Iterable[Project]) -> dict[str, ProjectMoney]:
    """Return the money of many projects by public id, in four queries; five where something went back."""
    listed = list(projects)
    paid = Payment.objects.filter(project__in=listed, status=PaymentStatus.CONFIRMED)
    back = parts_back(paid)
    received = dict(paid.values_list("project_id").annotate(total=Sum(PLAN_MINOR)).order_by())
    goals = dict(
        Share.objects.filter(project__in=listed, party__in=MONEY_PARTIES)
        .values_list("project_id")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    return {
        project.public_id: ProjectMoney(
            int(received.get(project.pk, 0)) - int(back.get(project.pk, 0)), int(goals.get(project.pk, 0))
        )
        for project in listed
    }


def project_progress(project: Project) -> Progress:
    """Return what each party of the plan has promised and brought, and where the money is."""
    parties = [_party(project, share) for share in sorted(project.shares.all(), key=_place)]
    sums: dict[str, int] = {}
    for row in balances_for(purpose_ref=project.public_id):
        if row.currency == project.currency:
            sums[row.type] = sums.get(row.type, 0) + row.amount
    return Progress(
        currency=project.currency,
        parties=parties,
        held_minor=sums.get("held", 0),
        released_minor=sums.get("accountable", 0),
        spent_minor=sums.get("spent", 0),
        shortfall_minor=sums.get("shortfall", 0),
        disputed_minor=disputed_minor(project),
        in_kind_minor=sum(share.amount_minor for share in project.shares.all() if share.party == Party.IN_KIND),
    )


def totals_by_currency() -> list[Totals]:
    """Return what came, what is held and what was paid out, one row a currency. Sums of currencies are not mixed.

    What came for a project in another currency stands where it is held: in the currency of its plan.
    """
    received = dict(
        Payment.objects.filter(status=PaymentStatus.CONFIRMED)
        .exclude(kind__in=[PaymentKind.POOL, PaymentKind.MOVED])  # counted when it came to the pool, or first project
        .annotate(counted_in=Coalesce("project__currency", "currency"))  # where it is held
        .values_list("counted_in")
        .annotate(total=Sum(PLAN_MINOR))
        .order_by()
    )
    held = dict(
        Balance.objects.filter(account__type__in=["held", "unidentified"])
        .exclude(amount=0)
        .values_list("account__currency")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    released = dict(
        Posting.objects.filter(account__type="accountable")
        .values_list("currency")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    return [
        Totals(currency, int(received.get(currency, 0)), int(held.get(currency, 0)), -int(released.get(currency, 0)))
        for currency in sorted(set(received) | set(held) | set(released))
    ]


def _place(share: Share) -> int:
    return list(Party).index(Party(share.party))


def _party(project: Project, share: Share) -> PartyProgress:
    promised, received = _brought(project, share)
    return PartyProgress(
        party=share.party,
        label=str(Party(share.party).label),
        goal_minor=share.amount_minor,
        promised_minor=promised,
        received_minor=received,
        currency=project.currency,
    )


def _brought(project: Project, share: Share) -> tuple[int, int]:
    """Return (still to come, come) for one share of the plan."""
    if share.party == Party.VILLAGE:
        return village_outstanding(project), _paid(project, Q(kind=PaymentKind.VILLAGE))
    if share.party == Party.IN_KIND:  # adopted with the plan; what was really worked is booked by later parts of Birge
        return (share.amount_minor if project.status in OPENED else 0), 0
    open_promises = Pledge.objects.filter(project=project, party=share.party, status__in=OPEN)
    promised = int(open_promises.aggregate(total=Sum("plan_amount_minor"))["total"] or 0)
    matched = collected_minor(project, PledgeParty.MATCHING)
    if share.party == Party.MATCHING:
        given = given_minor(project)
        return promised + matched_minor(project) - given, matched + given
    return promised, _paid(project, ~Q(kind=PaymentKind.VILLAGE)) - matched


def _paid(project: Project, which: Q) -> int:
    paid = Payment.objects.filter(which, project=project, status=PaymentStatus.CONFIRMED)
    return int(paid.aggregate(total=Sum(PLAN_MINOR))["total"] or 0) - parts_back_minor(paid)


def pledge_entries(pledge: Pledge) -> list[Entry]:
    """Return the entries that are this donor's: those whose commitments the promise, its remainders and payments open.

    Oldest first. Whoever holds the promise's link may have what opens them.
    """
    promised = Pledge.objects.filter(group=pledge.group).values_list("public_id", flat=True)
    paid = Payment.objects.filter(group=pledge.group).values_list("public_id", flat=True)
    return entries_opened_by({*promised, *paid})
