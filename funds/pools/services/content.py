"""What a proposal asks for, as plain data: this is what people sign, and nothing else is what is booked.

    give         project, amount_minor
    pass_on      to_pool, amount_minor
    match        amount_minor, and either name and rule (a new one) or rule_ref and rule_version (more for one that
                 stands, as its text is now)
    rule_change  rule_ref, rule
    rule_end     rule_ref

Each also says kind, pool, currency and `v`, the version of this form. Ids are public, amounts in minor units.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from birge.errors import InvalidInput, RuleNotMet
from birge.money import Money
from birge.organisations.models import OrganisationStatus
from funds.matching.models import Rule, RuleStatus
from funds.matching.services import rule_clean
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ..models import Pool, Proposal
from ..states import PoolStatus, ProposalKind
from .gifts import amount_check

FORM = 1
TAKES_GIFTS = frozenset({ProjectStatus.OPEN, ProjectStatus.PLEDGED_IN_FULL})
LONGEST_NAME = 120


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with a pool's money; which parts are needed, the kind says."""

    kind: ProposalKind
    amount: Money | None = None
    project: Project | None = None
    to_pool: Pool | None = None
    rule_data: Mapping[str, Any] | None = None
    rule_ref: str = ""
    name: str = ""


def content_build(pool: Pool, wish: Wish) -> dict[str, Any]:
    """Return the content of a proposal. Raises InvalidInput with its field, RuleNotMet for what could not be booked."""
    content: dict[str, Any] = {
        "v": FORM,
        "kind": wish.kind.value,
        "pool": pool.public_id,
        "currency": pool.currency,
    }
    match wish.kind:
        case ProposalKind.GIVE:
            content |= {"project": _project(pool, wish), "amount_minor": _amount(pool, wish)}
        case ProposalKind.PASS_ON:
            content |= {"to_pool": _to_pool(pool, wish), "amount_minor": _amount(pool, wish)}
        case ProposalKind.MATCH if wish.rule_ref:
            rule = rule_of(pool, wish.rule_ref)
            content |= {"rule_ref": rule.public_id, "rule_version": rule_version(rule)}
            content |= {"amount_minor": _amount(pool, wish)}
        case ProposalKind.MATCH:
            content |= {"name": _name(wish), "rule": _rule(pool, wish), "amount_minor": _amount(pool, wish)}
        case ProposalKind.RULE_CHANGE:
            content |= {"rule_ref": _rule_ref(pool, wish), "rule": _rule(pool, wish)}
        case ProposalKind.RULE_END:
            content |= {"rule_ref": _rule_ref(pool, wish)}
    return content


def content_digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content's canonical form: keys sorted, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content_stands(proposal: Proposal) -> bool:
    """Say whether the proposal still says what was voted: its digest, its own columns and every ballot agree."""
    content = proposal.content
    columns = {
        "kind": proposal.kind,
        "pool": proposal.pool.public_id,
        "currency": proposal.currency,
        "amount_minor": proposal.amount_minor,
        "project": proposal.project.public_id if proposal.project else None,
        "to_pool": proposal.to_pool.public_id if proposal.to_pool else None,
    }
    said = {name: content.get(name, 0 if name == "amount_minor" else None) for name in columns}
    digests = set(proposal.ballots.filter(yes=True).values_list("digest", flat=True))
    return content_digest(content) == proposal.digest and said == columns and digests == {proposal.digest}


def give_check(pool: Pool, project: Project) -> None:
    """Raise RuleNotMet (`not_open`, `other_custodian`, `other_currency`) unless this pool can give to this project."""
    if project.status not in TAKES_GIFTS or project.custodian is None:
        raise RuleNotMet(_("This project does not take money now."), code="not_open", status=project.status)
    _same_hands(pool, project.custodian_id, project.currency)


def pass_on_check(pool: Pool, to_pool: Pool) -> None:
    """Raise RuleNotMet (`closed`, `other_currency`, `custodian_stopped`) unless money can be passed on to that pool.

    Where another custodian holds that pool, the two custodians carry it out by a transfer.
    """
    if to_pool.status != PoolStatus.OPEN:
        raise RuleNotMet(_("That pool takes no more money."), code="closed")
    if to_pool.custodian.status != OrganisationStatus.VERIFIED:
        raise RuleNotMet(_("The custodian of that pool may not act now."), code="custodian_stopped")
    _same_currency(pool, to_pool.currency)


def rule_of(pool: Pool, rule_ref: str) -> Rule:
    """Return the pool's rule. Raises RuleNotMet (`no_rule`, `rule_ended`)."""
    rule = Rule.objects.select_related("custodian").filter(pool_ref=pool.public_id, public_id=rule_ref).first()
    if rule is None:
        raise RuleNotMet(_("This pool has no such rule."), code="no_rule", field="rule_ref")
    if rule.status != RuleStatus.PUBLISHED:
        raise RuleNotMet(_("This rule has ended."), code="rule_ended")
    return rule


def rule_version(rule: Rule) -> int:
    """Return the number of the rule's text that counts now. Exact under the rule's lock."""
    return int(rule.versions.get(superseded_at=None).number)


def _same_hands(pool: Pool, custodian_id: int | None, currency: str) -> None:
    if custodian_id != pool.custodian_id:
        raise RuleNotMet(
            _(
                "Another custodian holds the money of that project. Pass money on to a pool at that custodian first, "
                "and give from there."
            ),
            code="other_custodian",
        )
    _same_currency(pool, currency)


def _same_currency(pool: Pool, currency: str) -> None:
    if currency != pool.currency:
        raise RuleNotMet(
            _("That counts in %(theirs)s, this pool in %(ours)s.") % {"theirs": currency, "ours": pool.currency},
            code="other_currency",
        )


def _amount(pool: Pool, wish: Wish) -> int:
    if wish.amount is None:
        raise InvalidInput(_("Please say how much."), field="amount")
    amount_check(pool, wish.amount)
    return wish.amount.minor


def _project(pool: Pool, wish: Wish) -> str:
    if wish.project is None:
        raise InvalidInput(_("Please choose a project."), field="project")
    give_check(pool, wish.project)
    return str(wish.project.public_id)


def _to_pool(pool: Pool, wish: Wish) -> str:
    if wish.to_pool is None or wish.to_pool.pk == pool.pk:
        raise InvalidInput(_("Please choose another pool."), field="to_pool")
    pass_on_check(pool, wish.to_pool)
    return str(wish.to_pool.public_id)


def _rule_ref(pool: Pool, wish: Wish) -> str:
    return str(rule_of(pool, wish.rule_ref).public_id)


def _rule(pool: Pool, wish: Wish) -> dict[str, Any]:
    if wish.rule_data is None:
        raise InvalidInput(_("Please write the rule."), field="rule")
    return rule_clean(wish.rule_data, pool.currency)


def _name(wish: Wish) -> str:
    name = " ".join(wish.name.split())
    if not name:
        raise InvalidInput(_("Please name the rule."), field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": LONGEST_NAME}, field="name")
    return name
