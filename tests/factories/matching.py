"""Rules of pools with money of their own: published as a decided proposal would publish them."""

from __future__ import annotations

import itertools
from typing import Any

from django.db import transaction

from birge.ids import new_public_id
from birge.organisations.models import Organisation
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Command
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.matching.models import Rule, RuleVersion
from funds.matching.services import rule_change, rule_end, rule_publish

_numbers = itertools.count(1)
ONE_TO_ONE = {"kind": "proportional", "rate": "1"}


def under_command() -> Command:
    """Open and finish a command of no one; call it inside a transaction."""
    opened = command_open(scope="test:matching", key=f"rule-{next(_numbers)}", request={})
    command_finish(opened.command, "done")
    return opened.command


@transaction.atomic
def pool_with(custodian: Organisation, amount: int, currency: str = "KGS") -> str:
    """Return the public id of a pool that holds so much free money (minor units)."""
    pool = new_public_id()
    bank = AccountKey(codes.bank(custodian.public_id), currency)
    held = AccountKey(codes.held_pool(custodian.public_id, pool), currency)
    legs = [Leg(bank, amount), Leg(held, -amount)]
    post(command=under_command(), drafts=[EntryDraft(kind=EntryKind.PAYMENT_RECEIVED, legs=legs)])
    return pool


@transaction.atomic
def published(
    custodian: Organisation, data: dict[str, Any] | None = None, *, amount: int = 10_000_00, pool: str = ""
) -> RuleVersion:
    """Return a rule with so much money set aside for it (minor units), of `pool` or of a new one."""
    version, _entry = rule_publish(
        pool_ref=pool or pool_with(custodian, amount),
        custodian=custodian,
        currency="KGS",
        name=f"Rule {next(_numbers)}",
        data=data or ONE_TO_ONE,
        amount_minor=amount,
        proposal_ref="proposal",
        command=under_command(),
    )
    return version


@transaction.atomic
def ended(rule: Rule) -> int:
    """End a rule; return what was free of its money."""
    freed, _entry = rule_end(rule=rule, command=under_command())
    return freed


def changed(rule: Rule, data: dict[str, Any]) -> RuleVersion:
    """Publish another version of a rule."""
    return rule_change(rule=rule, data=data, proposal_ref="another")


def free_of(version: RuleVersion) -> int:
    """Return what the rule's pool holds that is not set aside (minor units)."""
    rule = version.rule
    return balance(codes.held_pool(rule.custodian.public_id, rule.pool_ref), rule.currency)


def set_aside(version: RuleVersion) -> int:
    """Return what is held for the rule (minor units)."""
    rule = version.rule
    return balance(codes.held_rule(rule.custodian.public_id, rule.pool_ref, rule.public_id), rule.currency)
