"""The exact bytes of a ledger entry, version 1: what is hashed, signed and checked by anyone.

Canonical JSON of RFC 8785, narrowed to objects, arrays, strings and whole numbers below 2**53: keys sorted, no
spaces, UTF-8. Optional fields that hold nothing are left out. `postings` stand in the order they were written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

VERSION = 1
MOST_BYTES = 65_535  # a tlog entry bundle has 16-bit lengths
LARGEST = 2**53 - 1  # beyond it JSON numbers are no longer exact everywhere
REQUIRED = frozenset({"v", "id", "date", "kind", "book", "postings", "documents"})
OPTIONAL = frozenset({"commitment", "tag", "reverses", "resolves", "group", "rule"})


class LeafError(ValueError):
    """This is no leaf of version 1."""


def leaf_encode(content: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of `content`. Raises LeafError if it is not a leaf of version 1."""
    kept = {key: value for key, value in content.items() if value not in (None, "")}
    _check(kept)
    data = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    if len(data) > MOST_BYTES:
        raise LeafError(f"{len(data)} bytes are more than {MOST_BYTES}")
    return data


def leaf_decode(data: bytes) -> dict[str, Any]:
    """Return the content of a leaf. Raises LeafError unless the bytes are exactly the canonical ones."""
    try:
        content = json.loads(data.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
    except ValueError as error:
        raise LeafError(str(error)) from error
    if not isinstance(content, dict) or leaf_encode(content) != data:
        raise LeafError("not in canonical form")
    return content


def _no_float(text: str) -> Any:
    raise LeafError(f"{text} is no whole number")


def _check(content: Mapping[str, Any]) -> None:
    keys = set(content)
    if not keys >= REQUIRED or keys - REQUIRED - OPTIONAL:
        raise LeafError(f"wrong fields: {sorted(keys ^ REQUIRED)}")
    if content["v"] != VERSION:
        raise LeafError(f"version {content['v']!r} is not known")
    if not isinstance(content["postings"], list) or len(content["postings"]) < 2:
        raise LeafError("an entry has at least two postings")
    sums: dict[str, int] = {}
    for posting in content["postings"]:
        if not set(posting) >= {"account", "amount", "currency"} or set(posting) - {
            "account",
            "amount",
            "currency",
            "version",
        }:
            raise LeafError("wrong fields in a posting")
        sums[posting["currency"]] = sums.get(posting["currency"], 0) + _whole(posting["amount"])
    if any(sums.values()):
        raise LeafError(f"postings do not add up to zero: {sums}")
    _plain(content)


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise LeafError(f"{value!r} is no whole number below 2**53")
    return value


def _plain(value: Any) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise LeafError("keys are strings")
            _plain(inner)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner)
    else:
        _whole(value)
