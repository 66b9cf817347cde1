"""Rules are published, given money, changed and ended. Each posts under the caller's command, in its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import Conflict, InvalidInput, RuleNotMet
from birge.organisations.models import Organisation
from birge_engine.matching import Rule as EngineRule
from birge_engine.matching import RuleError, rule_digest
from birge_engine.matching.rounds import rule_with
from funds.ledger.models import Command, Entry
from funds.ledger.posting import post

from ..models import Rule, RuleStatus, RuleVersion
from ..rule_entries import budgeted_drafts, unbudgeted_drafts
from ..rule_selectors import rule_offered

LONGEST_NAME = 120
MOST_BYTES, MOST_BITS, MOST_DEPTH = 20_000, 128, 20
MOST_AT_ONCE = 10
# What the ledger says of a published rule, its text does not say once more: how much money there is, and for whom.
BY_LEDGER = ("pool", "projects", "unit_value", "decimals")


def rule_clean(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return a rule's data as they are published. Raises InvalidInput (`rule`, with `inner` as the engine names it).

    Its money is what is set aside for it in the ledger, so it names no `pool`; a round has a last day.
    """
    clean = {key: value for key, value in data.items() if value is not None}
    rule_size_check(clean)
    for name in BY_LEDGER:
        if name in clean:
            raise _wrong(name, _("A published rule does not state this: the ledger does."))
    if clean.setdefault("currency", currency) != currency:
        raise _wrong("currency", _("The rule counts in another currency than the pool."))
    try:
        rule = rule_with(clean, 0)
    except RuleError as error:
        raise _wrong(error.field, str(error.text)) from error
    if not rule.by_gift and rule.eligible.until is None:
        raise _wrong("eligible.until", _("Please say on which day the round ends."))
    _as_promises_come(rule)
    return clean


def rule_size_check(data: Mapping[str, Any]) -> None:
    """Refuse what nobody could read through before they vote, and numbers that no page could show.

    Raises InvalidInput (`rule`). Whoever compares or keeps what somebody sent asks this first.
    """
    try:
        large = any(number.bit_length() > MOST_BITS for number in _numbers(data, MOST_DEPTH))
        large = large or len(json.dumps(data, ensure_ascii=False).encode()) > MOST_BYTES
    except (TypeError, ValueError) as error:
        raise InvalidInput(_("This cannot be read as JSON."), field="rule") from error
    if large:
        raise InvalidInput(_("This rule is too long, or counts in too large numbers."), field="rule")


def _numbers(value: object, depth: int) -> Iterator[int]:
    """Yield every whole number. Raises ValueError for what goes deeper than any rule does."""
    if not depth:
        raise ValueError("too deep")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for each in inner:
        yield from _numbers(each, depth - 1)
    if isinstance(value, int):
        yield value


def _as_promises_come(rule: EngineRule) -> None:
    """Refuse what cannot be decided when a promise comes, or not be told from what the ledger shows."""
    if rule.when_dry != "first_come":
        raise _wrong("when_dry", _("Money is reserved as promises come: who comes first is matched first."))
    if getattr(rule, "village_first", False):
        raise _wrong("village_first", _("Say it in the project’s plan: there the village can be asked to pay first."))
    brackets = getattr(rule, "per", "") in ("donor", "donor_here")
    rates = [tier.rate for tier in getattr(rule, "tiers", ()) if brackets]
    if any(not before and after for before, after in pairwise(rates)):
        # Gifts that draw nothing leave no trace in the ledger, so nobody could count them.
        raise _wrong("tiers", _("A rate of nothing can only come last."))


@transaction.atomic
def rule_publish(
    *,
    pool_ref: str,
    custodian: Organisation,
    currency: str,
    name: str,
    data: Mapping[str, Any],
    amount_minor: int,
    proposal_ref: str,
    command: Command,
) -> tuple[RuleVersion, Entry]:
    """Publish a new rule and set `amount_minor` of the pool's free money aside for it; return it and the first entry.

    It comes after all rules that stand already. Raises InvalidInput, InsufficientFunds.
    """
    clean = rule_clean(data, currency)
    if not name.strip():
        raise InvalidInput(_("Please name the rule."), field="name")
    rule = _rule_last(pool_ref=pool_ref, custodian=custodian, currency=currency, name=name.strip()[:LONGEST_NAME])
    version = _version_make(rule, 1, clean, proposal_ref)
    return version, rule_budget_add(rule=rule, amount_minor=amount_minor, command=command)


@transaction.atomic
def rule_budget_add(*, rule: Rule, amount_minor: int, command: Command) -> Entry:
    """Set more of the pool's free money aside; return the entry.

    Raises RuleNotMet (`rule_ended`), InvalidInput (`amount`), InsufficientFunds.
    """
    locked = rule_lock(rule)
    if amount_minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    _published_check(locked)
    return post(command=command, drafts=budgeted_drafts(locked, amount_minor))[0]


@transaction.atomic
def rule_change(*, rule: Rule, data: Mapping[str, Any], proposal_ref: str) -> RuleVersion:
    """Publish another version, for what comes after; what was reserved before stays as it is.

    Its caps and donors are counted anew. A round cannot become a rule that works gift by gift, nor the other way.
    """
    locked = rule_lock(rule)
    _published_check(locked)
    clean = rule_clean(data, locked.currency)
    before = locked.versions.get(superseded_at=None)
    if not rule_with(clean, 0).by_gift or not rule_with(before.data, 0).by_gift:
        raise RuleNotMet(
            _("A round keeps its rule to the end. End this rule and publish another."), code="round_keeps_its_rule"
        )
    before.superseded_at = clock.now()
    before.save(update_fields=["superseded_at"])
    return _version_make(locked, before.number + 1, clean, proposal_ref)


@transaction.atomic
def rule_end(*, rule: Rule, command: Command) -> tuple[int, Entry | None]:
    """Match nothing more; what is not reserved is free again. Return how much (minor units), and the first entry.

    What is reserved waits for its gifts, is given or set free as they are; each time later money comes back to the
    pool by `rule_sweep`. Ending an ended rule does just that.
    """
    locked = rule_lock(rule)
    if locked.status != RuleStatus.ENDED:
        locked.status, locked.ended_at = RuleStatus.ENDED, clock.now()
        locked.save(update_fields=["status", "ended_at"])
    return rule_sweep(rule=locked, command=command)


@transaction.atomic
def rule_sweep(*, rule: Rule, command: Command) -> tuple[int, Entry | None]:
    """Give back to the pool what an ended rule still offers; return how much, and the first entry."""
    rest = rule_offered(rule)
    if rule.status != RuleStatus.ENDED or rest == 0:
        return 0, None
    return rest, post(command=command, drafts=unbudgeted_drafts(rule, rest))[0]


def rule_lock(rule: Rule) -> Rule:
    """Return the rule as it is now, locked until the transaction ends (after project and pledge, before balances)."""
    return Rule.objects.select_for_update(of=("self",), no_key=True).select_related("custodian").get(pk=rule.pk)


def rule_of(version: RuleVersion) -> EngineRule:
    """Return what computes this version, with the pool that the ledger holds for it now."""
    return rule_with(version.data, rule_offered(version.rule))


def _rule_last(**facts: Any) -> Rule:
    """Return a new rule behind all others; where another pool publishes one at the same moment, behind that one too."""
    for _n in range(MOST_AT_ONCE):
        last = Rule.objects.aggregate(last=Max("position"))["last"] or 0
        try:
            with transaction.atomic():
                return Rule.objects.create(position=last + 1, created_at=clock.now(), **facts)
        except IntegrityError:
            continue
    raise Conflict(_("Many rules are being published right now. Please try again."), code="busy")


def _version_make(rule: Rule, number: int, data: Mapping[str, Any], proposal_ref: str) -> RuleVersion:
    return RuleVersion.objects.create(
        rule=rule,
        number=number,
        data=data,
        digest=rule_digest(data),
        proposal_ref=proposal_ref,
        published_at=clock.now(),
    )


def _published_check(rule: Rule) -> None:
    if rule.status != RuleStatus.PUBLISHED:
        raise RuleNotMet(_("This rule has ended."), code="rule_ended")


def _wrong(inner: str, text: str) -> InvalidInput:
    return InvalidInput(text, field="rule", inner=inner)
