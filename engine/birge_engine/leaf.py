"""The exact bytes of a ledger entry, version 1: what is hashed, signed and checked by anyone.

Canonical JSON of RFC 8785, narrowed to objects, arrays, strings and whole numbers below 2**53: keys sorted, no
spaces, UTF-8. Optional fields that hold nothing are left out. `postings` stand in the order they were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

VERSION = 1
MOST_BYTES = 65_535  # a tlog entry bundle has 16-bit lengths
LARGEST = 2**53 - 1  # beyond it JSON numbers are no longer exact everywhere
REQUIRED = frozenset({"v", "id", "date", "kind", "book", "postings", "documents"})
OPTIONAL = frozenset({"commitment", "tag", "reverses", "resolves", "group", "rule"})
POSTING = frozenset({"account", "amount", "currency"})  # and `version` on a guarded account
DOCUMENT = frozenset({"sha256", "type"})
SHA256 = re.compile("[0-9a-f]{64}")

# A leaf whose texts need no escapes is canonical exactly if it matches this: nearly all do, and it is checked quickly.
_TEXT, _AMOUNT = r'"[^"\\\x00-\x1f]+"', "-?[1-9][0-9]{0,15}"
_POSTING = rf'\{{"account":{_TEXT},"amount":{_AMOUNT},"currency":{_TEXT}(?:,"version":[1-9][0-9]{{0,15}})?\}}'
_DOCUMENT = rf'\{{"sha256":"[0-9a-f]{{64}}","type":{_TEXT}\}}'
_PLAIN = re.compile(
    rf'\{{"book":{_TEXT}(?:,"commitment":{_TEXT})?,"date":{_TEXT},"documents":\[(?:{_DOCUMENT}(?:,{_DOCUMENT})*)?\]'
    rf'(?:,"group":{_TEXT})?,"id":{_TEXT},"kind":{_TEXT},"postings":\[{_POSTING}(?:,{_POSTING})+\]'
    rf'(?:,"resolves":{_TEXT})?(?:,"reverses":{_TEXT})?(?:,"rule":{_TEXT})?(?:,"tag":{_TEXT})?,"v":{VERSION}\}}'
).fullmatch


class LeafError(ValueError):
    """Not a leaf of version 1."""


def leaf_encode(content: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of `content`. Raises LeafError if it is not a leaf of version 1."""
    kept = {key: value for key, value in content.items() if value not in (None, "")}
    _check(kept)
    try:
        data = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise LeafError("half of a character") from error
    if len(data) > MOST_BYTES:
        raise LeafError(f"{len(data)} bytes are more than {MOST_BYTES}")
    return data


def leaf_decode(data: bytes) -> dict[str, Any]:
    """Return the content of a leaf. Raises LeafError unless the bytes are exactly the canonical ones."""
    if len(data) > MOST_BYTES:
        raise LeafError(f"{len(data)} bytes are more than {MOST_BYTES}")
    try:
        text = data.decode("utf-8")
        if _PLAIN(text):
            return _balanced(json.loads(text))
        content = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except LeafError:
        raise
    except (ValueError, RecursionError) as error:
        raise LeafError(str(error)) from error
    if not isinstance(content, dict) or leaf_encode(content) != data:
        raise LeafError("not in canonical form")
    return content


def _balanced(content: dict[str, Any]) -> dict[str, Any]:
    """Check what the pattern cannot: the size of numbers, and that they add up to zero."""
    sums: dict[str, int] = {}
    for posting in content["postings"]:
        amount = posting["amount"]
        if not -LARGEST <= amount <= LARGEST or posting.get("version", 1) > LARGEST:
            raise LeafError("a number is not below 2**53")
        sums[posting["currency"]] = sums.get(posting["currency"], 0) + amount
    if any(sums.values()):
        raise LeafError(f"postings do not add up to zero: {sums}")
    return content


def _no_float(text: str) -> Any:
    raise LeafError(f"{text} is no whole number")


def _check(content: Mapping[str, Any]) -> None:
    if not set(content) >= REQUIRED or set(content) - REQUIRED - OPTIONAL:
        raise LeafError(f"wrong fields: {sorted(map(str, set(content) ^ REQUIRED))}")
    if type(content["v"]) is not int or content["v"] != VERSION:
        raise LeafError(f"version {content['v']!r} is not known")
    for name in set(content) - {"v", "postings", "documents"}:
        _text(content[name])
    if not isinstance(content["postings"], list) or len(content["postings"]) < 2:
        raise LeafError("an entry has at least two postings")
    sums: dict[str, int] = {}
    for posting in content["postings"]:
        _posting(posting)
        sums[posting["currency"]] = sums.get(posting["currency"], 0) + posting["amount"]
    if any(sums.values()):
        raise LeafError(f"postings do not add up to zero: {sums}")
    if not isinstance(content["documents"], list):
        raise LeafError("documents are a list")
    for document in content["documents"]:
        _fields(document, DOCUMENT, DOCUMENT)
        _text(document["type"])
        if not SHA256.fullmatch(_text(document["sha256"])):
            raise LeafError(f"{document['sha256']!r} is no SHA-256 in small hexadecimal letters")


def _posting(posting: Any) -> None:
    _fields(posting, POSTING, POSTING | {"version"})
    _text(posting["account"])
    _text(posting["currency"])
    if _whole(posting["amount"]) == 0:
        raise LeafError("a posting moves something")
    if "version" in posting and _whole(posting["version"]) < 1:
        raise LeafError("versions begin at one")


def _fields(value: Any, required: frozenset[str], allowed: frozenset[str]) -> None:
    if not isinstance(value, Mapping) or not required <= set(value) <= allowed:
        raise LeafError(f"wrong fields in {value!r:.80}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise LeafError(f"{value!r:.80} is no text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise LeafError(f"{value!r:.80} is no whole number below 2**53")
    return value
