"""Associations, their pools, what is paid into them and what they decide: made through the services, as in life."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.money import Money
from birge.organisations.models import Organisation, RequestStatus, Role, TermsOfReference
from funds.payments.models import Payment, PaymentMethod
from funds.payments.services import payment_confirm
from funds.pools.models import Pool, PoolGift, Proposal
from funds.pools.services import ballot_cast, gift_announce, pool_open, proposal_make
from funds.settlement.services import (
    ballot_cast_and_book,
    pool_cash_bank,
    pool_cash_confirm,
    pool_cash_record,
    pool_payment_record,
    proposal_book,
)
from projects.works.models import Project
from tests.factories.funds import VillageProject, contact, factor, officer_of, open_village_project, organisation

_numbers = itertools.count(1)
THRESHOLD = 1_000_00
RULE = {"kind": "proportional", "rate": "1"}  # som for som


@dataclass
class Association:
    """Seven people: five who sign (chair, treasurer, three signatories) and two members who do not."""

    organisation: Organisation
    chair: User
    treasurer: User
    signatories: list[User]
    members: list[User]

    @property
    def signers(self) -> list[User]:
        """Return the five who sign."""
        return [self.chair, self.treasurer, *self.signatories]


@dataclass
class PoolWorld:
    """A pool with those who decide on it and those who hold its money."""

    pool: Pool
    association: Association
    custodian: Organisation
    officer: User
    second_officer: User


def terms_for(where: Organisation, asked_by: User, decided_by: User, **changes: Any) -> TermsOfReference:
    """Return terms of reference in force: two yes up to 1 000 som, three above it, unless told otherwise."""
    facts = {
        "version": where.terms_of_reference.count() + 1,
        "text": "We decide together.",
        "language": "en",
        "threshold_minor": THRESHOLD,
        "needed_below": 2,
        "needed_above": 3,
        "status": RequestStatus.APPROVED,
        "asked_by": asked_by,
        "decided_by": decided_by,
        "decided_at": clock.now(),
    }
    return TermsOfReference.objects.create(organisation=where, **(facts | changes))


def association_of_seven(where: Organisation | None = None, **terms: Any) -> Association:
    """Return an association of seven with five signers, and terms of reference (see `terms_for`)."""
    where = where or organisation("migrant_association")
    made = Association(
        organisation=where,
        chair=officer_of(where, Role.CHAIR),
        treasurer=officer_of(where, Role.TREASURER, seat=7),
        signatories=[officer_of(where, Role.SIGNATORY, seat=seat) for seat in (7, 8, 9)],
        members=[officer_of(where, Role.MEMBER, seat=seat) for seat in (1, 2)],
    )
    terms_for(where, made.chair, made.treasurer, **terms)
    return made


def pool_of(
    association: Association | None = None,
    *,
    village: VillageProject | None = None,
    beside: PoolWorld | None = None,
    terms: dict[str, Any] | None = None,
    **changes: Any,
) -> PoolWorld:
    """Return an empty pool of an association of seven: with a custodian of its own, that of a project, or another's."""
    association = association or association_of_seven(**(terms or {}))
    keeper: Any = village or beside
    custodian = keeper.custodian if keeper else organisation("custodian")
    if keeper is None:
        PaymentMethod.objects.create(
            custodian=custodian,
            kind="transfer",
            valid_from=clock.today() - dt.timedelta(days=1),
            details={"holder": "Fund", "account": "1280016000000000"},
        )
    request = {
        "organisation": association.organisation,
        "custodian": custodian,
        "actor": association.chair,
        "currency": "KGS",
        "name_ru": f"Общий фонд {next(_numbers)}",
    }
    return PoolWorld(
        pool=pool_open(**(request | changes)),
        association=association,
        custodian=custodian,
        officer=keeper.officer if keeper else officer_of(custodian, Role.CUSTODIAN_OFFICER),
        second_officer=keeper.second_officer if keeper else officer_of(custodian, Role.CUSTODIAN_OFFICER, seat=2),
    )


def pool_with_money(amount: int = 5_000_00, **changes: Any) -> PoolWorld:
    """Return a pool into which so much was paid (minor units), at its custodian's bank."""
    world = pool_of(**changes)
    paid_in(world, amount)
    return world


def pool_and_village(amount: int = 5_000_00, *, terms: dict[str, Any] | None = None, **plan: Any) -> Any:
    """Return a pool with money and an open project that the same custodian keeps: (PoolWorld, VillageProject)."""
    village = open_village_project(**plan)
    return pool_with_money(amount, village=village, terms=terms), village


def announced(world: PoolWorld, amount: int = 500_00, /, **changes: Any) -> PoolGift:
    """Return a gift that somebody announced: by e-mail, without an account."""
    request = {
        "pool": world.pool,
        "amount": Money(amount, world.pool.currency),
        "actor": None,
        "contact": contact(),
        "language": "en",
        "idempotency": ("guest:test", f"gift-{next(_numbers)}"),
    }
    return gift_announce(**(request | changes))


def recorded(world: PoolWorld, gift: PoolGift, minor: int | None = None, /, **changes: Any) -> Payment:
    """Let the custodian's officer write down a transfer for this gift."""
    n = next(_numbers)
    request = {
        "gift": gift,
        "kind": "transfer",
        "amount": Money(minor or gift.amount_minor, gift.currency),
        "received_on": clock.today(),
        "reference": f"PG-{n}",
        "actor": world.officer,
        "idempotency": ("user:test", f"pool-payment-{n}"),
    }
    return pool_payment_record(**(request | changes))


def paid_in(world: PoolWorld, amount: int = 500_00, /, *, gift: PoolGift | None = None, **changes: Any) -> Payment:
    """Let money arrive in the pool by a transfer, confirmed by the second officer."""
    payment = recorded(world, gift or announced(world, amount, **changes), amount)
    return payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def cash_recorded(world: PoolWorld, amount: int = 300_00, /, **changes: Any) -> Payment:
    """Let the treasurer write down cash."""
    n = next(_numbers)
    request = {
        "pool": world.pool,
        "amount": Money(amount, world.pool.currency),
        "received_on": clock.today(),
        "actor": world.association.treasurer,
        "contact": contact(),
        "reference": f"SLIP-{n}",
        "language": "en",
        "idempotency": ("user:test", f"cash-{n}"),
    }
    return pool_cash_record(**(request | changes))


def cash_in(world: PoolWorld, amount: int = 300_00, /, **changes: Any) -> Payment:
    """Let cash be given to the treasurer, confirmed by the chair."""
    chair = world.association.chair
    return pool_cash_confirm(payment=cash_recorded(world, amount, **changes), actor=chair, proof=factor(chair))


def banked(world: PoolWorld, amount: int, /, **changes: Any) -> Any:
    """Let the treasurer's cash be taken to the bank."""
    n = next(_numbers)
    request = {
        "pool": world.pool,
        "amount": Money(amount, world.pool.currency),
        "actor": world.officer,
        "bank_reference": f"CB-{n}",
        "bank_line": None,
        "proof": factor(changes.get("actor", world.officer)),
        "idempotency": ("user:test", f"bank-{n}"),
    }
    return pool_cash_bank(**(request | changes))


def proposed(world: PoolWorld, amount: int | None = 800_00, /, *, kind: str = "give", **changes: Any) -> Proposal:
    """Return a proposal by one of the members (who does not sign)."""
    request = {
        "pool": world.pool,
        "kind": kind,
        "actor": world.association.members[0],
        "reason": "The street is dark.",
        "amount": Money(amount, world.pool.currency) if amount else None,
        "idempotency": ("user:test", f"proposal-{next(_numbers)}"),
    }
    return proposal_make(**(request | changes))


def giving(world: PoolWorld, project: Project, amount: int = 800_00, /, **changes: Any) -> Proposal:
    """Return a proposal to give so much to a project."""
    return proposed(world, amount, project=project, **changes)


def matching(world: PoolWorld, amount: int = 800_00, /, **changes: Any) -> Proposal:
    """Return a proposal to match donors som for som with so much."""
    return proposed(world, amount, kind="match", **({"rule_data": dict(RULE), "name": "Som for som"} | changes))


def answer(proposal: Proposal, who: User, *, yes: bool = True, book: bool = False, **changes: Any) -> Proposal:
    """Let this person say yes, or no; `book`: where the yes decides it books at once."""
    cast = ballot_cast_and_book if book else ballot_cast
    request = {"proposal": proposal, "actor": who, "yes": yes, "digest": proposal.digest, "proof": factor(who)}
    return cast(**(request | ({} if yes else {"reason": "Not now."}) | changes))


def deciding(world: PoolWorld, proposal: Proposal) -> list[User]:
    """Return who can decide on it, without its author."""
    everyone = world.association.signers if proposal.how == "signatures" else [
        *world.association.signers, *world.association.members
    ]  # fmt: skip
    return [each for each in everyone if each.pk != proposal.made_by_id]


def approved(world: PoolWorld, proposal: Proposal) -> Proposal:
    """Let as many say yes as it needs."""
    for who in deciding(world, proposal)[: proposal.needed]:
        proposal = answer(proposal, who)
    return proposal


def booked(world: PoolWorld, proposal: Proposal) -> Proposal:
    """Let it be approved and booked by somebody who signs."""
    return book(world, approved(world, proposal))


def book(world: PoolWorld, proposal: Proposal, by: User | None = None) -> Proposal:
    """Let somebody who signs book it."""
    by = by or next(each for each in world.association.signers if each.pk != proposal.made_by_id)
    return proposal_book(proposal=proposal, actor=by, proof=factor(by))


def gave(amount: int = 800_00, **plan: Any) -> Any:
    """Return a pool that gave so much to an open project: (PoolWorld, VillageProject, Proposal)."""
    world, village = pool_and_village(**plan)
    return world, village, booked(world, giving(world, village.project, amount))
