"""Which awaited payment a bank line may be. By its reference it is sure; all else is a suggestion with its reasons."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from birge.names import name_parts

from .reading import StatementLine
from .references import references_in

MATCHED, SUGGESTED, UNIDENTIFIED = "matched", "suggested", "unidentified"
MOST_CANDIDATES = 5
_POINTS = {"reference": 8, "amount": 3, "name": 3, "phone": 3, "day": 1}
_PHONE = re.compile(r"\d(?:[\s\-().]{0,2}\d){3,14}")


@dataclass(frozen=True, slots=True)
class Expected:
    """A payment somebody promised: `ref` is ours, `reference` is what the payer was told to write."""

    ref: str
    amount_minor: int
    currency: str
    first_day: dt.date
    last_day: dt.date
    reference: str = ""
    name: str = ""
    phone_digits: str = ""  # the last four


@dataclass(frozen=True, slots=True)
class Candidate:
    """An awaited payment that a line may be, and why: reference, amount, day, name, phone."""

    ref: str
    reasons: tuple[str, ...]

    @property
    def points(self) -> int:
        """Return how strong the reasons are."""
        return sum(_POINTS[reason] for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is thought of one line. *matched* has one candidate, *suggested* some, *unidentified* none."""

    line: StatementLine
    status: str
    candidates: tuple[Candidate, ...] = ()
    references: tuple[str, ...] = ()  # all that stand in its text, ours or not


def suggest(lines: Iterable[StatementLine], expected: Sequence[Expected]) -> list[Suggestion]:
    """Return one suggestion for each line that brought money, in their order. Nothing is booked by it."""
    book = _Book(expected)
    return [book.look(line) for line in lines if line.amount_minor > 0 and line.booked]


class _Book:
    """The awaited payments, so kept that a line need not be held against each of them."""

    def __init__(self, expected: Sequence[Expected]) -> None:
        self.by_reference: dict[tuple[str, str], list[Expected]] = defaultdict(list)
        self.by_amount: dict[tuple[str, int], list[Expected]] = defaultdict(list)
        self.by_phone: dict[tuple[str, str], list[Expected]] = defaultdict(list)
        for each in expected:
            for reference in references_in(each.reference):
                self.by_reference[each.currency, reference].append(each)
            self.by_amount[each.currency, each.amount_minor].append(each)
            if len(each.phone_digits) >= 4:
                self.by_phone[each.currency, each.phone_digits[-4:]].append(each)
        self.names = {each.ref: name_parts(each.name) for each in expected}

    def look(self, line: StatementLine) -> Suggestion:
        written = f"{line.text}\n{line.number}\n{line.other_name}\n{line.reference}"
        references = tuple(references_in(written))
        named = {
            each.ref: each for reference in references for each in self.by_reference.get((line.currency, reference), ())
        }
        phones = {re.sub(r"\D", "", found)[-4:] for found in _PHONE.findall(f"{line.text} {line.other_name}")}
        names = name_parts(f"{line.other_name} {line.text}")
        if len(named) == 1:
            only = next(iter(named.values()))
            reasons = ("reference", *self._reasons(line, only, phones, names))
            return Suggestion(line, MATCHED, (Candidate(only.ref, reasons),), references)
        near = named or {
            each.ref: each
            for each in (
                *self.by_amount.get((line.currency, line.amount_minor), ()),
                *(found for phone in phones for found in self.by_phone.get((line.currency, phone), ())),
            )
        }
        candidates = []
        for each in near.values():
            reasons = self._reasons(line, each, phones, names)
            if named:
                candidates.append(Candidate(each.ref, ("reference", *reasons)))
            elif {"amount", "day"} <= set(reasons) or {"name", "phone"} <= set(reasons):
                candidates.append(Candidate(each.ref, reasons))
        candidates.sort(key=lambda each: (-each.points, each.ref))
        status = SUGGESTED if candidates else UNIDENTIFIED
        return Suggestion(line, status, tuple(candidates[:MOST_CANDIDATES]), references)

    def _reasons(self, line: StatementLine, each: Expected, phones: set[str], names: set[str]) -> tuple[str, ...]:
        holds = {
            "amount": line.amount_minor == each.amount_minor,
            "day": each.first_day <= line.day <= each.last_day,
            "name": bool(self.names[each.ref] & names),
            "phone": len(each.phone_digits) >= 4 and each.phone_digits[-4:] in phones,
        }
        return tuple(reason for reason, true in holds.items() if true)
