"""What a check found, where, and how it is said."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it should be. `index` is the entry's place in the log, None if it is no single entry."""

    text: str
    index: int | None = None

    def __str__(self) -> str:
        """Say where and what; the line is that of entries.jsonl, counted from one."""
        return self.text if self.index is None else f"entry {self.index} (line {self.index + 1}): {self.text}"


class Unreadable(Exception):
    """What was given cannot be read, so nothing can be said about it."""


def say(line: str) -> None:
    """Print one line. Texts come from outside: none may move the cursor, colour the screen, or be too much for it."""
    shown = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")
