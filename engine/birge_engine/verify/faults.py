"""What a check found, and where."""

from __future__ import annotations

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
