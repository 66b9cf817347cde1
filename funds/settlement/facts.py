"""What the money says about a project's plan, for the verbs of `projects` that depend on it."""

from __future__ import annotations

from funds.ledger import codes
from funds.ledger.balances import balance
from funds.matching.rule_selectors import matched_minor
from funds.matching.selectors import village_outstanding, village_share_minor
from funds.payments.selectors import fees_minor
from funds.pledges.conditions import ConditionFacts
from funds.pledges.models import Party
from funds.pledges.selectors import confirmed_count, exchange_lost_minor, promised_minor
from projects.works.facts import PlanFacts
from projects.works.models import Project
from projects.works.selectors import project_money_minor
from projects.works.states import OPENED, ProjectStatus

PLAN_STANDS = frozenset({ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY})


def plan_facts(project: Project) -> PlanFacts:
    """Return what each party has promised and what is held (minor units). Exact under the project's lock.

    The village's share counts as promised from the opening, by its kenesh resolution; labour and things likewise,
    because the resolution adopts them with the plan. What rules of pools have reserved or given fills the matching
    share, beside what a matching donor promised. What providers took as their fees, and exchange rates of kept promises
    up to a limit, is out of the plan: nobody promises it anew, and the last stage pays out so much less.
    """
    opened = project.status in OPENED
    promised = {
        "donors": promised_minor(project, Party.DONORS) + exchange_lost_minor(project, Party.DONORS),
        "matching": promised_minor(project, Party.MATCHING)
        + exchange_lost_minor(project, Party.MATCHING)
        + matched_minor(project),
    }
    shares = {
        share.party: promised.get(share.party, share.amount_minor if opened else 0) for share in project.shares.all()
    }
    return PlanFacts(
        currency=project.currency,
        shares=shares,
        held_minor=held_minor(project),
        plan_minor=project_money_minor(project) - fees_minor(project) - exchange_lost_minor(project),
    )


def held_minor(project: Project) -> int:
    """Return what the custodian holds for the project now."""
    if project.custodian is None:
        return 0
    return balance(codes.held_project(project.custodian.public_id, project.public_id), project.currency)


def promises_whole(project: Project, facts: PlanFacts) -> bool:
    """Say whether every share of the plan is promised."""
    return all(facts.shares.get(share.party, 0) >= share.amount_minor for share in project.shares.all())


def village_has_paid(project: Project) -> bool:
    """Say whether nothing of the village's promise is outstanding."""
    return project.status in OPENED and village_outstanding(project) == 0


def money_whole(project: Project, facts: PlanFacts) -> bool:
    """Say whether all money of the plan is held and the village has paid its own share."""
    return facts.held_minor >= facts.plan_minor and village_has_paid(project)


def condition_facts(project: Project) -> ConditionFacts:
    """Return what the conditions of pledges look at."""
    return ConditionFacts(
        # A plan may demand that the village pays first: then donors are asked only after it has.
        plan_whole=project.status in PLAN_STANDS and (not project.village_pays_first or village_has_paid(project)),
        village_paid=village_share_minor(project) == 0 or village_has_paid(project),
        confirmed_pledges=confirmed_count(project),
    )
