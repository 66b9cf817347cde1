"""What a promise would draw, before it is made: the engine's own answer, rule by rule. The confirmation decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q

from birge import clock, randomness
from birge.accounts.models import User
from birge.notifications.contacts import Contact
from birge_engine.matching import Gift
from birge_engine.matching.rounds import rule_with
from funds.matching.donors import identity_of
from funds.matching.models import RuleVersion
from funds.matching.services import Giver, rules_quote
from funds.pledges.models import Party, Pledge, PledgeContact
from funds.pledges.selectors import promised_minor
from funds.pledges.states import IN_LEDGER
from projects.works.models import Project

from .matched import pool_names
from .matching import match_facts
from .services.rounds import round_estimate, round_versions


@dataclass(frozen=True)
class Offer:
    """What a rule would add (minor units), or `why` not, or not more. A round only estimates, until its `last_day`.

    `when_paid`: it looks at money that has come, and sets nothing aside for a promise.
    """

    version: RuleVersion
    pool: str  # its name in the active language
    matched: int
    why: str
    estimate: bool = False
    when_paid: bool = False
    last_day: dt.date | None = None


def offers(
    *,
    project: Project,
    amount_minor: int,
    contact: Contact | None = None,
    donor: User | None = None,
    rounds: bool = True,
) -> list[Offer]:
    """Return what each rule that looks at this project would do for a promise of this size, in the rules' order.

    `contact` in its stored form and the account say whose it is. Without either it is somebody new's. A round is
    reckoned as a whole each time: without `rounds` they are left out.
    """
    facts = match_facts(project)
    giver = _giver(project, amount_minor, contact, donor)
    quotes = rules_quote(project=project, facts=facts, giver=giver)
    taken = max((quote.taken for quote in quotes), default=0)
    found = [
        Offer(
            version=quote.version,
            pool="",
            matched=quote.matched,
            why=quote.why,
            when_paid=rule_with(quote.version.data, 0).eligible.confirmed_only,
            last_day=_last_day(quote.version),
        )
        for quote in quotes
    ]
    if rounds:
        found += [_of_round(version, project, giver, taken) for version in round_versions(project)]
    names = pool_names(offer.version.rule.pool_ref for offer in found)
    named = [replace(each, pool=names.get(each.version.rule.pool_ref, each.version.rule.name)) for each in found]
    return sorted(named, key=lambda each: each.version.rule.position)


def address_proven(donor: User, contact: Contact) -> bool:
    """Say whether this address is one that the account has proven to be its own."""
    verified = EmailAddress.objects.filter(user=donor, verified=True)
    return contact.kind == PledgeContact.Kind.EMAIL and verified.filter(email__iexact=contact.value).exists()


def looks_at_persons(data: Mapping[str, Any]) -> bool:
    """Say whether a rule looks at what it did for the same person before."""
    caps = ("gifts_per_donor", "gifts_per_donor_here", "cap_per_donor")
    brackets = data.get("kind") == "tiers" and str(data.get("per", "")).startswith("donor")
    first_time = bool((data.get("eligible") or {}).get("first_time_donors"))
    return brackets or first_time or any(data.get(name) is not None for name in caps)


def _of_round(version: RuleVersion, project: Project, giver: Giver, taken: int) -> Offer:
    eligible = rule_with(version.data, 0).eligible
    gift = Gift(
        id=giver.group,
        project=project.public_id,
        donor=giver.identity,
        amount=giver.amount,
        at=giver.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
    )
    refused = eligible.gift_refusal(gift, giver.first_time)
    more, why = 0, f"not_eligible:{refused}" if refused else "full"
    if refused is None:
        with_it = round_estimate(version=version, project=project, giver=giver, taken=taken)
        more = max(0, with_it - round_estimate(version=version, project=project))
    return Offer(
        version=version,
        pool="",
        matched=more,
        why=why,
        estimate=refused is None,
        when_paid=eligible.confirmed_only,
        last_day=_last_day(version),
    )


def _giver(project: Project, amount: int, contact: Contact | None, donor: User | None) -> Giver:
    group = randomness.new_uuid().hex[:16]
    account = donor.public_id if donor is not None else ""
    return Giver(
        identity=identity_of(contact.value if contact else "", account, group),
        amount=amount,
        at=clock.now(),
        group=group,
        given=promised_minor(project, Party.DONORS),
        first_time=not _gave_before(contact, donor),
    )


def _gave_before(contact: Contact | None, donor: User | None) -> bool:
    """Say the same of a form as `gave_before` says of a promise."""
    same = Q(pk__in=[])
    if contact is not None:
        same |= Q(contact__value__iexact=contact.value)
    if donor is not None:
        same |= Q(donor=donor)
    return Pledge.objects.filter(same, status__in=IN_LEDGER).exists()


def _last_day(version: RuleVersion) -> dt.date | None:
    until = rule_with(version.data, 0).eligible.until
    return None if until is None else dt.date.fromisoformat(until)
