"""Questions about pools. What a pool holds is asked from the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import DecidedHow, Organisation, OrganisationStatus
from birge.organisations.permissions import ALLOWED, Action
from birge.organisations.selectors import terms_today
from funds.ledger import codes
from funds.ledger.balances import balance, balances_by_purpose, balances_like
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.transfers.selectors import bound_minor
from projects.works.models import Project

from .models import Pool, PoolGift, PoolGiver, Proposal, StandingPromise
from .states import GiftStatus, PoolStatus, ProposalStatus, StandingStatus

DECIDING = (ProposalStatus.OPEN, ProposalStatus.APPROVED)


@dataclass(frozen=True)
class PoolMoney:
    """What a pool holds (minor units): free to decide on, set aside by rule (its public id), and bound by transfers.

    `with_treasurer_minor` is the part of the free money that is cash not yet taken to the bank: nothing is paid
    from it before it is there.
    """

    free_minor: int = 0
    with_treasurer_minor: int = 0
    by_rule: dict[str, int] = field(default_factory=dict)
    bound_minor: int = 0  # decided for, or on its way to, a pool at another custodian; owed here until it is there

    @property
    def set_aside_minor(self) -> int:
        """Return all that is set aside for rules."""
        return sum(self.by_rule.values())

    @property
    def held_minor(self) -> int:
        """Return all that the pool holds."""
        return self.free_minor + self.set_aside_minor + self.bound_minor

    @property
    def ready_minor(self) -> int:
        """Return what of the free money can be paid from now."""
        return max(0, self.free_minor - self.with_treasurer_minor)


@dataclass(frozen=True)
class GivenTo:
    """What a pool gave to one project by its own decisions (minor units), and what of it came back."""

    project: Project
    given_minor: int
    returned_minor: int
    last_on: dt.date


def pool_free(pool: Pool) -> int:
    """Return what the pool holds and has not set aside for a rule, bound by transfers or not."""
    return balance(codes.held_pool(pool.custodian.public_id, pool.public_id), pool.currency)


def pool_set_aside(pool: Pool) -> dict[str, int]:
    """Return what is set aside for each rule of the pool (its public id), those with nothing left out."""
    return pool_money(pool).by_rule


def pool_money(pool: Pool) -> PoolMoney:
    """Return what one pool holds. Exact under the pool's lock."""
    custodian = pool.custodian.public_id
    found = balances_like(f"{codes.held_pool(custodian, pool.public_id)}:")
    bound = bound_minor([pool.public_id]).get(pool.public_id, 0)
    return PoolMoney(
        free_minor=pool_free(pool) - bound,
        bound_minor=bound,
        with_treasurer_minor=balance(codes.cash_pool(custodian, pool.public_id), pool.currency),
        by_rule={codes.parse(row.code).line: row.amount for row in found if row.amount},
    )


def pools_money(pools: Iterable[Pool]) -> dict[str, PoolMoney]:
    """Return what many pools hold by public id, in three queries."""
    listed = {pool.public_id for pool in pools}
    free, cash = dict.fromkeys(listed, 0), dict.fromkeys(listed, 0)
    rules: dict[str, dict[str, int]] = {ref: {} for ref in listed}
    for row in balances_by_purpose(listed, ["held", "cash"]):
        line = codes.parse(row.code).line
        if row.type == "cash":
            cash[row.purpose_ref] += row.amount
        elif not line:
            free[row.purpose_ref] += row.amount
        elif row.amount:
            rules[row.purpose_ref][line] = row.amount
    bound = bound_minor(listed)
    return {ref: PoolMoney(free[ref] - bound.get(ref, 0), cash[ref], rules[ref], bound.get(ref, 0)) for ref in listed}


def pools_public() -> QuerySet[Pool]:
    """Return the pools that anyone may see: those of organisations whose papers were checked."""
    shown = Pool.objects.filter(organisation__status=OrganisationStatus.VERIFIED)
    return shown.select_related("organisation", "custodian").order_by("name_ru", "id")


def pools_of(organisation: Organisation) -> QuerySet[Pool]:
    """Return the pools of an organisation, open ones first."""
    return organisation.pools.select_related("organisation", "custodian").order_by("-status", "name_ru", "id")


def pools_kept_by(custodian: Organisation) -> QuerySet[Pool]:
    """Return the pools whose money this custodian holds."""
    return custodian.kept_pools.select_related("organisation", "custodian").order_by("name_ru", "id")


def takes_money(pool: Pool) -> bool:
    """Say whether gifts can be announced now: it is open, and its last day has not passed."""
    return pool.status == PoolStatus.OPEN and (pool.ends_on is None or pool.ends_on >= clock.today())


def proposals_of(pool: Pool) -> QuerySet[Proposal]:
    """Return all proposals of a pool, newest first, with how many said yes and no."""
    return _counted(Proposal.objects.filter(pool=pool)).order_by("-id")


def proposals_open(pool: Pool) -> QuerySet[Proposal]:
    """Return what is being decided or waits to be booked, the nearest deadline first."""
    return _counted(Proposal.objects.filter(pool=pool, status__in=DECIDING)).order_by("deadline", "id")


def proposals_for(user: User) -> QuerySet[Proposal]:
    """Return the proposals on which this person may still say yes or no, the nearest deadline first."""
    terms = terms_today().filter(user=user)
    may_sign = terms.filter(office__role__in=list(ALLOWED[Action.PROPOSAL_SIGN])).values("office__organisation")
    may_vote = terms.filter(office__role__in=list(ALLOWED[Action.PROPOSAL_VOTE])).values("office__organisation")
    waiting = Proposal.objects.filter(status=ProposalStatus.OPEN, deadline__gte=clock.today()).exclude(made_by=user)
    mine = waiting.filter(
        Q(how=DecidedHow.SIGNATURES, pool__organisation__in=may_sign)
        | Q(how=DecidedHow.VOTE, pool__organisation__in=may_vote)
    )
    return _counted(mine.exclude(ballots__person=user)).order_by("deadline", "id")


def my_gifts(user: User, pool: Pool) -> QuerySet[PoolGift]:
    """Return what this person announced or paid into the pool, newest first."""
    mine = PoolGift.objects.filter(pool=pool, giver__user=user).exclude(status=GiftStatus.WITHDRAWN)
    return mine.select_related("giver", "standing").order_by("-id")


def gifts_paid(pool: Pool) -> QuerySet[PoolGift]:
    """Return all that was paid into the pool by its givers, newest first; with their names, for the organisation."""
    paid = PoolGift.objects.filter(pool=pool, status=GiftStatus.PAID)
    return paid.select_related("giver__user").order_by("-id")


def gifts_announced(pool: Pool) -> QuerySet[PoolGift]:
    """Return what was announced and has not come, oldest first."""
    waiting = PoolGift.objects.filter(pool=pool, status=GiftStatus.ANNOUNCED)
    return waiting.select_related("giver__user").order_by("id")


def gifts_named(reference: str, custodian: Organisation) -> PoolGift | None:
    """Return the gift that a transfer to this custodian names (its public id, in any case), or None."""
    found = PoolGift.objects.filter(public_id=reference.strip().lower(), pool__custodian=custodian)
    return found.select_related("pool__custodian", "pool__organisation").first()


def credit_lines(pool: Pool) -> list[str]:
    """Return the names under which givers want to be thanked, in the order of their gifts, each once."""
    rows = PoolGiver.objects.filter(gift__pool=pool, gift__status=GiftStatus.PAID).exclude(credit_line="")
    return list(dict.fromkeys(rows.order_by("gift_id").values_list("credit_line", flat=True)))


def givers_count(pool: Pool) -> int:
    """Return how many gifts were paid. How many people that is, the public is not told."""
    return PoolGift.objects.filter(pool=pool, status=GiftStatus.PAID).count()


def cash_to_confirm(pool: Pool) -> QuerySet[Payment]:
    """Return the cash that the treasurer wrote down and nobody has confirmed yet, oldest first."""
    waiting = Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL_CASH, status=PaymentStatus.RECORDED)
    return waiting.select_related("recorded_by").order_by("id")


def given_to_projects(pool: Pool) -> list[GivenTo]:
    """Return what the pool gave to each project by its decisions, the newest first. Two queries, however many."""
    rows = (
        Payment.objects.filter(pool_ref=pool.public_id, kind=PaymentKind.POOL, status=PaymentStatus.CONFIRMED)
        .values("project")
        .annotate(given=Sum("amount_minor"), returned=Sum("refund__amount_minor"), last=Max("received_on"))
        .order_by("-last", "-project")
    )
    listed = list(rows)
    projects = Project.objects.select_related("village").in_bulk([row["project"] for row in listed])
    return [
        GivenTo(projects[row["project"]], int(row["given"]), int(row["returned"] or 0), row["last"]) for row in listed
    ]


def standing_of(user: User, pool: Pool) -> StandingPromise | None:
    """Return what this person promised monthly and has not ended, or None."""
    mine = StandingPromise.objects.filter(pool=pool, giver=user).exclude(status=StandingStatus.ENDED)
    return mine.select_related("pool").first()


def standing_due(day: dt.date) -> list[StandingPromise]:
    """Return the active monthly promises of open pools of which nobody was reminded since their last day of asking."""
    active = StandingPromise.objects.filter(
        Q(reminded_on__isnull=True) | Q(reminded_on__lt=day),
        Q(pool__ends_on__isnull=True) | Q(pool__ends_on__gte=day),
        status=StandingStatus.ACTIVE,
        pool__status=PoolStatus.OPEN,
        giver__is_active=True,
        started_on__lte=day,
    )
    return [each for each in active.select_related("pool").order_by("id") if asks_now(each, day)]


def standing_cards_due(owners: Any, until: dt.date) -> list[StandingPromise]:
    """Return those of `owners` (public ids) whose next day of asking is at most `until`, and not announced yet."""
    today = clock.today()
    active = StandingPromise.objects.filter(
        public_id__in=owners, status=StandingStatus.ACTIVE, giver__is_active=True, started_on__lte=until
    ).select_related("pool__custodian", "pool__organisation", "giver")
    due = [each for each in active.order_by("id") if takes_money(each.pool) and asks_next(each, today) <= until]
    return [each for each in due if _not_asked_for(each, asks_next(each, today))]


def asks_next(standing: StandingPromise, day: dt.date) -> dt.date:
    """Return the next day of asking: `day` itself or later; an earlier one that nobody was asked for stays missed."""
    asked = day.replace(day=standing.day)
    if asked >= day:
        return asked
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=standing.day)


def _not_asked_for(standing: StandingPromise, asked: dt.date) -> bool:
    reminded = standing.reminded_on
    if standing.started_on > asked:
        return False
    return reminded is None or (reminded.year, reminded.month) < (asked.year, asked.month)


def asks_now(standing: StandingPromise, day: dt.date) -> bool:
    """Say whether its last day of asking has come since it began, in a month for which nobody was reminded yet."""
    asked, reminded = asked_last(standing, day), standing.reminded_on
    if standing.started_on > asked:
        return False
    return reminded is None or (reminded.year, reminded.month) < (asked.year, asked.month)


def asked_last(standing: StandingPromise, day: dt.date) -> dt.date:
    """Return the last day of asking that is not after `day`."""
    asked = day.replace(day=standing.day)
    if asked <= day:
        return asked
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=standing.day)


def _counted(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return proposals.select_related("project", "to_pool", "made_by", "pool").annotate(
        said_yes=Count("ballots", filter=Q(ballots__yes=True), distinct=True),
        said_no=Count("ballots", filter=Q(ballots__yes=False), distinct=True),
    )
