"""Signing the head of the log, and never two histories.

The signer keeps its key and the last checkpoint it signed in a folder of its own, outside the database. It signs only
what continues that checkpoint: a database that was restored from an older copy, or changed, gets no signature.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from birge import randomness
from birge_engine.files import file_keep
from birge_engine.merkle import ProofError, check_consistency
from birge_engine.note import Checkpoint, Key, Note, checkpoint_parse, key_of, note_parse, note_sign

Proof = Callable[[int], Sequence[bytes]]


class SigningRefused(RuntimeError):
    """The log does not continue what was signed before. Somebody must look; docs/operations.md says how."""


class Signer:
    """The key of the log in a folder: `key` (base64 of 32 bytes, for its owner's eyes only) and `last`."""

    def __init__(self, folder: Path | None = None, origin: str = "") -> None:
        """Take the folder and the log's name from the settings unless they are given."""
        self.folder = Path(folder or settings.LEDGER_SIGNER)
        self.origin = origin or settings.LEDGER_ORIGIN
        self._private: Ed25519PrivateKey | None = None

    def key(self) -> Key:
        """Return the public side. Raises SigningRefused if there is no key here."""
        return key_of(self.origin, self._key())

    def key_make(self) -> Key:
        """Make a key unless there is one, and return its public side."""
        path = self.folder / "key"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            file_keep(path, base64.b64encode(randomness.token_bytes(32)).decode() + "\n")
        return self.key()

    def sign(self, head: Checkpoint, proof: Proof, published: str = "") -> str:
        """Return the signed note of this head; `proof(size)` proves that it continues the tree of `size`.

        It is written down before anybody sees it, so that nothing that contradicts it is ever signed. `published` is
        the newest note that the database knows, in case our own memory was lost.
        Raises SigningRefused if the head does not continue what was signed before.
        """
        for text in (self._last(), published):
            if text:
                self._continues(checkpoint_parse(note_parse(text).text), head, proof)
        note = str(Note(head.text(), (note_sign(head.text(), self.origin, self._key()),)))
        file_keep(self.folder / "last", note)
        return note

    def _continues(self, last: Checkpoint, head: Checkpoint, proof: Proof) -> None:
        if head.size < last.size:
            raise SigningRefused(
                f"{last.size} entries were signed and published, but this database knows {head.size} only"
            )
        try:
            hashes = proof(last.size) if last.size not in (0, head.size) else ()
            check_consistency(last.size, head.size, last.root, head.root, hashes)
        except ProofError as error:
            raise SigningRefused(f"the log does not continue the checkpoint of size {last.size}: {error}") from error

    def _last(self) -> str:
        path = self.folder / "last"
        return path.read_text() if path.exists() else ""

    def _key(self) -> Ed25519PrivateKey:
        if self._private is None:
            try:
                seed = base64.b64decode((self.folder / "key").read_text())
            except FileNotFoundError as error:
                raise SigningRefused("there is no key to sign with: run `manage.py ledger_key`") from error
            self._private = Ed25519PrivateKey.from_private_bytes(seed)
        return self._private
