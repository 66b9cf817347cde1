"""The drill's table: one row for each lie, one column for each who looks, readable without colours."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

FOUND, QUIET, FAILED = "found", "quiet", "failed"
COLOURS = {FOUND: "\33[32m", QUIET: "\33[2m", FAILED: "\33[31m"}
PLAIN = "\33[0m"
COLUMNS = ("", "The lie", "check_ledger (inside)", "birge-verify", "birge-verify --since OLD", "witness")
WIDTHS = (1, 24, 19, 19, 19, 19)
MOST_LETTERS = 88


@dataclass(frozen=True)
class Cell:
    """What one of them found."""

    mark: str
    text: str


def caught(words: str) -> Cell:
    """Return the cell of somebody who found the lie, with the first of their words."""
    return Cell(FOUND, f"caught: {textwrap.shorten(words, MOST_LETTERS, placeholder=' …')}")


def missed() -> Cell:
    """Return the cell of somebody who found nothing."""
    return Cell(QUIET, "not caught")


def unseen() -> Cell:
    """Return the cell of somebody before whom nothing was changed."""
    return Cell(QUIET, "nothing published in the log changed")


def calm() -> Cell:
    """Return the cell of somebody who looks at the honest ledger, and finds no lie."""
    return Cell(QUIET, "nothing to find")


def failed(words: str) -> Cell:
    """Return the cell of somebody who could not look."""
    return Cell(FAILED, f"could not look: {textwrap.shorten(words, MOST_LETTERS, placeholder=' …')}")


def table(rows: Sequence[tuple[str, str, Sequence[Cell]]], colours: bool = False) -> str:
    """Return the table as text."""
    lines = [_rule("┌┬┐"), *_row(COLUMNS), _rule("├┼┤")]
    for number, (letter, story, cells) in enumerate(rows):
        if number:
            lines.append(_rule("├┼┤"))
        marks = ["", "", *(cell.mark for cell in cells)]
        lines += _row([letter, story, *(cell.text for cell in cells)], marks if colours else ())
    return "\n".join([*lines, _rule("└┴┘"), ""])


def _rule(corners: str) -> str:
    return corners[0] + corners[1].join("─" * (width + 2) for width in WIDTHS) + corners[2]


def _row(texts: Sequence[str], marks: Sequence[str] = ()) -> list[str]:
    wrapped = [textwrap.wrap(text, width) or [""] for text, width in zip(texts, WIDTHS, strict=True)]
    lines = []
    for at in range(max(map(len, wrapped))):
        parts = [(cell[at] if at < len(cell) else "").ljust(width) for cell, width in zip(wrapped, WIDTHS, strict=True)]
        if marks:
            painted = zip(parts, marks, strict=True)
            parts = [f"{COLOURS[mark]}{part}{PLAIN}" if mark else part for part, mark in painted]
        lines.append(f"│ {' │ '.join(parts)} │")
    return lines
