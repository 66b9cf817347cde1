"""A receipt: one file with which anybody can prove, offline, that an entry stands in the ledger and what it says.

It is JSON: the leaf, a proof in the form of C2SP `tlog-proof` (which ends with the signed checkpoint), the key that
the log was signed with, the amount it is about, and, in the donor's own copy, what opens the leaf's commitment.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .books import SPENDING
from .leaf import LeafError, leaf_decode
from .merkle import ProofError, check_inclusion, hash_leaf
from .note import Checkpoint, Key, NoteError, checkpoint_open, key_parse

FORM = "receipt/v1"
PROOF = "c2sp.org/tlog-proof@v1"
DOMAIN = b"birge/donor/v1"
FIELDS = frozenset({"birge", "amount", "leaf", "proof", "key", "opening"})
INDEX = re.compile("index (0|[1-9][0-9]{0,15})")
SECRET = re.compile("[0-9a-f]{64}")


class ReceiptError(ValueError):
    """Not a receipt, or one that proves nothing."""


@dataclass(frozen=True)
class Proved:
    """What a receipt proves."""

    leaf: Mapping[str, Any]
    index: int
    checkpoint: Checkpoint
    key: Key
    minor: int
    currency: str
    mine: bool  # it also opens the commitment: whoever holds it knew whose it was
    notes: list[str] = field(default_factory=list)


def commitment(label: str, reference: str, r: bytes) -> str:
    """Return HMAC-SHA256(r, "birge/donor/v1" | label | reference) in hex; a 2-byte length stands before each part."""
    parts = [DOMAIN, label.encode(), reference.encode()]
    message = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hmac.new(r, message, hashlib.sha256).hexdigest()


def receipt_make(
    leaf: bytes, index: int, proof: Sequence[bytes], note: str, key: str, opening: tuple[str, str, bytes] | None = None
) -> str:
    """Return the text of a receipt. `opening` is (label, reference, r), for the donor's own copy only."""
    minor, currency = amount_of(leaf_decode(leaf))
    lines = [PROOF, f"index {index}", *(base64.b64encode(each).decode() for each in proof), "", note]
    content: dict[str, Any] = {
        "birge": FORM,
        "amount": {"minor": minor, "currency": currency},
        "leaf": leaf.decode(),
        "proof": "\n".join(lines),
        "key": key,
    }
    if opening is not None:
        label, reference, r = opening
        content["opening"] = {"label": label, "reference": reference, "r": r.hex()}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def receipt_check(text: str, key: Key | None = None) -> Proved:
    """Return what a receipt proves. Raises ReceiptError. Without `key` it is only as good as the key it brings."""
    try:
        content = json.loads(text)
        if content["birge"] != FORM:
            raise ReceiptError(f"a receipt of the form {content['birge']!r} cannot be read by this program")
        if not content.keys() <= FIELDS:
            raise ReceiptError(f"no receipt has the fields {sorted(content.keys() - FIELDS)}")
        data = content["leaf"].encode()
        index, hashes, note = _proof(content["proof"])
        stated = content["amount"]["minor"], content["amount"]["currency"]
        brought = key_parse(content["key"])
        trusted = key or brought
        if brought != trusted:
            raise ReceiptError(f"it brings the key {brought.fingerprint}, and you gave {trusted.fingerprint}")
        leaf = leaf_decode(data)
        checkpoint = checkpoint_open(note, trusted)
        check_inclusion(index, checkpoint.size, hash_leaf(data), hashes, checkpoint.root)
        mine = "opening" in content and _opens(leaf, content["opening"])
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ReceiptError("this is no receipt of Birge") from error
    except (LeafError, NoteError, ProofError) as error:
        raise ReceiptError(str(error)) from error
    except ValueError as error:
        raise error if isinstance(error, ReceiptError) else ReceiptError(f"this is no receipt: {error}") from error
    minor, currency = amount_of(leaf)
    if stated != (minor, currency) or type(stated[0]) is not int:
        raise ReceiptError(f"the receipt says {stated[0]} {stated[1]}, the entry {minor} {currency} (minor units)")
    return Proved(leaf, index, checkpoint, trusted, minor, currency, mine)


def amount_of(leaf: Mapping[str, Any]) -> tuple[int, str]:
    """Return (minor units, currency) that an entry is about: what came to a purpose, else what was debited.

    Only postings in the currency of the first one count; and what a tranche leaves to be accounted for is the same
    money that left, so it is not counted beside it. The page that checks receipts follows the same rule.
    """
    currency = leaf["postings"][0]["currency"]
    ours = [each for each in leaf["postings"] if each["currency"] == currency]
    ours = [each for each in ours if each["account"].partition(":")[0] not in SPENDING] or ours
    came = -sum(each["amount"] for each in ours if each["account"].startswith("held:") and each["amount"] < 0)
    return came or sum(each["amount"] for each in ours if each["amount"] > 0), currency


def _opens(leaf: Mapping[str, Any], opening: Mapping[str, str]) -> bool:
    if not SECRET.fullmatch(opening["r"]):
        raise ReceiptError("what opens the entry is not written as it should be")
    made = commitment(opening["label"], opening["reference"], bytes.fromhex(opening["r"]))
    if made != leaf.get("commitment"):
        raise ReceiptError("what the receipt opens is not this entry: it is somebody else's")
    return True


def _proof(text: str) -> tuple[int, list[bytes], str]:
    head, _blank, note = text.partition("\n\n")
    form, *lines = head.split("\n")
    index = INDEX.fullmatch(lines[0]) if lines else None
    if form != PROOF or index is None:
        raise ReceiptError("its proof is not of the form tlog-proof@v1")
    return int(index[1]), [_hash(line) for line in lines[1:]], note


def _hash(line: str) -> bytes:
    """Read a hash in the one way to write it: else a receipt could be changed and hold."""
    try:
        data = base64.b64decode(line, validate=True)
    except binascii.Error as error:
        raise ReceiptError("its proof has a line that is no base64") from error
    if base64.b64encode(data).decode() != line:
        raise ReceiptError("its proof has a line that is no canonical base64")
    return data
