"""Which promises to one project look like one payer's: each signal asks one question, and answers with promises.

A signal proves nothing. Families share a phone, and hostels an address: people decide.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from birge import clock
from birge.notifications.contacts import contact_root
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.pledges.models import Party, Pledge, PledgeContact
from funds.pledges.states import IN_LEDGER

from .models import CardMark, PledgeOrigin

DAYS = 3  # contacts that look alike, if their promises were made within so many days
HOURS = 6  # the same address and browser, within so many hours
MANY, FEW = 3, 2  # so many donors make a signal; where money itself tells, two are enough
NUMBER = re.compile(r"\d+")
Found = set[int]  # keys of pledges


def alike(pledge: Pledge) -> dict[str, Found]:
    """Return, signal by signal, the promises (this one among them) that look like one payer's."""
    found: dict[str, Found] = {}
    for code, least, ask in SIGNALS:
        keys = ask(pledge)
        if keys and _donors(keys | {pledge.pk}) >= least:
            found[code] = keys | {pledge.pk}
    return found


def candidates(pledge: Pledge) -> QuerySet[Pledge]:
    """Return the other promises of people to the same project that stand or were kept, of other groups."""
    others = Pledge.objects.filter(project_id=pledge.project_id, party=Party.DONORS, pool_ref="", status__in=IN_LEDGER)
    return others.exclude(group=pledge.group)


def _donors(keys: Iterable[int]) -> int:
    """Return how many donors these promises claim to be of: what is one donor's anyway is nothing to look at."""
    rows = Pledge.objects.filter(pk__in=list(keys)).values_list("contact__value", "donor_id", "group")
    return len({contact or (f"account {donor}" if donor else group) for contact, donor, group in rows})


def _lately(pledge: Pledge, **within: int) -> QuerySet[Pledge]:
    span = dt.timedelta(**within)
    return candidates(pledge).filter(made_at__gte=pledge.made_at - span, made_at__lte=pledge.made_at + span)


def _contact(pledge: Pledge) -> str:
    return PledgeContact.objects.filter(pledge=pledge).values_list("value", flat=True).first() or ""


def _phones(pledge: Pledge) -> Found:
    """Ask for numbers that differ in their last two digits only: bought together."""
    number = _contact(pledge)
    if not number.startswith("+"):
        return set()
    near = _lately(pledge, days=DAYS).filter(contact__kind="sms", contact__value__startswith=number[:-2])
    return {pk for pk, value in near.values_list("pk", "contact__value") if len(value) == len(number)}


def _mailboxes(pledge: Pledge) -> Found:
    """Ask for spellings of one mailbox, and addresses that differ in a number only."""
    address = _contact(pledge)
    name, at, host = contact_root(address).rpartition("@")
    stem = NUMBER.sub("", name)
    if not at or len(stem) < 3:
        return set()
    near = _lately(pledge, days=DAYS).filter(contact__kind="email")
    found = set()
    for pk, value in near.values_list("pk", "contact__value"):
        other, _at, elsewhere = contact_root(value).rpartition("@")
        if elsewhere == host and (other == name or (NUMBER.sub("", other) == stem and NUMBER.search(other + name))):
            found.add(pk)
    return found


def _origin(pledge: Pledge) -> Found:
    own = PledgeOrigin.objects.filter(pledge=pledge).exclude(address="").first()
    if own is None:
        return set()
    near = _lately(pledge, hours=HOURS).filter(origin__address=own.address, origin__agent=own.agent)
    return set(near.values_list("pk", flat=True))


def _cards(pledge: Pledge) -> Found:
    refs = Pledge.objects.filter(group=pledge.group).values("public_id")
    cards = CardMark.objects.filter(pledge_ref__in=refs, declined=False).exclude(card="").values("card")
    same = CardMark.objects.filter(card__in=cards, declined=False).values("pledge_ref")
    return set(candidates(pledge).filter(public_id__in=same).values_list("pk", flat=True))


def _bank(pledge: Pledge) -> Found:
    """Ask for the same sender at the bank, account and name: an account alone may be a money-transfer company's."""
    lines = BankLine.objects.filter(account__custodian_id=pledge.custodian_id, amount_minor__gt=0)
    lines = lines.exclude(other_account="").exclude(other_name="")
    senders = set(_of_group(lines, [pledge.group]).values_list("other_account", "other_name"))
    if not senders:
        return set()
    wanted = {(account, _name(name)) for account, name in senders}
    same = lines.filter(other_account__in=[account for account, _sender in senders])
    told = [
        (line.expected_ref, line.payment_ref) for line in same if (line.other_account, _name(line.other_name)) in wanted
    ]
    groups = {group for group, _ref in told if group}
    groups |= set(
        Payment.objects.filter(public_id__in=[ref for _g, ref in told if ref]).values_list("group", flat=True)
    )
    return set(candidates(pledge).filter(group__in=groups).values_list("pk", flat=True))


def _of_group(lines: QuerySet[BankLine], groups: list[str]) -> QuerySet[BankLine]:
    payments = Payment.objects.filter(group__in=groups).values("public_id")
    return lines.filter(expected_ref__in=groups) | lines.filter(payment_ref__in=payments)


def _name(text: str) -> str:
    return " ".join(text.casefold().split())


SIGNALS: list[tuple[str, int, Callable[[Pledge], Found]]] = [
    ("phones", MANY, _phones),
    ("mailboxes", MANY, _mailboxes),
    ("origin", MANY, _origin),
    ("card", FEW, _cards),
    ("bank_sender", FEW, _bank),
]


def lately_confirmed(days: int) -> QuerySet[Pledge]:
    """Return people's promises of the last days, and those for which money came in them."""
    since = clock.now() - dt.timedelta(days=days)
    paid = Payment.objects.filter(decided_at__gte=since).exclude(group="").values("group")
    people = Pledge.objects.filter(party=Party.DONORS, pool_ref="", status__in=IN_LEDGER)
    found = people.filter(confirmed_at__gte=since) | people.filter(group__in=paid)
    return found.select_related("project", "custodian", "donor").order_by("id")
