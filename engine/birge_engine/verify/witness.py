"""`birge-witness`: remember what a ledger showed, refuse what contradicts it, and say so with a signature.

A witness is somebody who is not the platform: an association, a university, a newspaper. It keeps a folder with its
own key and the last checkpoint it signed. Ends with 0 if it signed, 1 if the ledger contradicts what was signed
before (the evidence is kept in the folder), 2 if it could not find out.
"""

from __future__ import annotations

import argparse
import base64
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..files import file_keep
from ..merkle import ProofError, check_consistency
from ..note import COSIGNATURE, Checkpoint, Key, NoteError, checkpoint_open, key_of, note_cosign, note_parse
from .faults import Unreadable, say
from .keys import key_given
from .sources import fetch, text_read

SIGNED, CONTRADICTED, UNKNOWN = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    base = options.address.rstrip("/")
    try:
        witness = Witness(Path(options.folder), options.name)
        if options.show_key:
            say(str(witness.key()))
            return SIGNED
        if not base or not options.key:
            raise Unreadable("give the platform's address, and the ledger's key with --key")
        note = witness.look(base, key_given(options.key))
        if options.submit:
            fetch(f"{base}/ledger/cosignatures", note.encode())
        say(note.rstrip("\n").rpartition("\n")[2])
    except ProofError as error:
        say(f"CONTRADICTION: {error}. The evidence is in {options.folder}.")
        return CONTRADICTED
    except (Unreadable, NoteError, OSError, UnicodeDecodeError) as error:
        say(f"COULD NOT FIND OUT: {error}")
        return UNKNOWN
    return SIGNED


class Witness:
    """A witness's folder: `key` for its own eyes, `last` for what it signed."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make the folder and a key unless they are there. Raises Unreadable if the key is damaged."""
        self.folder, self.name = folder, name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / "key").exists():
            file_keep(folder / "key", base64.b64encode(os.urandom(32)).decode() + "\n")
        try:
            seed = base64.b64decode(text_read(folder / "key").strip(), validate=True)
            self._private = Ed25519PrivateKey.from_private_bytes(seed)
        except ValueError as error:
            raise Unreadable(f"{folder / 'key'} is damaged: {error}") from error

    def key(self) -> Key:
        """Return the public side, to be given to the platform and to everyone who checks."""
        return key_of(self.name, self._private, COSIGNATURE)

    def look(self, base: str, log: Key) -> str:
        """Look at the newest checkpoint of a ledger and return it with our signature below.

        Raises ProofError if it contradicts what we signed before, NoteError if it is not signed by `log`.
        """
        self.key()  # a name that cannot sign is found before anything is remembered
        with self._alone():
            text = fetch(f"{base}/ledger/checkpoint").decode()
            head = checkpoint_open(text, log)
            self._continues(base, head, text, log)
            file_keep(self.folder / "last", text)
        note = note_parse(text)
        return f"{note.text}\n{note_cosign(note.text, self.name, self._private, int(time.time())).line()}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one look at a time go on here: two at once could sign what contradicts each other."""
        path = self.folder / "lock"
        with path.open("w") as file:
            try:
                import fcntl
            except ImportError:  # not on Windows: there nothing but the schedule keeps two apart
                yield
                return
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _continues(self, base: str, head: Checkpoint, text: str, log: Key) -> None:
        if not (self.folder / "last").exists():
            return
        last = checkpoint_open(text_read(self.folder / "last"), log)
        try:
            if head.size < last.size:
                raise ProofError(f"{last.size} entries were shown before, and now only {head.size}")
            hashes: list[bytes] = []
            if 0 < last.size < head.size:
                lines = fetch(f"{base}/ledger/proof/consistency?from={last.size}&to={head.size}").decode().split()
                hashes = [base64.b64decode(line, validate=True) for line in lines]
            check_consistency(last.size, head.size, last.root, head.root, hashes)
        except ValueError as error:  # a proof that is none is no excuse either
            file_keep(self.folder / f"contradiction-{head.size}-{int(time.time())}", text)
            raise ProofError(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="birge-witness", description=__doc__)
    parser.add_argument("address", nargs="?", default="", help="the platform's address")
    parser.add_argument("--name", required=True, help="the name of this witness, without blanks: example.org/witness")
    parser.add_argument("--folder", required=True, help="where the witness keeps its key and what it saw")
    parser.add_argument("--key", default="", help="the ledger's key, or a file that holds it; never from the platform")
    parser.add_argument("--submit", action="store_true", help="send the signature to the platform too")
    parser.add_argument("--show-key", action="store_true", help="print this witness's own key and do nothing else")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
