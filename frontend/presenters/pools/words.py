"""Proposals in words: what is asked for, what exactly will be booked, how many have to agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.organisations.models import DecidedHow
from birge_engine.matching import RuleError
from frontend.presenters.facts import say
from frontend.presenters.words import language
from funds.matching.models import Rule
from funds.matching.rule_selectors import rule_offered
from funds.matching.wording import rule_words
from funds.pools.models import Proposal
from funds.pools.states import ProposalKind, ProposalStatus

STATUS_TONE: dict[str, str] = {
    ProposalStatus.OPEN: "wait",
    ProposalStatus.APPROVED: "wait",
    ProposalStatus.BOOKED: "",
    ProposalStatus.REFUSED: "off",
    ProposalStatus.WITHDRAWN: "off",
    ProposalStatus.EXPIRED: "off",
}


def rule_names(proposals: Iterable[Proposal]) -> dict[str, str]:
    """Return the names of the rules that these proposals are about, in one query."""
    refs = {each.content["rule_ref"] for each in proposals if "rule_ref" in each.content}
    return dict(Rule.objects.filter(public_id__in=refs).values_list("public_id", "name")) if refs else {}


def headline(proposal: Proposal, rules: Mapping[str, str] | None = None) -> str:
    """Return what is proposed, in one line."""
    content = proposal.content
    if rules is None:
        rules = rule_names([proposal])
    ref = content.get("rule_ref", "")
    known = {
        "amount": say(proposal.amount_minor, proposal.currency),
        "project": proposal.project.title(language()) if proposal.project else "",
        "pool": proposal.to_pool.name(language()) if proposal.to_pool else "",
        "rule": rules.get(ref, ref) if ref else content.get("name", ""),
    }
    match ProposalKind(proposal.kind):
        case ProposalKind.GIVE:
            return _("Give %(amount)s to “%(project)s”") % known
        case ProposalKind.PASS_ON:
            return _("Pass %(amount)s on to “%(pool)s”") % known
        case ProposalKind.MATCH if ref:
            return _("Put %(amount)s more into the rule “%(rule)s”") % known
        case ProposalKind.MATCH:
            return _("Match gifts with %(amount)s: “%(rule)s”") % known
        case ProposalKind.RULE_CHANGE:
            return _("Change the rule “%(rule)s”") % known
        case _:
            return _("End the rule “%(rule)s”") % known


def consequences(proposal: Proposal) -> list[str]:
    """Return what will be booked, sentence by sentence: the same for who proposes, who decides and who books."""
    content = proposal.content
    known = {
        "amount": say(proposal.amount_minor, proposal.currency),
        "custodian": proposal.pool.custodian.name(language()),
        "project": proposal.project.title(language()) if proposal.project else "",
        "pool": proposal.to_pool.name(language()) if proposal.to_pool else "",
    }
    match ProposalKind(proposal.kind):
        case ProposalKind.GIVE:
            return [
                _("%(amount)s leaves the free money of this pool and is held for “%(project)s”.") % known,
                _("%(custodian)s goes on holding it: no money leaves the bank by this.") % known,
                _("In the project it counts as the donors’ money, and draws what the village adds."),
                _("If the project does not come about, it comes back to this pool."),
            ]
        case ProposalKind.PASS_ON if _elsewhere(proposal):
            other = proposal.to_pool.custodian.name(language()) if proposal.to_pool else ""
            return [
                _("%(amount)s is bound for the pool “%(pool)s” at once; nothing else is paid from it.") % known,
                _("%(custodian)s sends it to %(other)s. Until it has arrived, it is owed to this pool.")
                % {**known, "other": other},
                _("Banks on the way may keep a fee. This pool bears it."),
                _("Once it has arrived, those people decide on it, by their own rules."),
            ]
        case ProposalKind.PASS_ON:
            return [
                _("%(amount)s leaves the free money of this pool and belongs to the pool “%(pool)s”.") % known,
                _("From then on those people decide on it, by their own rules."),
                _("%(custodian)s goes on holding it: no money leaves the bank by this.") % known,
            ]
        case ProposalKind.MATCH:
            return [
                _("%(amount)s of the free money is set aside for this rule, and is used for nothing else.") % known,
                _("It goes to projects step by step, as people give to them."),
                _("What is not used when the rule ends is free again."),
            ]
        case ProposalKind.RULE_CHANGE:
            return [
                _("The new text counts for all that comes after. What was matched before stays as it is."),
                _("No money moves by this."),
            ]
        case _:
            return _ending(content["rule_ref"])


def _elsewhere(proposal: Proposal) -> bool:
    return proposal.to_pool is not None and proposal.to_pool.custodian_id != proposal.pool.custodian_id


def _ending(ref: str) -> list[str]:
    rule = Rule.objects.select_related("custodian").filter(public_id=ref).first()
    said = [_("Nothing more is matched by this rule.")]
    if rule is not None:
        rest = say(rule_offered(rule), rule.currency)
        said.append(_("What nobody has drawn yet, %(rest)s today, is free again.") % {"rest": rest})
    return [*said, _("What is reserved for promises stays reserved until they are paid or end.")]


def rule_lines(data: Mapping[str, Any] | None) -> list[str]:
    """Return a rule in plain sentences; nothing for what is none."""
    if not data:
        return []
    try:
        return rule_words(data, language())
    except RuleError:
        return []


def how_many(proposal: Proposal) -> str:
    """Return how many have to say yes, of how many."""
    known = {"n": proposal.needed, "people": proposal.entitled}
    if proposal.how == DecidedHow.VOTE:
        return _("%(n)s of %(people)s members must say yes.") % known
    words = ngettext(
        "%(n)s of %(people)s who sign must say yes.", "%(n)s of %(people)s who sign must say yes.", proposal.needed
    )
    return words % known


def counted(proposal: Proposal) -> str:
    """Return how many said what, for everyone: numbers, no names. It comes from a selector that counts."""
    asked: Any = proposal
    known = {"yes": asked.said_yes, "no": asked.said_no, "needed": proposal.needed, "people": proposal.entitled}
    if asked.said_no:
        return _("%(yes)s yes, %(no)s no; needed: %(needed)s of %(people)s") % known
    return _("%(yes)s yes; needed: %(needed)s of %(people)s") % known


def rule_url(public_id: str) -> str:
    """Return the public page of a rule; nothing where an installation has none."""
    try:
        return reverse("rule", args=[public_id])
    except NoReverseMatch:
        return ""


def association_url(public_id: str) -> str:
    """Return the public page of whoever owns a pool."""
    try:
        return reverse("association", args=[public_id])
    except NoReverseMatch:
        return ""
