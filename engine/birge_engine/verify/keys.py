"""Keys as people hand them over: on the command line, in a file, or beside the ledger itself."""

from __future__ import annotations

from pathlib import Path

from ..note import COSIGNATURE, ED25519, Key, key_parse
from .faults import Unreadable
from .sources import text_read

KINDS = {ED25519: "a log", COSIGNATURE: "a witness"}


def key_given(given: str, kind: int = ED25519) -> Key:
    """Return the key of this kind that was given: itself, or the file that holds it. Raises Unreadable."""
    try:
        key = key_parse(given if "+" in given and not Path(given).exists() else text_read(given))
    except (OSError, ValueError) as error:
        raise Unreadable(f"the key {given[:80]!r}: {error}") from error
    if key.kind != kind:
        raise Unreadable(f"{key} is the key of {KINDS[key.kind]}, not of {KINDS[kind]}")
    return key


def key_published(text: str) -> Key:
    """Return the key that came with a ledger, exactly as it is published. Raises Unreadable."""
    if not text:
        raise Unreadable("no key came with it: give one with --key")
    try:
        key = key_parse(text)
    except ValueError as error:
        raise Unreadable(f"the key that came with it: {error}") from error
    if key.kind != ED25519 or text.removesuffix("\n") != str(key):
        raise Unreadable("the key that came with it is not as keys of a log are published")
    return key
