"""Whether the books know such an entry, by itself and beside the one that it ends or undoes: data in, words out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import codes
from .books import ACCOUNT_TYPES, GIFTS, MOVED_BACK, OPENS, SHAPES, Book, Kind, Part
from .leaf import LARGEST


@dataclass(frozen=True, order=True)
class AccountKey:
    """An account is its code and its currency; it comes into being with its first posting."""

    code: str
    currency: str


@dataclass(frozen=True)
class Leg:
    """One side of an entry: signed minor units, debit positive."""

    account: AccountKey
    amount: int


@dataclass(frozen=True)
class Written:
    """What the rules need to know of an entry that stands in the books already."""

    kind: str
    legs: Sequence[Leg]


def book_of(legs: Sequence[Leg]) -> Book:
    """Return the book the first account belongs to; `shape_faults` says if another belongs elsewhere."""
    return codes.account_type(legs[0].account.code).book


def mirror(legs: Sequence[Leg]) -> list[Leg]:
    """Return the legs that undo these, in the same order."""
    return [Leg(leg.account, -leg.amount) for leg in legs]


def shape_faults(kind: str, legs: Sequence[Leg]) -> Iterator[str]:
    """Say what is wrong with the legs themselves: their sums, their book, and the shape of the kind."""
    if len(legs) < 2 or any(type(leg.amount) is not int or not 0 < abs(leg.amount) <= LARGEST for leg in legs):
        yield "needs at least two legs, whole numbers that are not zero nor larger than a leaf can hold"
        return
    try:
        parsed = [codes.parse(leg.account.code) for leg in legs]
    except ValueError as error:
        yield str(error)
        return
    if any(_sums(legs).values()):
        yield f"does not balance: {_sums(legs)}"
    if len({ACCOUNT_TYPES[code.type].book for code in parsed}) != 1:
        yield "lives in more than one book"
    shape = SHAPES.get(kind)
    if shape is None:  # a correction has the shape of what it corrects
        return
    if shape.book != book_of(legs):
        yield f"belongs into the book {shape.book}"
    yield from _part_faults(shape.parts, legs)
    if len({code.purpose_ref for code in parsed} - {""}) > shape.purposes:
        yield f"names more than {shape.purposes} purposes"
    if len({code.custodian for code in parsed} - {""}) > shape.custodians:
        yield f"names more than {shape.custodians} custodians: they are never netted against each other"


def link_faults(kind: str, legs: Sequence[Leg], resolved: Written | None, reversed_: Written | None) -> Iterator[str]:
    """Say what is wrong between an entry and the one it ends (`resolved`) or undoes (`reversed_`)."""
    if kind == Kind.ENTRY_REVERSED:
        yield from _reversal_faults(legs, resolved, reversed_)
        return
    if reversed_ is not None:
        yield "only a correction reverses"
    shape = SHAPES[kind]
    if resolved is None and shape.must:
        yield "has to name what it ends"
    if resolved is not None and resolved.kind not in shape.resolves:
        yield f"cannot end an entry of the kind {resolved.kind}"
        return
    opened = mirror(resolved.legs) if resolved is not None and resolved.kind in OPENS else []
    if kind not in OPENS and _opened(legs) != _opened(opened):
        yield "has to take back exactly what the entry that it names has opened"
    if resolved is not None and resolved.kind in GIFTS and not _back(legs) <= _came(resolved.legs):
        yield "gives back more than came"
    if resolved is not None and kind in MOVED_BACK and not _within(mirror(legs), resolved.legs):
        yield "has to lead back between the same accounts, and no more than went"


def _reversal_faults(legs: Sequence[Leg], resolved: Written | None, reversed_: Written | None) -> Iterator[str]:
    if resolved is not None:
        yield "a correction ends nothing"
    if reversed_ is None:
        yield "a correction names what it reverses"
    elif reversed_.kind == Kind.ENTRY_REVERSED:
        yield "a correction is not corrected: post anew what was right"
    elif Counter(legs) != Counter(mirror(reversed_.legs)):
        yield "is not the mirror of what it reverses"


def _part_faults(parts: Sequence[Part], legs: Sequence[Leg]) -> Iterator[str]:
    of_part: dict[Part, list[Leg]] = {part: [] for part in parts}
    for leg in legs:
        name, debit = codes.parse(leg.account.code).type, leg.amount > 0
        part = next((part for part in parts if name in (part.debit if debit else part.credit)), None)
        if part is None:
            yield f"may not {'debit' if debit else 'credit'} {name}"
            return
        of_part[part].append(leg)
    if any(any(_sums(its_legs).values()) for its_legs in of_part.values()):
        yield "each of its parts has to balance by itself"


def _sums(legs: Sequence[Leg]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for leg in legs:
        sums[leg.account.currency] = sums.get(leg.account.currency, 0) + leg.amount
    return sums


def _opened(legs: Sequence[Leg]) -> dict[AccountKey, int]:
    """Sum the legs on accounts on which something is opened and ended."""
    sums: Counter[AccountKey] = Counter()
    for leg in legs:
        if codes.parse(leg.account.code).type in OPENS.values():
            sums[leg.account] += leg.amount
    return {account: amount for account, amount in sums.items() if amount}


def _came(legs: Sequence[Leg]) -> Counter[str]:
    """Sum what came to a purpose, by currency."""
    held = [leg for leg in legs if codes.parse(leg.account.code).type == "held"]
    return +_by_currency(Leg(leg.account, -leg.amount) for leg in held)  # of an exchange only what it led to


def _back(legs: Sequence[Leg]) -> Counter[str]:
    """Sum what leaves the custodian's accounts, by currency."""
    return _by_currency(Leg(leg.account, -leg.amount) for leg in legs if codes.account_type(leg.account.code).asset)


def _within(legs: Sequence[Leg], went: Sequence[Leg]) -> bool:
    """Say whether these legs stand on the same accounts and sides as those that went, with no larger amounts."""
    most = {(leg.account, leg.amount > 0): abs(leg.amount) for leg in went}
    return len(legs) == len(went) == len(most) and all(
        abs(leg.amount) <= most.get((leg.account, leg.amount > 0), 0) for leg in legs
    )


def _by_currency(legs: Iterator[Leg]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for leg in legs:
        sums[leg.account.currency] += leg.amount
    return sums
