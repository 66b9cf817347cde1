"""A receipt: one file with which anybody can prove, offline, that an entry stands in the ledger and what it says.

It is JSON: the leaf, a proof in the form of C2SP `tlog-proof` (which ends with the signed checkpoint), the key that
the log was signed with, the amount it is about, and, in the donor's own copy, what opens the leaf's commitment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .leaf import LeafError, leaf_decode
from .merkle import ProofError, check_inclusion, hash_leaf
from .note import Checkpoint, Key, NoteError, checkpoint_open, key_parse

FORM = "receipt/v1"
PROOF = "c2sp.org/tlog-proof@v1"
DOMAIN = b"birge/donor/v1"


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
        data = content["leaf"].encode()
        index, hashes, note = _proof(content["proof"])
        stated = content["amount"]["minor"], content["amount"]["currency"]
        opening = content.get("opening")
        trusted = key or key_parse(content["key"])
        leaf = leaf_decode(data)
        checkpoint = checkpoint_open(note, trusted)
        check_inclusion(index, checkpoint.size, hash_leaf(data), hashes, checkpoint.root)
        mine = opening is not None and _opens(leaf, opening)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReceiptError("this is no receipt of Birge") from error
    except (LeafError, NoteError, ProofError) as error:
        raise ReceiptError(str(error)) from error
    except ValueError as error:
        raise error if isinstance(error, ReceiptError) else ReceiptError(f"this is no receipt: {error}") from error
    minor, currency = amount_of(leaf)
    if stated != (minor, currency):
        raise ReceiptError(f"the receipt says {stated[0]} {stated[1]}, the entry {minor} {currency} (minor units)")
    return Proved(leaf, index, checkpoint, trusted, minor, currency, mine)


def amount_of(leaf: Mapping[str, Any]) -> tuple[int, str]:
    """Return (minor units, currency) that an entry is about: what came to a purpose, else what was debited first.

    Only postings in the currency of the first one count.
    """
    currency = leaf["postings"][0]["currency"]
    ours = [each for each in leaf["postings"] if each["currency"] == currency]
    came = -sum(each["amount"] for each in ours if each["account"].startswith("held:"))
    if came > 0:
        return came, currency
    return sum(each["amount"] for each in ours if each["amount"] > 0), currency


def _opens(leaf: Mapping[str, Any], opening: Mapping[str, str]) -> bool:
    made = commitment(opening["label"], opening["reference"], bytes.fromhex(opening["r"]))
    if made != leaf.get("commitment"):
        raise ReceiptError("what the receipt opens is not this entry: it is somebody else's")
    return True


def _proof(text: str) -> tuple[int, list[bytes], str]:
    head, _blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 2 or lines[0] != PROOF or not lines[1].startswith("index ") or not lines[1][6:].isdigit():
        raise ReceiptError("its proof is not of the form tlog-proof@v1")
    return int(lines[1][6:]), [base64.b64decode(line, validate=True) for line in lines[2:]], note
