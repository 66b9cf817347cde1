"""From bytes to text: which letters these are, and what no statement holds."""

from __future__ import annotations

import codecs

from .basics import StatementError

_COMMON = frozenset("оеаинтсрвл")  # the letters Russian and Kyrgyz are mostly made of
_BOXES = frozenset("─│┌┐└┘├┤┬┴┼═║╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬▀▄█▌▐░▒▓")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def by_mark(data: bytes) -> str:
    """Return the encoding that a mark at the beginning names, else nothing."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), "")


def text_of(data: bytes) -> str:
    """Decode a file that does not say in what letters it is written: UTF-8, Windows-1251 or DOS.

    Raises StatementError (`nul`, `encoding`).
    """
    encoding = by_mark(data)
    if encoding:
        return checked(decoded(data, encoding))
    nul_check(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_at = error.start
    scores = {name: _score(data, name) for name in ("cp1251", "cp866")}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] <= 0.5:
        raise StatementError("encoding", data.count(b"\n", 0, broken_at) + 1)
    return checked(decoded(data, best))


def decoded(data: bytes, encoding: str) -> str:
    """Decode strictly. Raises StatementError (`encoding`) with the line."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise StatementError("encoding", data.count(b"\n", 0, error.start) + 1) from None


def checked(text: str) -> str:
    """Return the text, unless there is a NUL in it."""
    if "\0" in text:
        raise StatementError("nul", text.count("\n", 0, text.index("\0")) + 1)
    return text


def nul_check(data: bytes) -> None:
    """Refuse NUL: no statement has one, but a broken copy does."""
    if b"\0" in data:
        raise StatementError("nul", data.count(b"\n", 0, data.index(b"\0")) + 1)


def _score(data: bytes, encoding: str) -> float:
    """Return how much of what is not ASCII looks like Russian or Kyrgyz in this encoding."""
    sample = bytes(byte for byte in data[:200_000] if byte > 127)
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return -1.0
    good = sum(char in _COMMON or (char.isalpha() and char.lower() in _COMMON) for char in text)
    bad = sum(char in _BOXES or not char.isalpha() for char in text)
    upper_inside = sum(char.isupper() for char in text) / len(text)  # KOI8 read as Windows turns the case around
    return (good * 1.6 - bad) / len(text) - max(0.0, upper_inside - 0.95)
