"""What waits for somebody in their pools: to decide, to book, to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import OrganisationStatus
from birge.organisations.permissions import ALLOWED, Action
from birge.organisations.selectors import terms_today
from frontend.presenters.facts import day, say
from frontend.presenters.tasks import Task
from frontend.presenters.words import language
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pools.models import Pool, Proposal
from funds.pools.selectors import proposals_for
from funds.pools.states import ProposalStatus

from .words import headline, rule_names


def pool_tasks(user: User, pool: Pool | None = None) -> Iterator[Task]:
    """Return what this person can do now, the nearest deadline first; in one pool only, if given."""
    to_decide = list(_in(proposals_for(user).select_related("pool__organisation", "project", "to_pool"), pool))
    to_book = list(_in(_to_book(user), pool))
    names = rule_names([*to_decide, *to_book])
    for proposal in to_decide:
        yield _task(proposal, _("Decide: %(what)s") % {"what": headline(proposal, names)}, _until(proposal))
    for proposal in to_book:
        yield _task(proposal, _("Book: %(what)s") % {"what": headline(proposal, names)}, _("It is decided."))
    yield from _cash(user, pool)


def pools_mine(user: User, action: Action) -> dict[str, Pool]:
    """Return the pools for which this person holds an office that may do this, by public id."""
    terms = terms_today().filter(user=user, office__organisation__status=OrganisationStatus.VERIFIED)
    where = terms.filter(office__role__in=list(ALLOWED[action])).values("office__organisation")
    found = Pool.objects.filter(organisation__in=where).select_related("organisation")
    return {pool.public_id: pool for pool in found}


def _to_book(user: User) -> QuerySet[Proposal]:
    pools = pools_mine(user, Action.PROPOSAL_BOOK).values()
    waiting = Proposal.objects.filter(
        pool__in=list(pools), status=ProposalStatus.APPROVED, deadline__gte=clock.today()
    ).exclude(made_by=user)
    return waiting.select_related("pool__organisation", "project", "to_pool").order_by("deadline", "id")


def _cash(user: User, pool: Pool | None) -> Iterator[Task]:
    pools = pools_mine(user, Action.POOL_CASH_CONFIRM)
    refs = [ref for ref in pools if pool is None or ref == pool.public_id]
    if not refs:
        return
    waiting = Payment.objects.filter(pool_ref__in=refs, kind=PaymentKind.POOL_CASH, status=PaymentStatus.RECORDED)
    for payment in waiting.exclude(recorded_by=user).order_by("id"):
        where = pools[payment.pool_ref]
        yield Task(
            title=_("Confirm cash: %(amount)s") % {"amount": say(payment.amount_minor, payment.currency)},
            text=f"{where.name(language())} · {day(payment.received_on)}",
            url=reverse("pool_cash", args=[payment.public_id]),
            waiting_since=payment.recorded_at,
            organisation_name=where.organisation.name(language()),
        )


def _task(proposal: Proposal, title: str, text: str) -> Task:
    return Task(
        title=title,
        text=f"{proposal.pool.name(language())} · {text}",
        url=reverse("proposal", args=[proposal.public_id]),
        waiting_since=proposal.made_at,
        organisation_name=proposal.pool.organisation.name(language()),
    )


def _until(proposal: Proposal) -> str:
    return _("by %(day)s") % {"day": day(proposal.deadline)}


def _in(found: QuerySet[Proposal], pool: Pool | None) -> QuerySet[Proposal]:
    return found if pool is None else found.filter(pool=pool)
