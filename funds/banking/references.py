"""The short reference a payer writes with a transfer: `AK7-4821-6`. It survives handwriting, voice and keyboards.

Its letters look the same in Latin and in Cyrillic. The last sign checks all others as ISBN-10 does: each place has a
weight of its own modulo eleven, so one wrong sign, and any two that changed places, never give another reference.
"""

from __future__ import annotations

import re

LETTERS = "ABCEHKMPTX"  # no O, which would be read as nought
MOST = 10**7
_MIX, _SHIFT = 7_481_263, 4_821_907  # so that neighbours look different and nobody counts them
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)
_CHECKS = "0123456789X"
_GAP = r"[\s\-‐‑‒–—−_./:·]{0,3}"
_LATIN = str.maketrans("АВСЕНКМРТХО", "ABCEHKMPTXO")
_FOUND = re.compile(
    rf"(?=([{LETTERS}]){_GAP}([{LETTERS}])" + rf"{_GAP}([\dO])" * 5 + rf"{_GAP}([\dOX])(?![^\W_]))", re.ASCII
)


def reference_of(number: int) -> str:
    """Return the reference of a number from 0 to 9 999 999; different numbers have different references."""
    if not 0 <= number < MOST:
        raise ValueError("there are ten million references")
    digits = f"{(number * _MIX + _SHIFT) % MOST:07d}"
    letters = LETTERS[int(digits[0])] + LETTERS[int(digits[1])]
    return f"{letters}{digits[2]}-{digits[3:]}-{_check(digits)}"


def number_of(reference: str) -> int:
    """Return the number of a reference in its proper spelling. Raises ValueError."""
    if references_in(reference) != [reference]:
        raise ValueError("this is no reference")
    digits = str(LETTERS.index(reference[0])) + str(LETTERS.index(reference[1])) + reference[2] + reference[4:8]
    return (int(digits) - _SHIFT) * pow(_MIX, -1, MOST) % MOST


def references_in(text: str) -> list[str]:
    """Return the references that stand in a text, in any spelling: Cyrillic letters, small ones, spaces, no dashes."""
    found: dict[str, None] = {}
    for match in _FOUND.finditer(text.upper().translate(_LATIN)):
        first, second, *digits = match.groups()
        last = digits.pop().replace("O", "0")
        numbers = "".join(digits).replace("O", "0")
        if _check(f"{LETTERS.index(first)}{LETTERS.index(second)}{numbers}") == last:
            found[f"{first}{second}{numbers[0]}-{numbers[1:]}-{last}"] = None
    return list(found)


def _check(digits: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return _CHECKS[-total % 11]
