"""A small log as anybody could write it: leaves, tree, signed head, export. No database, and no honesty either."""

from __future__ import annotations

import copy
import io
import json
import tarfile
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from birge_engine.books import ACCOUNT_TYPES
from birge_engine.codes import parse
from birge_engine.leaf import leaf_encode
from birge_engine.merkle import consistency_proof, hash_leaf, inclusion_proof, root_of
from birge_engine.note import Checkpoint, Key, Note, key_of, note_cosign, note_sign
from birge_engine.receipt import commitment, receipt_make

Leaf = dict[str, Any]
NAME = "birge.test/ledger"
WITNESS = "university.test/witness"
C, P = "cust2345", "project-proj2345"
BANK, CASH, HELD, OTHER = f"bank:{C}:main", f"cash:{C}:main", f"held:{C}:{P}", f"held:{C}:project-else6789"
UNIDENTIFIED, ADVANCE, SPENT = f"unidentified:{C}:main", f"advance:{C}:{P}", f"spent:{C}:{P}:1"
ACCOUNTABLE, PROMISED, PROMISOR = f"accountable:{C}:{P}", f"promised:{C}:{P}", "promisor:donors"
POOL, RESERVED, VILLAGE = f"pool:{C}:village-proj2345", f"reserved:{C}:{P}", f"promisor:{C}:village-proj2345"
RULE = "village-1:1"
OPENING = ("payment", "PAYM2345", bytes(range(32)))


def entry_id(number: int) -> str:
    """Return the id of the entry at this place of a log that was written in order."""
    return str(uuid.UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0000 + number))


def entry(kind: str, *pairs: tuple[str, int], currency: str = "KGS", **more: Any) -> Leaf:
    """Return an entry without id and versions, from (account, amount)."""
    return {
        "v": 1,
        "date": "2026-11-24",
        "kind": kind,
        "book": str(ACCOUNT_TYPES[parse(pairs[0][0]).type].book),
        "postings": [{"account": code, "amount": amount, "currency": currency} for code, amount in pairs],
        "documents": [],
        **more,
    }


def numbered(entries: Iterable[Leaf]) -> list[Leaf]:
    """Return the entries with ids after their places, unless they have one, and the versions of guarded accounts."""
    made = copy.deepcopy(list(entries))
    versions: dict[tuple[str, str], int] = {}
    for place, leaf in enumerate(made):
        leaf.setdefault("id", entry_id(place))
        for posting in leaf["postings"]:
            account = posting["account"], posting["currency"]
            if ACCOUNT_TYPES[posting["account"].partition(":")[0]].guarded:
                posting["version"] = versions[account] = versions.get(account, 0) + 1
    return made


def story() -> list[Leaf]:
    """Return a bit of everything, as an honest platform would write it. The places matter to the tests."""
    return numbered(
        [
            entry("village.promised", (POOL, 5000), (VILLAGE, -5000)),
            entry("pledge.confirmed", (PROMISED, 1000), (PROMISOR, -1000), rule=RULE, group="G1"),
            entry("match.reserved", (RESERVED, 1000), (POOL, -1000), rule=RULE, group="G1"),
            entry("payment.received", (BANK, 1000), (HELD, -1000), commitment=commitment(*OPENING)),
            entry("pledge.met", (PROMISED, -1000), (PROMISOR, 1000), resolves=entry_id(1), group="G1"),
            entry("pledge.confirmed", (PROMISED, 300), (PROMISOR, -300), group="G2"),
            entry("payment.unidentified", (CASH, 200), (UNIDENTIFIED, -200)),
            entry("payment.identified", (UNIDENTIFIED, 200), (HELD, -200), resolves=entry_id(6)),
            entry("payment.received", (BANK, 50), (OTHER, -50)),
            entry("entry.reversed", (BANK, -50), (OTHER, 50), reverses=entry_id(8)),
            entry("tranche.released", (HELD, 400), (BANK, -400), (ADVANCE, 400), (ACCOUNTABLE, -400)),
            entry("expense.documented", (SPENT, 300), (ADVANCE, -300), documents=[paper("receipt")]),
            entry("pledge.released", (PROMISED, -300), (PROMISOR, 300), resolves=entry_id(5), group="G2"),
            entry("pledge.confirmed", (PROMISED, 700), (PROMISOR, -700), rule=RULE, group="G3"),
            entry("match.reserved", (RESERVED, 700), (POOL, -700), rule=RULE, group="G3"),
            entry("match.unreserved", (RESERVED, -700), (POOL, 700), resolves=entry_id(14), group="G3"),
            entry("pledge.released", (PROMISED, -700), (PROMISOR, 700), resolves=entry_id(13), group="G3"),
            entry("refund.paid", (HELD, 600), (BANK, -600), resolves=entry_id(3)),
            entry("payment.received", (CASH, 70), (OTHER, -70)),
            entry("payment.received", (BANK, 30), (OTHER, -30), currency="USD"),
        ]
    )


def paper(kind: str, digits: str = "ab") -> dict[str, str]:
    """Return a document as it stands in a leaf."""
    return {"sha256": digits * 32, "type": kind}


class Log:
    """A log and who signs it. Another `seed` is another key."""

    def __init__(self, entries: Sequence[Leaf | bytes] | None = None, seed: int = 1, name: str = NAME) -> None:
        """Take entries in their order, or the story; bytes are taken as they are."""
        self.name, self.private = name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.leaves = [each if isinstance(each, bytes) else line(each) for each in (entries or story())]

    @property
    def key(self) -> Key:
        """Return the public key."""
        return key_of(self.name, self.private)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first leaves."""
        return root_of(map(hash_leaf, self.leaves[:size]))

    def node(self, level: int, index: int) -> bytes:
        """Return the root of a complete subtree."""
        return root_of(map(hash_leaf, self.leaves[index << level : (index + 1) << level]))

    def checkpoint(self, size: int | None = None, *, says: int | None = None, root: bytes | None = None) -> str:
        """Return the signed head of the first `size` leaves; `says` and `root` put something else in it."""
        size = len(self.leaves) if size is None else size
        return self.signed(Checkpoint(self.name, size if says is None else says, root or self.root(size)).text())

    def signed(self, text: str) -> str:
        """Return any text, signed."""
        return str(Note(text, (note_sign(text, self.name, self.private),)))

    def consistency(self, first: int, size: int) -> list[bytes]:
        """Return the proof that the tree of `size` begins with that of `first`."""
        return consistency_proof(first, size, self.node)

    def receipt(self, index: int, opening: tuple[str, str, bytes] | None = None) -> str:
        """Return the receipt of one entry."""
        proof = inclusion_proof(index, len(self.leaves), self.node)
        return receipt_make(self.leaves[index], index, proof, self.checkpoint(), str(self.key), opening)

    def accounts(self) -> list[dict[str, Any]]:
        """Return what the accounts hold after all entries, as it is published."""
        held: dict[tuple[str, str], int] = {}
        for leaf in map(json.loads, self.leaves):
            for posting in leaf["postings"]:
                account = posting["account"], posting["currency"]
                held[account] = held.get(account, 0) + posting["amount"]
        return [_account(code, currency, amount) for (code, currency), amount in sorted(held.items())]

    def files(self, *, accounts: bool = True) -> dict[str, bytes]:
        """Return the files of an export, in the platform's order. Without accounts where the entries make none."""
        files = {
            "checkpoint": self.checkpoint().encode(),
            "key": f"{self.key}\n".encode(),
            "rules.json": b"{}\n",
            "rates.json": b"[]\n",
        }
        if accounts:
            files["accounts.json"] = json.dumps(self.accounts(), indent=1).encode() + b"\n"
        return files | {"entries.jsonl": b"".join(leaf + b"\n" for leaf in self.leaves)}

    def export(self, folder: Path, **changed: bytes | str | None) -> Path:
        """Write the export; `changed` are files with another content, or none, by their names without an ending."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files(accounts="accounts" not in changed).items():
            (folder / name).write_bytes(data)
        for name, other in changed.items():
            path = folder / {"accounts": "accounts.json", "entries": "entries.jsonl"}.get(name, name)
            path.unlink(missing_ok=True)
            if other is not None:
                path.write_bytes(other.encode() if isinstance(other, str) else other)
        return folder

    def archive(self, path: Path) -> Path:
        """Write the export as the platform packs it."""
        return pack(path, self.files())


def pack(path: Path, files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> Path:
    """Put files into a `.tar.gz`; pairs may have a name twice."""
    pairs = files.items() if isinstance(files, Mapping) else files
    with tarfile.open(path, "w:gz") as archive:
        for name, data in pairs:
            member = tarfile.TarInfo(f"birge-ledger/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def line(content: Mapping[str, Any]) -> bytes:
    """Return a leaf as it stands in the log, though it may be none."""
    try:
        return leaf_encode(content)
    except ValueError:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def witness_key(seed: int = 9, name: str = WITNESS) -> tuple[Key, Ed25519PrivateKey]:
    """Return a witness's key, both sides."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return key_of(name, private, 4), private


def witnessed(note: str, seed: int = 9, name: str = WITNESS, seconds: int = 1_790_000_000) -> str:
    """Return the note with the line of a witness below."""
    text = note.rpartition("\n\n")[0] + "\n"
    return note + note_cosign(text, name, witness_key(seed, name)[1], seconds).line()


def _account(code: str, currency: str, amount: int) -> dict[str, Any]:
    kind = ACCOUNT_TYPES[parse(code).type]
    return {
        "code": code,
        "currency": currency,
        "type": parse(code).type,
        "book": str(kind.book),
        "normal": kind.normal,
        "guarded": kind.guarded,
        "balance": kind.normal * amount,
    }
