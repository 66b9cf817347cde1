"""Matching on the pages of projects and gifts: who adds what to whose gift, and by which rule. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.notifications.contacts import Contact
from birge_engine.matching.rounds import rule_with
from funds.matching.listing import NOTHING, Matched, matched_by_rule, newest_versions, rules_money
from funds.matching.models import RuleStatus, RuleVersion
from funds.matching.rule_selectors import versions_now
from funds.matching.selectors import village_match_quote, village_share_minor
from funds.matching.wording import rule_words, why_words
from funds.pledges.models import Pledge
from funds.settlement.matched import MatchPart, match_parts, part_words, pool_names
from funds.settlement.matching import match_facts
from funds.settlement.quoting import Offer, address_proven, looks_at_persons, offers
from projects.works.models import Party, Project
from projects.works.states import ProjectStatus

from .facts import day, say
from .words import language

EXAMPLE_MINOR = 1_000_00


@dataclass(frozen=True)
class OfferLine:
    """What one side adds to a gift: `amount` in words, or why nothing; `url` leads to its rule, `rule` is its lead."""

    who: str
    amount: str
    notes: list[str]
    url: str = ""
    rule: str = ""


@dataclass(frozen=True)
class RuleBlock:
    """A rule on a project's page. `lead` is its first sentence, `more` are the others; `dry`: it can add no more."""

    pool: str
    pool_url: str
    url: str
    name: str
    lead: str
    more: list[str]
    sums: list[str]
    ended: bool
    dry: bool


@dataclass(frozen=True)
class PartLine:
    """One part of what follows a gift, with the address of what proves it."""

    text: str
    url: str
    rule_url: str


def pool_url(ref: str) -> str:
    """Return the address of a pool's page; nothing where there are no such pages."""
    try:
        return reverse("pool", args=[ref])
    except NoReverseMatch:
        return ""


def offer_lines(project: Project, amount_minor: int, *, contact: Contact, donor: User | None) -> list[OfferLine]:
    """Return what a promise would draw: the village's share first, then rule by rule, each with its own reason.

    What a rule did for somebody before is told only to whom the address is proven to belong: else anyone could ask
    about anyone.
    """
    proven = donor is not None and address_proven(donor, contact)
    found = offers(
        project=project, amount_minor=amount_minor, contact=contact if proven else None, donor=donor if proven else None
    )
    village = village_match_quote(project=project, amount_minor=amount_minor)
    lines = [_village_line(village, project.currency)] if village_share_minor(project) else []
    return lines + [_offer_line(offer, project.currency, known=proven) for offer in found]


def _village_line(matched: int, currency: str) -> OfferLine:
    who = _("The village adds")
    if not matched:
        return OfferLine(who, _("nothing more: its share is already promised in full"), [])
    return OfferLine(who, say(matched, currency), [_("if it is still there when you confirm")])


def _offer_line(offer: Offer, currency: str, *, known: bool) -> OfferLine:
    data = offer.version.data
    amount = say(offer.matched, currency)
    notes: list[str] = []
    if offer.estimate:
        amount, notes = _estimate(offer, currency)
    elif not offer.matched:
        amount = _("nothing")
    elif offer.when_paid:
        notes.append(_("when your money has come, if it is still there then"))
    else:
        notes.append(_("if it is still there when you confirm"))
    if offer.why != "full":
        notes = [why_words(offer.why, data), *notes]
    if not known and offer.matched and looks_at_persons(data):
        notes.append(_("if it has not matched you before"))
    return OfferLine(
        who=_("The pool “%(pool)s” adds") % {"pool": offer.pool},
        amount=amount,
        notes=notes,
        url=reverse("rule", args=[offer.version.rule.public_id]),
        rule="" if offer.estimate or not offer.matched else rule_words(data, language())[0],
    )


def _estimate(offer: Offer, currency: str) -> tuple[str, list[str]]:
    words = {"sum": say(offer.matched, currency), "day": day(offer.last_day)}
    notes = [_("an estimate: it is settled after %(day)s and can become more or less") % words]
    if offer.when_paid:
        notes.append(_("only what you have paid by then counts"))
    return (_("about %(sum)s") % words if offer.matched else _("nothing as things stand now")), notes


def example(project: Project, rest_minor: int) -> tuple[str, list[OfferLine]]:
    """Return an example of a gift with what would follow it, for somebody who has not given before."""
    amount = min(EXAMPLE_MINOR, rest_minor)
    asked = offers(project=project, amount_minor=amount, rounds=False)  # a page that everyone opens has to be light
    found = [offer for offer in asked if offer.matched]
    lines = [_offer_line(offer, project.currency, known=False) for offer in found]
    village = village_match_quote(project=project, amount_minor=amount)
    if village:
        lines.insert(0, OfferLine(_("The village adds"), say(village, project.currency), []))
    return say(amount, project.currency), lines


def matching_block(project: Project, rest_minor: int) -> dict[str, Any]:
    """Return which rules match this project now, or did, and what each did for it."""
    did = matched_by_rule(project)
    looks = rules_looking(project)
    shown = {version.rule_id: version for version in [*looks, *newest_versions(set(did))]}
    if not shown:
        return {"rules": [], "example": None}
    versions = sorted(shown.values(), key=lambda version: version.rule.position)
    money = rules_money([version.rule for version in versions])
    names = pool_names(version.rule.pool_ref for version in versions)
    takes = project.status == ProjectStatus.OPEN and rest_minor > 0 and bool(looks)
    return {
        "rules": [
            _block(version, names, money.get(version.rule_id, NOTHING).offered, did.get(version.rule_id, Matched()))
            for version in versions
        ],
        "example": example(project, rest_minor) if takes else None,
    }


def rules_looking(project: Project) -> list[RuleVersion]:
    """Return the rules that look at this project now; none for a plan that has no place for matching money."""
    if project.status != ProjectStatus.OPEN or not any(share.party == Party.MATCHING for share in project.shares.all()):
        return []
    seen = match_facts(project)
    found = versions_now(custodian_id=project.custodian_id, currency=project.currency)
    return [version for version in found if rule_with(version.data, 0).refused(seen) is None]


def _block(version: RuleVersion, names: dict[str, str], offered: int, did: Matched) -> RuleBlock:
    rule = version.rule
    lead, *more = rule_words(version.data, language())
    ended = rule.status == RuleStatus.ENDED
    dry = not ended and offered <= 0
    return RuleBlock(
        pool=names.get(rule.pool_ref, ""),
        pool_url=pool_url(rule.pool_ref) if rule.pool_ref in names else "",
        url=reverse("rule", args=[rule.public_id]),
        name=rule.name,
        lead=lead,
        more=more,
        sums=_sums(offered, did, rule.currency, left=not ended and not dry),
        ended=ended,
        dry=dry,
    )


def _sums(offered: int, did: Matched, currency: str, *, left: bool) -> list[str]:
    said = [_("%(sum)s left for all projects") % {"sum": say(offered, currency)}] if left else []
    if did.reserved:
        said.append(_("%(sum)s waits for promises here") % {"sum": say(did.reserved, currency)})
    if did.given:
        said.append(_("%(sum)s given to this project") % {"sum": say(did.given, currency)})
    return said


def part_lines(pledge: Pledge) -> list[PartLine]:
    """Return what follows this gift, part by part, with what proves each."""
    return [_part_line(part) for part in match_parts(pledge)]


def _part_line(part: MatchPart) -> PartLine:
    return PartLine(
        text=part_words(part),
        url=reverse("entry", args=[part.entry]) if part.entry else "",
        rule_url=reverse("rule", args=[part.version.rule.public_id]) if part.version is not None else "",
    )
