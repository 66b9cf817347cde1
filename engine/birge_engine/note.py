r"""Signed notes and checkpoints as C2SP has them: `signed-note`, `tlog-checkpoint`, and cosignatures of witnesses.

A note is text that ends with a newline, an empty line, and one line for each signature. A checkpoint is the note
`<origin>\n<size>\n<base64 of the root>\n`. All signatures here are Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = 1
COSIGNATURE = 4  # a witness's: over the note and the time at which it was seen
DASH = "\N{EM DASH}"
NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")  # what can stand in a line of a note as one word
MOST_BYTES = 100_000
MOST_LEAVES = 2**53 - 1
MOST_SECONDS = 2**63 - 1


class NoteError(ValueError):
    """Not a signed note, or one that nobody we know has signed."""


@dataclass(frozen=True)
class Key:
    """Who signs: a name without blanks and plus signs, and an Ed25519 public key. `kind` says what is signed."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Return the four bytes that stand before each signature."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """Return what people compare on paper: 32 hexadecimal digits that begin with the id."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).hexdigest()[:32]

    def __str__(self) -> str:
        """Return it as it is published: name, id in hexadecimal, kind and key in base64."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True)
class Signature:
    """One line below a note; `bytes` come after the key's id."""

    name: str
    key_id: bytes
    bytes: bytes

    def line(self) -> str:
        """Return the line as it stands below the note, with its newline."""
        return f"{DASH} {self.name} {base64.b64encode(self.key_id + self.bytes).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text (ending with a newline) and its signatures, not yet checked."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the note as it is published."""
        return f"{self.text}\n" + "".join(each.line() for each in self.signatures)


@dataclass(frozen=True)
class Checkpoint:
    """The head of the tree: whose it is, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_parse(text: str) -> Key:
    """Read a key as it is published. Raises NoteError."""
    name, _plus, rest = text.strip().partition("+")
    key_id, _plus, encoded = rest.partition("+")
    data = _decode(encoded)
    if not NAME.fullmatch(name) or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise NoteError(f"{text.strip()[:80]!r} is no key that we can read")
    key = Key(name, data[1:], data[0])
    if key.id.hex() != key_id:
        raise NoteError(f"the key of {name} does not fit its own id")
    return key


def key_of(name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> Key:
    """Return the public side of a private key. Raises NoteError for a name that would break a line."""
    if not NAME.fullmatch(name):
        raise NoteError("a key's name has no blanks and no plus signs")
    return Key(name, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), kind)


def note_sign(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """Sign a note's text. Raises NoteError if it could not be read again."""
    _check_text(text)
    return Signature(name, key_of(name, private).id, private.sign(text.encode()))


def note_cosign(text: str, name: str, private: Ed25519PrivateKey, seconds: int) -> Signature:
    """Sign as a witness who saw the checkpoint at this time (seconds since 1970, UTC). Raises NoteError."""
    _check_text(text)
    if not 0 <= seconds <= MOST_SECONDS:
        raise NoteError(f"{seconds} is no time for a cosignature")
    key = key_of(name, private, COSIGNATURE)
    return Signature(name, key.id, seconds.to_bytes(8, "big") + private.sign(_seen(text, seconds)))


def note_parse(text: str) -> Note:
    """Take a note apart. Raises NoteError unless it has the form that C2SP demands."""
    _check_text(text)
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not body or not lines:
        raise NoteError("no signed note: an empty line and at least one signature are missing")
    return Note(f"{body}\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def note_check(note: Note, keys: Iterable[Key]) -> list[tuple[Key, int | None]]:
    """Return which of `keys` signed, with the time in seconds if it is a witness's.

    Each key is named once, with its first signature. Signatures of others are passed over. Raises NoteError if one
    that claims to be of a known key is false.
    """
    signed: list[tuple[Key, int | None]] = []
    for key in dict.fromkeys(keys):
        of_key = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.id)]
        signed += [(key, _check(note, each, key)) for each in of_key][:1]
    return signed


def checkpoint_parse(text: str) -> Checkpoint:
    """Read the text of a note as a checkpoint. Raises NoteError. Lines after the third are not ours to judge."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
        raise NoteError("no checkpoint: origin, size and root stand on three lines")
    origin, digits, root = lines[0], lines[1], _decode(lines[2])
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST_LEAVES))
    size = int(digits) if is_number else -1
    if str(size) != digits or not 0 <= size <= MOST_LEAVES or len(root) != 32:
        raise NoteError("no checkpoint: its size is no number, or its root is no hash")
    return Checkpoint(origin, size, root)


def checkpoint_open(text: str, key: Key) -> Checkpoint:
    """Return the checkpoint in a signed note. Raises NoteError unless it is signed by `key` and is of its log."""
    note = note_parse(text)
    if not note_check(note, [key]):
        raise NoteError(f"not signed by {key.name} with the key {key.id.hex()}")
    checkpoint = checkpoint_parse(note.text)
    if checkpoint.origin != key.name:
        raise NoteError(f"the checkpoint is of {checkpoint.origin!r}, not of {key.name!r}")
    return checkpoint


def _check(note: Note, signature: Signature, key: Key) -> int | None:
    data, message, seconds = signature.bytes, note.text.encode(), None
    if key.kind == COSIGNATURE:
        if len(data) != 72:
            raise NoteError(f"the cosignature of {key.name} has a wrong length")
        seconds, data = int.from_bytes(data[:8], "big"), data[8:]
        if seconds > MOST_SECONDS:
            raise NoteError(f"the cosignature of {key.name} has a time that cannot be")
        message = _seen(note.text, seconds)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(data, message)
    except (InvalidSignature, ValueError) as error:
        raise NoteError(f"the signature of {key.name} is false") from error
    return seconds


def _seen(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _signature(line: str) -> Signature:
    dash, _blank, rest = line.partition(" ")
    name, _blank, encoded = rest.partition(" ")
    data = _decode(encoded)
    if dash != DASH or not NAME.fullmatch(name) or len(data) < 5:
        raise NoteError(f"{line[:80]!r} is no signature")
    return Signature(name, data[:4], data[4:])


def _check_text(text: str) -> None:
    try:
        too_long = len(text) > MOST_BYTES or len(text.encode()) > MOST_BYTES
    except UnicodeEncodeError as error:
        raise NoteError("a note is UTF-8") from error
    if too_long or not text.endswith("\n"):
        raise NoteError(f"a note ends with a newline and has {MOST_BYTES} bytes at most")
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("control characters have no place in a note")


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("no base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError("no canonical base64")
    return data
