"""Pools: seven women of Toolos collect, vote three of five and match a kindergarten; a matching donor runs rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.money import Money
from birge.notifications.services import Contact
from birge.organisations.models import DecidedHow, Organisation, Role
from birge.organisations.services import member_admit, terms_approve, terms_ask
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pools.models import Pool, Proposal
from funds.pools.services import gift_announce, pool_open, proposal_make, standing_start
from funds.pools.tokens import pool_gift_token
from funds.settlement.services import (
    ballot_cast_and_book,
    pool_cash_bank,
    pool_cash_confirm_by_payer,
    pool_cash_record,
    pool_payment_record,
)
from projects.works.models import Project

from .people import proof_of
from .timeline import Story
from .world import Custodian, World, data_read, seat

CURRENCY = "KGS"
WORDS: dict[str, Any] = data_read("pools.toml")


def association(world: World) -> Story:
    """Let the women of Toolos agree on terms, collect, decide three of five, and match a kindergarten."""
    words, community = WORDS["association"], world.communities["toolos"]
    chair, treasurer = community.people[Role.CHAIR], community.people[Role.TREASURER]
    signers = [community.people[Role.SIGNATORY], treasurer]
    yield world.moment(240, 10)
    for number, name in enumerate(words["signatories"], start=2):
        signer = world.person(name, f"signatory-{number}@toolos.example")
        seat(world, community.association, Role.SIGNATORY, signer, number=number)
        signers.append(signer)
    members = [world.person(name, f"member-{n}@toolos.example") for n, name in enumerate(words["members"], start=1)]
    for member in members:
        member_admit(organisation=community.association, person=member, actor=chair)
    yield world.moment(238, 18)
    agree(community.association, chair, signers[0], words, threshold=20_000, below=1, above=3)
    yield world.moment(236, 18)
    pool = open_pool(community.association, community.custodian, chair, words)
    for number, person in enumerate([chair, *signers, *members]):
        yield world.moment(230 - 3 * number, 17, 5)
        pay_in(pool, community.custodian, person, som=6_000 + 1_500 * number, number=f"{number}")
    yield world.moment(200, 16)
    take_cash(world, pool, treasurer, som=4_500)
    standing_start(pool=pool, actor=members[0], amount_minor=500_00, day=5, language="ky")
    standing_start(pool=pool, actor=signers[2], amount_minor=1_000_00, day=20, language="ky")
    yield world.moment(60, 15)
    proposal = propose(pool, members[0], words["match"], kind="match", som=45_000)
    yield from decided(world, proposal, signers[1:], first=59)
    yield world.moment(33, 17)
    bank_cash(pool, community.custodian, som=4_500)
    yield world.moment(24, 19)
    project = Project.objects.get(title_ru=words["give"]["project"])
    proposal = propose(pool, treasurer, words["give"], kind="give", som=5_000, project=project)
    yield from decided(world, proposal, signers[:1], first=23)
    yield world.moment(12, 16)
    take_cash(world, pool, treasurer, som=2_400, number=2, kept="wallet")  # and there it stays: red after a week
    yield world.moment(2, 18)
    proposal = propose(pool, chair, words["waiting"], kind="give", som=3_000, project=project)


def matching_donor(world: World) -> Story:
    """Let the matching donor's two managers fill a pool, publish a rule for water, bridges and clinics, and a round."""
    words, organisation, manager = WORDS["donor"], world.donor, world.manager
    custodian = world.custodians["south"]
    if organisation is None or manager is None:
        raise ValueError("nobody has founded the matching donor")
    yield world.moment(120, 9)
    second = world.person(words["second"], "second.manager@donor.example", "ru")
    seat(world, organisation, Role.DONOR_MANAGER, second, number=2)
    agree(organisation, manager, second, words, threshold=0, below=1, above=1)
    pool = open_pool(organisation, custodian, manager, words, budget=600_000)
    yield world.moment(110, 9)
    pay_in(pool, custodian, manager, som=400_000, number="donor")
    yield world.moment(50, 9)
    proposal = propose(pool, manager, words["rule"], kind="match", som=150_000)
    yield from decided(world, proposal, [second], first=49)
    yield world.moment(45, 9)
    until = {"until": (world.moment(0) + dt.timedelta(days=12)).date().isoformat()}
    data = words["round"]["data"] | {"eligible": words["round"]["data"].get("eligible", {}) | until}
    proposal = propose(pool, second, words["round"], kind="match", som=40_000, data=data)
    yield from decided(world, proposal, [manager], first=44)


def agree(
    organisation: Organisation,
    leader: User,
    other: User,
    words: Mapping[str, Any],
    *,
    threshold: int,
    below: int,
    above: int,
) -> None:
    """Let the terms of reference be written by one and agreed to by another (threshold in som)."""
    asked = terms_ask(
        organisation=organisation,
        actor=leader,
        text=words["terms"],
        language=words["language"],
        how=DecidedHow.SIGNATURES,
        threshold_minor=threshold * 100,
        currency=CURRENCY,
        needed_below=below,
        needed_above=above,
    )
    terms_approve(terms=asked, actor=other, proof=proof_of(other))


def open_pool(
    organisation: Organisation, custodian: Custodian, actor: User, words: Mapping[str, Any], budget: int | None = None
) -> Pool:
    """Open a pool with its names in three languages (budget in som)."""
    return pool_open(
        organisation=organisation,
        custodian=custodian.organisation,
        actor=actor,
        currency=CURRENCY,
        purpose=words["purpose"],
        budget_minor=None if budget is None else budget * 100,
        **{f"name_{language}": words["names"][language] for language in ("ky", "ru", "en")},
    )


def pay_in(pool: Pool, custodian: Custodian, person: User, *, som: int, number: str) -> Payment:
    """Let a member announce a gift and send it to the bank; two officers write it down and confirm it."""
    amount, scope = Money(som * 100, CURRENCY), f"user:{person.public_id}"
    announced = gift_announce(
        pool=pool,
        amount=amount,
        actor=person,
        contact=None,
        language="ky",
        idempotency=(scope, f"pool-{number}"),
        credit_line=str(person) if int(amount.minor) % 2_000_00 == 0 else "",
    )
    first, second = custodian.officers[:2]
    payment = pool_payment_record(
        gift=announced,
        kind="transfer",
        amount=amount,
        received_on=clock.today(),
        actor=first,
        idempotency=(f"user:{first.public_id}", f"pool-{pool.public_id}-{number}"),
        reference=f"POOL-{number}",
    )
    return payment_confirm(payment=payment, actor=second, proof=proof_of(second))


def bank_cash(pool: Pool, custodian: Custodian, *, som: int) -> None:
    """Let the treasurer's cash come to the bank; an officer books it."""
    officer = custodian.officers[0]
    pool_cash_bank(
        pool=pool,
        amount=Money(som * 100, CURRENCY),
        actor=officer,
        bank_reference="БК-1",
        proof=proof_of(officer),
        idempotency=(f"user:{officer.public_id}", f"bank-{pool.public_id}"),
    )


def take_cash(world: World, pool: Pool, treasurer: User, *, som: int, number: int = 1, kept: str = "hand") -> Payment:
    """Let the treasurer take cash from a giver, who says by her link that she gave it."""
    giver = world.givers["aigul"]
    payment = pool_cash_record(
        pool=pool,
        amount=Money(som * 100, CURRENCY),
        received_on=clock.today(),
        actor=treasurer,
        contact=Contact("email", giver.email or ""),
        idempotency=(f"user:{treasurer.public_id}", f"cash-{number}"),
        reference=f"К-{number}",
        kept=kept,
        language="ky",
    )
    gift = pool.gifts.get(public_id=payment.group)
    return pool_cash_confirm_by_payer(payment=payment, token=pool_gift_token(gift))


def propose(
    pool: Pool,
    actor: User,
    words: Mapping[str, Any],
    *,
    kind: str,
    som: int,
    project: Project | None = None,
    data: Mapping[str, Any] | None = None,
) -> Proposal:
    """Let somebody propose what is to become of so many som."""
    return proposal_make(
        pool=pool,
        kind=kind,
        actor=actor,
        reason=words["reason"],
        amount=Money(som * 100, CURRENCY),
        project=project,
        rule_data=data or words.get("data"),
        name=words.get("name", ""),
        idempotency=(f"user:{actor.public_id}", f"{kind}-{clock.today()}"),
    )


def decided(world: World, proposal: Proposal, people: Sequence[User], *, first: int) -> Story:
    """Let each of these people agree, a few hours after one another; the last one's yes books it."""
    for number, person in enumerate(people):
        yield world.moment(first, 12 + number, 20)
        fresh = Proposal.objects.get(pk=proposal.pk)
        ballot_cast_and_book(proposal=fresh, actor=person, yes=True, digest=fresh.digest, proof=proof_of(person))
