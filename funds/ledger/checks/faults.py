"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    check: str
    where: str
    text: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.check}: {self.where}: {self.text}"
