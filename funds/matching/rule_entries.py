"""What the rules of pools write into the books: money set aside, offered, reserved, given and taken back."""

from __future__ import annotations

from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from projects.works.models import Project

from .models import Given, Reservation, Rule, RuleVersion, Run

RULE_TEXT, RUN_REPORT = "matching-rule", "match-run"  # types of documents: the hash is that of their published bytes


def budgeted_drafts(rule: Rule, amount: int) -> list[EntryDraft]:
    """Return what sets money of the pool aside for the rule, and offers it (minor units)."""
    return [
        EntryDraft(kind=EntryKind.MATCH_BUDGETED, legs=[_free(rule, amount), _held(rule, -amount)]),
        offered_draft(rule, amount),
    ]


def unbudgeted_drafts(rule: Rule, amount: int) -> list[EntryDraft]:
    """Return what ends the offer of money that nothing is reserved of, and lets it go back to the pool."""
    return [
        EntryDraft(kind=EntryKind.PLEDGE_RELEASED, legs=[_leg(rule, "promisor", amount), _leg(rule, "pool", -amount)]),
        EntryDraft(kind=EntryKind.MATCH_UNBUDGETED, legs=[_held(rule, amount), _free(rule, -amount)]),
    ]


def offered_draft(rule: Rule, amount: int, group: str = "") -> EntryDraft:
    """Return the offer of money that is held for the rule."""
    return EntryDraft(
        kind=EntryKind.MATCH_OFFERED,
        legs=[_leg(rule, "pool", amount), _leg(rule, "promisor", -amount)],
        group=group,
    )


def reserved_draft(version: RuleVersion, amount: int, *, group: str, tag: str) -> EntryDraft:
    """Return a reservation by a rule. The offer is guarded: the ledger refuses what is not left of it.

    It carries the hash of the rule's text, so that nobody can give it another one afterwards.
    """
    return EntryDraft(
        kind=EntryKind.MATCH_RESERVED,
        legs=[_leg(version.rule, "reserved", amount), _leg(version.rule, "pool", -amount)],
        group=group,
        rule=version.ref,
        tag=tag or None,
        documents=[(version.digest, RULE_TEXT)],
    )


def unreserved_draft(reservation: Reservation) -> EntryDraft:
    """Return the mirror of a reservation: its money is offered again."""
    rule, amount = _version(reservation).rule, reservation.amount_minor
    return EntryDraft(
        kind=EntryKind.MATCH_UNRESERVED,
        legs=[_leg(rule, "reserved", -amount), _leg(rule, "pool", amount)],
        resolves=reservation.entry_id,
        group=reservation.group,
    )


def given_drafts(reservation: Reservation) -> list[EntryDraft]:
    """Return what moves reserved money to the project, and the end of the reservation."""
    version, amount = _version(reservation), reservation.amount_minor
    return [
        EntryDraft(
            kind=EntryKind.MATCH_ALLOCATED,
            legs=[_held(version.rule, amount), _project(reservation.project, -amount)],
            group=reservation.group,
            rule=version.ref,
            tag=reservation.donor.tag if reservation.donor else None,
        ),
        EntryDraft(
            kind=EntryKind.PLEDGE_MET,
            legs=[_leg(version.rule, "reserved", -amount), _leg(version.rule, "promisor", amount)],
            resolves=reservation.entry_id,
            group=reservation.group,
        ),
    ]


def run_drafts(run: Run, project: Project, amount: int) -> list[EntryDraft]:
    """Return what a settled round gives to one project; the entry carries the hash of the run's report."""
    rule = run.version.rule
    return [
        EntryDraft(
            kind=EntryKind.MATCH_ALLOCATED,
            legs=[_held(rule, amount), _project(project, -amount)],
            group=run.public_id,
            rule=run.version.ref,
            documents=[(run.digest, RUN_REPORT)],
        ),
        EntryDraft(
            kind=EntryKind.PLEDGE_MET,
            legs=[_leg(rule, "pool", -amount), _leg(rule, "promisor", amount)],
            group=run.public_id,
        ),
    ]


def returned_drafts(given: Given, amount: int) -> list[EntryDraft]:
    """Return what takes a given match back (at most as much), in the group of its gift, and offers it again."""
    rule = given.version.rule
    return [
        EntryDraft(
            kind=EntryKind.MATCH_REVERSED,
            legs=[_project(given.project, amount), _held(rule, -amount)],
            resolves=given.entry_id,
            group=given.group,
        ),
        offered_draft(rule, amount, given.group),
    ]


def _version(reservation: Reservation) -> RuleVersion:
    if reservation.version is None:
        raise ValueError("the village's share has no version of a rule")
    return reservation.version


def _leg(rule: Rule, account: str, amount: int) -> Leg:
    build = {"pool": codes.rule_pool, "reserved": codes.rule_reserved, "promisor": codes.rule_promisor}[account]
    code = build(rule.custodian.public_id, rule.pool_ref, rule.public_id)
    return Leg(account=AccountKey(code=code, currency=rule.currency), amount=amount)


def _held(rule: Rule, amount: int) -> Leg:
    code = codes.held_rule(rule.custodian.public_id, rule.pool_ref, rule.public_id)
    return Leg(account=AccountKey(code=code, currency=rule.currency), amount=amount)


def _free(rule: Rule, amount: int) -> Leg:
    code = codes.held_pool(rule.custodian.public_id, rule.pool_ref)
    return Leg(account=AccountKey(code=code, currency=rule.currency), amount=amount)


def _project(project: Project, amount: int) -> Leg:
    if project.custodian is None:
        raise ValueError(f"project {project.public_id} has no custodian yet")
    code = codes.held_project(project.custodian.public_id, project.public_id)
    return Leg(account=AccountKey(code=code, currency=project.currency), amount=amount)
