"""A public log with a key of its own, and the receipts that it gives out, without a database behind it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from birge_engine.leaf import leaf_encode
from birge_engine.merkle import consistency_proof, hash_leaf, inclusion_proof, range_root, root_of
from birge_engine.note import Checkpoint, Key, Note, key_of, note_sign
from funds.ledger.commitments import Opening, commitment_of

OPENING = Opening(label="payment", subject_ref="PAYM2345", r=bytes(range(32)))


class Log:
    """A public log as the server keeps it, with the receipts that it gives out."""

    def __init__(self, size: int = 13, name: str = "birge.test/ledger", seed: int = 1) -> None:
        """Write `size` payments. Another seed is another key."""
        self.name, self.private = name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.leaves: list[bytes] = []
        self.grow(size)

    @property
    def key(self) -> Key:
        """Return the public key."""
        return key_of(self.name, self.private)

    @property
    def fingerprint(self) -> str:
        """Return what people compare by eye: its id is the beginning of the same hash."""
        key = self.key
        return hashlib.sha256(f"{key.name}\n".encode() + bytes([key.kind]) + key.public).hexdigest()[:32]

    def node(self, level: int, index: int) -> bytes:
        """Return the root of a complete subtree."""
        return root_of(map(hash_leaf, self.leaves[index << level : (index + 1) << level]))

    def checkpoint(self, size: int | None = None, origin: str = "") -> str:
        """Return the signed head."""
        size = len(self.leaves) if size is None else size
        text = Checkpoint(origin or self.name, size, range_root(0, size, self.node)).text()
        return str(Note(text, (note_sign(text, self.name, self.private),)))

    def grow(self, size: int) -> Log:
        """Write payments until there are so many."""
        self.leaves += [leaf_encode(content(number)) for number in range(len(self.leaves), size)]
        return self

    def receipt(self, index: int, size: int | None = None, opening: Opening | None = None) -> dict[str, Any]:
        """Return the receipt of one entry; with the opening it is the donor's own."""
        size = len(self.leaves) if size is None else size
        hashes = lines(inclusion_proof(index, size, self.node))
        proof = f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{self.checkpoint(size)}"
        leaf = self.leaves[index].decode()
        held = json.loads(leaf)["postings"][1]
        amount = {"minor": -held["amount"], "currency": held["currency"]}
        made = {"birge": "receipt/v1", "leaf": leaf, "proof": proof, "key": str(self.key), "amount": amount}
        if opening is not None:
            made["opening"] = {"label": opening.label, "reference": opening.subject_ref, "r": opening.r.hex()}
        return made

    def answer(self, path: str) -> str:
        """Return what the server says below /ledger/."""
        if path == "key":
            return f"{self.key}\n"
        if path == "checkpoint":
            return self.checkpoint()
        first, size = map(int, re.findall(r"\d+", path))
        return lines(consistency_proof(first, size, self.node))


def content(number: int, minor: int = 5_000_00, currency: str = "KGS") -> dict[str, Any]:
    """Return a payment; each third one carries the mark of the donor whose opening we have."""
    made: dict[str, Any] = {
        "v": 1,
        "id": f"018f0000-0000-7000-8000-{number:012d}",
        "date": "2026-03-14",
        "kind": "payment.received",
        "book": "cash",
        "postings": [
            {"account": "bank:CUST2345:main", "amount": minor, "currency": currency},
            {
                "account": "held:CUST2345:project-PROJ2345",
                "amount": -minor,
                "currency": currency,
                "version": number + 1,
            },
        ],
        "documents": [{"sha256": "ab" * 32, "type": "line"}],
    }
    return made | ({"commitment": commitment_of(OPENING)} if number % 3 == 0 else {})


def lines(hashes: Iterable[bytes]) -> str:
    """Return hashes as they stand in a proof."""
    return "".join(base64.b64encode(each).decode() + "\n" for each in hashes)
