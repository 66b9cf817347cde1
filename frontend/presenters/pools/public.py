"""A pool as everyone sees it: whose it is, what it holds, what it gave and what came of it. Counts, never voters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation, OrganisationStatus
from birge.organisations.selectors import belongs, terms_now
from frontend.presenters.cash import pool_red, red_notes, state_rows
from frontend.presenters.facts import Fact, day, facts, say
from frontend.presenters.rows import Row
from frontend.presenters.terms import people_who_decide, rule_sentence
from frontend.presenters.transfers import way_notes
from frontend.presenters.words import STATUS_TONE as PROJECT_TONE
from frontend.presenters.words import language, place_line
from funds.cash.selectors import CashTotals
from funds.ledger.balances import balances_by_purpose
from funds.matching.models import Given, Reservation, ReservationStatus, RuleStatus, RuleVersion
from funds.matching.rule_selectors import rules_of_pool
from funds.pools.models import Pool, PoolGift
from funds.pools.selectors import (
    PoolMoney,
    credit_lines,
    given_to_projects,
    givers_count,
    my_gifts,
    pool_money,
    pools_money,
    proposals_of,
    standing_of,
    takes_money,
)
from funds.pools.statements import months_of
from funds.pools.states import GiftStatus, PoolStatus, ProposalStatus
from funds.pools.tokens import pool_gift_token
from projects.updates.models import UpdatePhoto
from projects.works.models import Project
from projects.works.selectors import projects_public
from projects.works.states import ProjectStatus

from .months import MonthLink, month_links
from .words import STATUS_TONE, association_url, counted, headline, rule_lines, rule_names, rule_url

SMALL = 5  # groups under five are not broken down
MOST_DECIDED = 20
MOST_MINE = 24
DECIDED = (ProposalStatus.APPROVED, ProposalStatus.BOOKED, ProposalStatus.REFUSED, ProposalStatus.EXPIRED)


@dataclass(frozen=True)
class Became:
    """What one project got from the pool, and what became of it."""

    title: str
    place: str
    url: str
    status: str
    tone: str
    amount: str
    parts: str
    photos_url: str


@dataclass(frozen=True)
class RuleCard:
    """A matching rule with its money. `url` may be empty."""

    name: str
    url: str
    words: list[str]
    ended: bool
    dry: bool
    money: list[Fact]
    public_id: str


def pool_rows(pools: list[Pool]) -> list[Row]:
    """Return the lines of a list of pools, with what each holds; in two queries whatever their number."""
    money = pools_money(pools)
    return [
        Row(
            title=pool.name(language()),
            text=_("%(whose)s · held by %(custodian)s")
            % {"whose": pool.organisation.name(language()), "custodian": pool.custodian.name(language())},
            url=reverse("pool", args=[pool.public_id]),
            amount=say(money[pool.public_id].held_minor, pool.currency),
            tag=str(PoolStatus(pool.status).label) if pool.status == PoolStatus.CLOSED else "",
            tone="off",
        )
        for pool in pools
    ]


def pool_page(pool: Pool, user: User | None) -> dict[str, Any]:
    """Return everything the page shows to everyone, and what a giver has paid to themselves."""
    money, rules = pool_money(pool), rule_cards(pool)
    cash, inside = pool_red(pool), belongs(user, pool.organisation)
    proposals = list(proposals_of(pool).filter(status__in=DECIDED)[:MOST_DECIDED])
    names = rule_names(proposals)
    return {
        "pool": pool,
        "title": pool.name(language()),
        "facts": _facts(pool),
        "held": say(money.held_minor, pool.currency),
        "money": money_facts(pool, money),
        "takes_money": takes_money(pool) and pool.organisation.status == OrganisationStatus.VERIFIED,
        "cash_red": state_rows(cash.red) if inside else [],
        "notes": [*_notes(pool, cash), *way_notes(pool)],
        "became": became(pool),
        "rules": [each for each in rules if not each.ended],
        "rules_ended": [each for each in rules if each.ended],
        "decided": [
            Row(
                title=headline(each, names),
                text=f"{day(each.decided_at or each.made_at)} · {counted(each)}",
                url=_entry_url(each.entry_id),
                tag=str(ProposalStatus(each.status).label),
                tone=STATUS_TONE[each.status],
            )
            for each in proposals
        ],
        "thanks": credit_lines(pool),
        "givers": _givers(pool),
        "months": month_links(pool, months_of(pool)),
        "accounts": account_links(pool),
        "inside": inside,
        **(_mine(pool, user) if user is not None else {}),
    }


def money_facts(pool: Pool, money: PoolMoney) -> list[Fact]:
    """Return where the pool's money is: free, set aside for rules, and what of it is reserved for promises."""
    currency = pool.currency
    reserved = Reservation.objects.filter(
        version__rule__pool_ref=pool.public_id, status=ReservationStatus.RESERVED
    ).aggregate(total=Sum("amount_minor"))["total"]
    return facts(
        Fact(_("Free to decide on"), say(money.free_minor, currency), css="num"),
        Fact(_("of it with the treasurer, in cash"), say(money.with_treasurer_minor, currency), css="num")
        if money.with_treasurer_minor
        else None,
        Fact(_("On its way to another custodian"), say(money.bound_minor, currency), css="num")
        if money.bound_minor
        else None,
        Fact(_("Set aside for rules"), say(money.set_aside_minor, currency), css="num"),
        Fact(_("of it reserved for promises"), say(int(reserved), currency), css="num") if reserved else None,
    )


def rule_cards(pool: Pool) -> list[RuleCard]:
    """Return the pool's rules with their words and money, those that match first. Four queries, however many."""
    versions = list(rules_of_pool(pool.public_id))
    if not versions:
        return []
    rules = [version.rule_id for version in versions]
    live = Reservation.objects.filter(version__rule__in=rules, status=ReservationStatus.RESERVED)
    reserved = dict(live.order_by().values_list("version__rule").annotate(Sum("amount_minor")))
    gave = Given.objects.filter(version__rule__in=rules).order_by().values_list("version__rule")
    given = dict(gave.annotate(total=Sum(F("amount_minor") - F("returned_minor"))))
    offered = {row.code.rpartition(":")[2]: row.amount for row in balances_by_purpose([pool.public_id], ["pool"])}
    return [
        _rule_card(
            version,
            offered.get(version.rule.public_id, 0),
            int(reserved.get(version.rule_id, 0)),
            int(given.get(version.rule_id, 0)),
        )
        for version in versions
    ]


def _rule_card(version: RuleVersion, offered: int, reserved: int, given: int) -> RuleCard:
    rule = version.rule
    return RuleCard(
        name=rule.name,
        url=rule_url(rule.public_id),
        words=rule_lines(version.data),
        ended=rule.status == RuleStatus.ENDED,
        dry=offered <= 0,
        money=facts(
            Fact(_("Still there to match"), say(offered, rule.currency), css="num"),
            Fact(_("Reserved for promises"), say(reserved, rule.currency), css="num"),
            Fact(_("Given to projects"), say(given, rule.currency), css="num"),
        ),
        public_id=rule.public_id,
    )


def became(pool: Pool) -> list[Became]:
    """Return each project that got something, by decision or by a rule, the newest first."""
    sums: dict[int, list[int]] = {}
    for gift in given_to_projects(pool):
        sums.setdefault(gift.project.pk, [0, 0, 0])
        sums[gift.project.pk][0] += gift.given_minor
        sums[gift.project.pk][2] += gift.returned_minor
    matches = Given.objects.filter(version__rule__pool_ref=pool.public_id).order_by().values_list("project")
    for project, amount, back in matches.annotate(Sum("amount_minor"), Sum("returned_minor")):
        entry = sums.setdefault(project, [0, 0, 0])
        entry[1] += int(amount)
        entry[2] += int(back)
    if not sums:
        return []
    found = projects_public().select_related("village__parent__parent__parent").in_bulk(list(sums))
    seen = set(UpdatePhoto.objects.filter(update__project__in=found).values_list("update__project", flat=True))
    return [_became(found[key], pool.currency, *sums[key], photos=key in seen) for key in sorted(found, reverse=True)]


def _became(project: Project, currency: str, given: int, matched: int, back: int, *, photos: bool) -> Became:
    parts = [_("by matching: %(sum)s") % {"sum": say(matched, currency)}] if matched else []
    if back:
        parts.append(_("came back: %(sum)s") % {"sum": say(back, currency)})
    status = ProjectStatus(project.status)
    page = reverse("project", args=[project.public_id])
    return Became(
        title=project.title(language()),
        place=place_line(project.village),
        url=page,
        status=str(status.label),
        tone=PROJECT_TONE[status],
        amount=say(given + matched, currency),
        parts=" · ".join(parts),
        photos_url=f"{page}#updates" if photos else "",
    )


def account_links(pool: Pool) -> list[Row]:
    """Return the pool's accounts of the money book, each with its page in the ledger."""
    names = {version.rule.public_id: version.rule.name for version in rules_of_pool(pool.public_id)}

    def label(kind: str, line: str) -> str:
        if kind == "cash":
            return _("Cash with the treasurer")
        return _("Set aside for “%(rule)s”") % {"rule": names.get(line, line)} if line else _("Free money")

    found = balances_by_purpose([pool.public_id], ["held", "cash"])
    return [
        Row(
            title=label(row.type, row.code.partition(f"pool-{pool.public_id}")[2].lstrip(":")),
            text="",
            url=reverse("account", args=[row.code, row.currency]),
            amount=say(row.amount, row.currency),
        )
        for row in found
    ]


def how_decided(organisation: Organisation) -> str:
    """Return in one sentence how its people decide, or that they have not agreed on it."""
    terms = terms_now(organisation)
    if terms is None:
        return _("They have not agreed in writing yet how they decide.")
    return rule_sentence(terms, people_who_decide(organisation, terms.how))


def my_rows(gifts: Iterable[PoolGift]) -> list[Row]:
    """Return one's own payments, each with the way to its page."""
    monthly = " · " + _("monthly")
    return [
        Row(
            title=say(gift.received_minor or gift.amount_minor, gift.currency),
            text=day(gift.made_at) + (monthly if gift.standing_id else ""),
            url=reverse("pool_gift", args=[pool_gift_token(gift)]),
            tag=str(GiftStatus(gift.status).label),
            tone="" if gift.status == GiftStatus.PAID else "wait",
        )
        for gift in gifts
    ]


def _mine(pool: Pool, user: User) -> dict[str, Any]:
    standing = standing_of(user, pool)
    line = ""
    if standing is not None:
        line = _("%(amount)s a month, on day %(day)s") % {
            "amount": say(standing.amount_minor, pool.currency),
            "day": standing.day,
        }
    return {
        "signed_in": True,
        "mine": my_rows(my_gifts(user, pool)[:MOST_MINE]),
        "standing_line": line,
        "standing_tag": str(standing.get_status_display()) if standing else "",
    }


def _facts(pool: Pool) -> list[Fact]:
    period = ""
    if pool.starts_on or pool.ends_on:
        period = f"{day(pool.starts_on)} – {day(pool.ends_on)}".strip(" –")
    organisation = pool.organisation
    budget = say(pool.budget_minor, pool.currency) if pool.budget_minor else ""
    return facts(
        Fact(_("Whose it is"), organisation.name(language()), association_url(organisation.public_id)),
        Fact(_("Who holds the money"), pool.custodian.name(language())),
        Fact(_("Who decides"), how_decided(organisation)),
        Fact(_("Planned"), budget),
        Fact(_("When"), period),
        Fact(_("Open since"), day(pool.opened_at)),
    )


def _notes(pool: Pool, cash: CashTotals) -> list[tuple[str, str]]:
    return [*_how_it_is(pool), *(("bad", note) for note in red_notes(cash))]


def _how_it_is(pool: Pool) -> list[tuple[str, str]]:
    if pool.organisation.status == OrganisationStatus.SUSPENDED:
        return [("bad", _("It is stopped for now: none of its people can act."))]
    if pool.status == PoolStatus.CLOSED:
        return [("", _("This pool is closed. It takes no more money."))]
    if not takes_money(pool):
        return [("warn", _("Its last day has passed. It takes no more money."))]
    return []


def _givers(pool: Pool) -> str:
    count = givers_count(pool)
    if count == 0:
        return ""
    if count < SMALL:
        return _("Fewer than five gifts so far.")
    return ngettext("%(n)s gift so far.", "%(n)s gifts so far.", count) % {"n": count}


def _entry_url(entry_id: Any) -> str:
    return reverse("entry", args=[entry_id]) if entry_id else ""


__all__ = ["MonthLink", "account_links", "became", "how_decided", "money_facts", "my_rows", "pool_page", "pool_rows"]
