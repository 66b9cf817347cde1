"""Associations and matching donors for everyone: how they decide, what they gave and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus, Role, Term
from birge.organisations.selectors import members, organisations_verified, terms_today
from funds.ledger.balances import balances_by_purpose
from funds.matching.models import Given
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pledges.models import Party, Pledge
from funds.pools.models import Pool
from funds.pools.states import PoolStatus
from funds.releases.models import Refund, RefundStatus
from projects.works.models import Project
from projects.works.selectors import projects_public
from projects.works.states import ProjectStatus

from .facts import Fact, Link, day, facts, say, who
from .offices import office_label
from .rows import Row
from .terms import SMALL, terms_shown
from .words import STATUS_TONE, country_names, language, place_line

KINDS = (OrganisationKind.MIGRANT_ASSOCIATION, OrganisationKind.MATCHING_DONOR)
ACT_IN_PUBLIC = (Role.CHAIR, Role.TREASURER, Role.SIGNATORY)
MOST_PROJECTS = 50


@dataclass
class Gift:
    """What one project got from an organisation, in one currency: from its pools, and by its matching rules."""

    project: Project
    currency: str
    given: int = 0
    matched: int = 0


@dataclass
class Gave:
    """All that an organisation gave, by project; the newest project first."""

    gifts: list[Gift] = field(default_factory=list)

    def totals(self) -> dict[str, int]:
        """Return the sums by currency."""
        found: dict[str, int] = {}
        for gift in self.gifts:
            found[gift.currency] = found.get(gift.currency, 0) + gift.given + gift.matched
        return found


def associations_listed() -> QuerySet[Organisation]:
    """Return those that anyone may see in the list."""
    return organisations_verified().filter(kind__in=KINDS).select_related("place__parent__parent__parent")


def associations_shown() -> QuerySet[Organisation]:
    """Return those that have a page: one that was stopped keeps it, since its money can still be followed."""
    seen = (OrganisationStatus.VERIFIED, OrganisationStatus.SUSPENDED)
    found = Organisation.objects.filter(kind__in=KINDS, status__in=seen)
    return found.select_related("place__parent__parent__parent")


def association_rows(organisations: list[Organisation]) -> list[Row]:
    """Return the lines of the list, with what each gave; in few queries whatever their number."""
    gave = gave_of(organisations)
    have = set(Pool.objects.filter(organisation__in=organisations).values_list("organisation", flat=True))
    silent = {each.pk: _("has not given yet") if each.pk in have else _("no common fund yet") for each in organisations}
    return [
        Row(
            title=each.name(language()),
            text=" · ".join([capfirst(str(OrganisationKind(each.kind).label)), _where(each)]),
            url=reverse("association", args=[each.public_id]),
            amount=_sums(gave[each.pk].totals()) or silent[each.pk],
            tone="" if gave[each.pk].gifts else "soft",
        )
        for each in organisations
    ]


def association_page(organisation: Organisation) -> dict[str, Any]:
    """Return everything the page shows to everyone."""
    gave = gave_of([organisation])[organisation.pk]
    return {
        "organisation": organisation,
        "title": organisation.name(language()),
        "kind_label": capfirst(str(OrganisationKind(organisation.kind).label)),
        "where": _where(organisation),
        "stopped": organisation.status == OrganisationStatus.SUSPENDED,
        "about": organisation.about,
        "facts": _facts(organisation, gave),
        "officers": officers_shown(organisation),
        "pools": pools_block(organisation),
        "gifts": [_gift_row(gift) for gift in gave.gifts[:MOST_PROJECTS]],
        "signs_for": signs_for(organisation),
        **terms_shown(organisation),
    }


def pools_block(organisation: Organisation) -> list[Row]:
    """Return its pools with what each holds now, what is set aside for matching rules included."""
    pools = list(Pool.objects.filter(organisation=organisation).select_related("custodian").order_by("-pk"))
    held: dict[str, int] = {}
    for row in balances_by_purpose([pool.public_id for pool in pools], ["held"]):
        held[row.purpose_ref] = held.get(row.purpose_ref, 0) + row.amount
    return [
        Row(
            title=pool.name(language()),
            text=_("held by %(custodian)s") % {"custodian": pool.custodian.name(language())},
            url=_pool_url(pool),
            amount=say(held.get(pool.public_id, 0), pool.currency),
            tag=str(PoolStatus(pool.status).label) if pool.status == PoolStatus.CLOSED else "",
            tone="off",
        )
        for pool in pools
    ]


def gave_of(organisations: Iterable[Organisation]) -> dict[int, Gave]:
    """Return what each gave: gifts of its pools, matches by its rules, and its own shares; less what came back."""
    listed = {each.pk: Gave() for each in organisations}
    owners: dict[str, int] = dict(Pool.objects.filter(organisation__in=listed).values_list("public_id", "organisation"))
    sums: dict[tuple[int, int, str], list[int]] = {}

    def add(owner: int, row: dict[str, Any], place: int) -> None:
        key = (owner, row["project"], row["currency"])
        sums.setdefault(key, [0, 0])[place] += row["total"] or 0

    gifts = Payment.objects.filter(kind=PaymentKind.POOL, status=PaymentStatus.CONFIRMED, pool_ref__in=owners)
    for row in _summed(gifts, "pool_ref", Sum("amount_minor")):
        add(owners[row["pool_ref"]], row, 0)
    back = Refund.objects.filter(payment__in=gifts, status=RefundStatus.PAID)
    for row in _summed(back, "payment__pool_ref", -Sum("amount_minor")):
        add(owners[row["payment__pool_ref"]], row, 0)
    matches = Given.objects.filter(version__rule__pool_ref__in=owners)
    for row in _summed(matches, "version__rule__pool_ref", Sum(F("amount_minor") - F("returned_minor"))):
        add(owners[row["version__rule__pool_ref"]], row, 1)
    for row in _shares_paid(listed):
        add(row["project__shares__organisation"], row, 0)
    projects = projects_public().select_related("village__parent__parent__parent").in_bulk({key[1] for key in sums})
    for (owner, project, currency), (given, matched) in sorted(sums.items(), key=lambda item: -item[0][1]):
        if given + matched > 0 and project in projects:
            listed[owner].gifts.append(Gift(projects[project], currency, given, matched))
    return listed


def _summed(found: QuerySet[Any], by: str, total: Any) -> QuerySet[Any, dict[str, Any]]:
    summed: QuerySet[Any, dict[str, Any]] = found.order_by().values(by, "project", "currency").annotate(total=total)
    return summed


def _shares_paid(organisations: Iterable[int]) -> QuerySet[Any, dict[str, Any]]:
    """Return what matching donors paid of the shares that plans count on."""
    whose = Q(project__shares__party=Party.MATCHING, project__shares__organisation__in=list(organisations))
    promised = Pledge.objects.filter(whose, party=Party.MATCHING).values("public_id")
    paid = Payment.objects.filter(whose, status=PaymentStatus.CONFIRMED, pledge_ref__in=promised)
    return _summed(paid, "project__shares__organisation", Sum("amount_minor"))


def officers_shown(organisation: Organisation) -> list[Fact]:
    """Return who holds an office and acts in public, by name; others as a number."""
    terms = terms_today().filter(office__organisation=organisation)
    shown: dict[str, list[str]] = {}
    acting = terms.filter(office__role__in=ACT_IN_PUBLIC).select_related("office", "user")
    for term in sorted(acting, key=_by_office):
        shown.setdefault(office_label(term.office.role, term.office.seat), []).append(_holder(term))
    listed = [Fact(label, "\n".join(names)) for label, names in shown.items()]
    managers = terms.filter(office__role=Role.DONOR_MANAGER).values("user").distinct().count()
    return [*listed, *facts(Fact(_("Managers"), str(managers) if managers else ""), _members_fact(organisation))]


def _by_office(term: Term) -> tuple[int, int, int]:
    return ACT_IN_PUBLIC.index(Role(term.office.role)), term.office.seat, term.pk


def _holder(term: Term) -> str:
    return _("%(name)s, stands in") % {"name": who(term.user)} if term.acting else who(term.user)


def _members_fact(organisation: Organisation) -> Fact | None:
    if organisation.kind != OrganisationKind.MIGRANT_ASSOCIATION:
        return None
    number = members(organisation).count()
    if number < SMALL:
        return Fact(_("Belong to it"), _("fewer than five people"))
    return Fact(_("Belong to it"), ngettext("%(n)s person", "%(n)s people", number) % {"n": number})


def signs_for(organisation: Organisation) -> list[Row]:
    """Return the projects for which it signs from outside, the newest first."""
    found = projects_public().filter(signatory_organisation=organisation)
    listed = found.select_related("village__parent__parent__parent").order_by("-id")[:MOST_PROJECTS]
    return [_project_row(project, place_line(project.village)) for project in listed]


def _gift_row(gift: Gift) -> Row:
    parts = [place_line(gift.project.village)]
    if gift.matched and gift.given:
        parts.append(_("of it by matching %(sum)s") % {"sum": say(gift.matched, gift.currency)})
    elif gift.matched:
        parts.append(_("by matching"))
    return _project_row(gift.project, " · ".join(parts), say(gift.given + gift.matched, gift.currency))


def _project_row(project: Project, text: str, amount: str = "") -> Row:
    status = ProjectStatus(project.status)
    return Row(
        title=project.title(language()),
        text=text,
        url=reverse("project", args=[project.public_id]),
        amount=amount,
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def _facts(organisation: Organisation, gave: Gave) -> list[Fact]:
    projects = len({gift.project.pk for gift in gave.gifts})
    return facts(
        Fact(_("Given so far"), _sums(gave.totals()), css="big"),
        Fact(_("Projects"), str(projects) if projects else ""),
        Fact(_("With us since"), day(organisation.created_at)),
        Fact(_("Registration number"), organisation.registered_number),
    )


def _where(organisation: Organisation) -> str:
    if organisation.place:
        return place_line(organisation.place)
    return country_names().get(organisation.country, organisation.country)


def _sums(totals: dict[str, int]) -> str:
    return ", ".join(say(total, currency) for currency, total in sorted(totals.items()))


def _pool_url(pool: Pool) -> str:
    try:
        return reverse("pool", args=[pool.public_id])
    except NoReverseMatch:  # an installation without pages of pools
        return ""


def association_link(organisation: Organisation | None) -> Link | None:
    """Return the way to its public page, for pages that name it."""
    if organisation is None:
        return None
    name = organisation.name(language())
    return Link(reverse("association", args=[organisation.public_id]) if organisation.kind in KINDS else "", name)
