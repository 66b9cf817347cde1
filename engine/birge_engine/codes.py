"""Account codes: `<type>:<custodian>:<purpose>[:<line>]`. Public ids only, never a person's name.

The donors' side of the pledge book has no custodian: `promisor:donors`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .books import ACCOUNT_TYPES, AccountType

PART = re.compile(r"[A-Za-z0-9-]+")
DONORS = "promisor:donors"


class Code(NamedTuple):
    """An account code taken apart; missing parts are empty."""

    type: str
    custodian: str
    purpose: str
    line: str

    @property
    def purpose_ref(self) -> str:
        """Return the public id behind the dash of the purpose (`project-<id>`), or nothing."""
        return self.purpose.partition("-")[2]


@lru_cache(maxsize=65_536)
def parse(code: str) -> Code:
    """Take a code apart. Raises ValueError for an unknown type or form."""
    if code == DONORS:
        return Code("promisor", "", "donors", "")
    kind, *rest = code.split(":")
    if kind not in ACCOUNT_TYPES or len(rest) not in (2, 3) or not all(PART.fullmatch(part) for part in rest):
        raise ValueError(f"no account code: {code!r}")
    return Code(kind, rest[0], rest[1], rest[2] if len(rest) > 2 else "")


def account_type(code: str) -> AccountType:
    """Return what kind of account the code names: its book, normal side and whether it is guarded."""
    return ACCOUNT_TYPES[parse(code).type]
