"""Contributions read a million at once, as columns (numpy). What is not plain is left to `tables`, which says why.

Nothing here decides anything: the file is either read as `tables` would read it, or not at all.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, overload

from . import numeric
from .amounts import amount_parse
from .columns import SOME, Columns

_WORD = 8
_MOST_WORDS = 8  # texts longer than 64 bytes are left to `tables`
_SHAPES = {20: "0000-00-00T00:00:00Z", 10: "0000-00-00", 0: ""}  # of times; digits stand for digits
_ODD = 0x9E3779B97F4A7C15


class _Unlike(Exception):
    """Not as plain as it has to be here."""


class Texts(Sequence[str]):
    """Texts that stand somewhere in a file, taken out when they are asked for."""

    def __init__(self, data: bytes, starts: Any, ends: Any) -> None:
        """Take the file, and for each text where it begins and ends."""
        self._data, self._starts, self._ends = data, starts, ends

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Return one text, or a list of some."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._data[self._starts[index] : self._ends[index]].decode()

    def __iter__(self) -> Iterator[str]:
        """Go through all of them, some at a time."""
        for begin in range(0, len(self), SOME):
            starts, ends = (each[begin : begin + SOME].tolist() for each in (self._starts, self._ends))
            yield from (self._data[start:end].decode() for start, end in zip(starts, ends, strict=True))


def columns_read(data: bytes, currency: str, names: Sequence[str]) -> Columns | None:
    """Return the contributions in `data`; None without numpy, or if they are not plain, or not right.

    `names` are the columns as `tables` knows them, the last two of which may be missing.
    """
    if numeric.np is None or not data or b'"' in data or b"\r" in data or b"\0" in data or len(data) >= 2**40:
        return None
    try:
        if not data.isascii():
            data.decode()
        return _Reader(data, names).columns(currency)
    except (_Unlike, ValueError):
        return None


class _Reader:
    """A file in which each line has the same number of commas, and no quotes."""

    def __init__(self, data: bytes, names: Sequence[str]) -> None:
        np = numeric.np
        self._text = data if data.endswith(b"\n") else data + b"\n"
        header = self._text[: self._text.index(b"\n")].decode().split(",")
        if sorted(header) != sorted(name for name in names if name in header) or not set(names[:4]) <= set(header):
            raise _Unlike
        self._bytes = np.frombuffer(self._text + bytes(_WORD * _MOST_WORDS), np.uint8)
        own = self._bytes[: len(self._text)]
        found = np.flatnonzero((own == ord(",")) | (own == ord("\n")))
        width = len(header)
        if len(found) % width:
            raise _Unlike
        found = found.reshape(-1, width)
        if (own[found[:, -1]] != ord("\n")).any() or (own[found[:, :-1]] != ord(",")).any():
            raise _Unlike
        self._place = {name: index for index, name in enumerate(header)}
        self._found = found
        self._rows = len(found) - 1

    def columns(self, currency: str) -> Columns:
        """Return the columns. Raises ValueError or _Unlike for what has to be looked at more closely."""
        np = numeric.np
        self._currency_check(currency)
        ids, at = self._field("contribution_id"), self._times()
        self._unique(ids)
        project, names = self._coded("project_id")
        project_ids = list(names)
        by_name = sorted(range(len(project_ids)), key=project_ids.__getitem__)
        rank = np.empty(len(by_name), np.int64)
        rank[by_name] = np.arange(len(by_name))
        donor, donor_ids = self._coded("donor_id")
        return Columns(
            project_ids=[project_ids[index] for index in by_name],
            donor_ids=donor_ids,
            ids=Texts(self._text, *ids),
            at=Texts(self._text, *at),
            project=rank[project],
            donor=donor,
            amount=self._amounts(currency),
            ordered=lambda: self._ordered(ids, at),
        )

    def _field(self, name: str) -> tuple[Any, Any]:
        """Return where the texts of a column begin and end."""
        index, found = self._place[name], self._found
        starts = (found[:-1, -1] if index == 0 else found[1:, index - 1]) + 1
        return starts, found[1:, index]

    def _words(self, field: tuple[Any, Any]) -> list[Any]:
        """Return the texts as columns of eight bytes, filled with NULs: they sort as the texts do."""
        np = numeric.np
        starts, ends = field
        lengths = ends - starts
        count = -(-int(lengths.max(initial=1)) // _WORD) or 1
        if count > _MOST_WORDS:
            raise _Unlike
        windows = np.lib.stride_tricks.sliding_window_view(self._bytes, _WORD)
        masks = np.array([(1 << 64) - (1 << (64 - 8 * kept)) for kept in range(_WORD + 1)], np.uint64)
        words = []
        for index in range(count):
            word = np.ascontiguousarray(windows[np.minimum(starts + _WORD * index, len(windows) - 1)])
            word = word.view(">u8").ravel().astype(np.uint64)
            words.append(word & masks[np.clip(lengths - _WORD * index, 0, _WORD)])
        return words

    def _mixed(self, words: list[Any]) -> Any:
        """Return one number for each text: the same for the same text, and hardly ever for another."""
        np = numeric.np
        mixed = words[0].copy()
        for word in words[1:]:
            mixed = ((mixed ^ (mixed >> np.uint64(29))) * np.uint64(_ODD)) ^ word
        return mixed

    def _unique(self, field: tuple[Any, Any]) -> None:
        if (field[0] == field[1]).any():
            raise _Unlike
        mixed = numeric.np.sort(self._mixed(self._words(field)))
        if (mixed[1:] == mixed[:-1]).any():  # the same text twice, or an accident: `tables` knows
            raise _Unlike

    def _coded(self, name: str) -> tuple[Any, Texts]:
        """Return a number for each text of a column, and the texts by these numbers."""
        starts, ends = self._field(name)
        if (starts == ends).any():
            raise _Unlike
        first, codes = self._codes(self._words((starts, ends)))
        return codes, Texts(self._text, starts[first], ends[first])

    def _codes(self, words: list[Any]) -> tuple[Any, Any]:
        np = numeric.np
        mixed = self._mixed(words)
        order = np.argsort(mixed)
        ordered = mixed[order]
        new = np.concatenate((np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1]))
        codes = np.empty(len(ordered), np.int64)
        codes[order] = np.cumsum(new) - 1
        first = order[new]
        if any((word != word[first][codes]).any() for word in words[1:]):  # two texts with one number
            raise _Unlike
        return first, codes

    def _amounts(self, currency: str) -> Any:
        """Return the amounts; each way to write one is parsed once."""
        np = numeric.np
        starts, ends = self._field("amount")
        first, codes = self._codes(self._words((starts, ends)))
        parsed = [amount_parse(text, currency) for text in Texts(self._text, starts[first], ends[first])]
        if max(parsed, default=0) * max(1, self._rows) >= numeric.LARGEST:
            raise _Unlike
        return np.array(parsed, np.int64)[codes]

    def _currency_check(self, currency: str) -> None:
        if "currency" not in self._place:
            return
        words = self._words(self._field("currency"))
        if len(words) != 1 or (words[0] != int.from_bytes(currency.encode().ljust(_WORD, b"\0"), "big")).any():
            raise _Unlike

    def _times(self) -> tuple[Any, Any]:
        """Return where the times begin and end, without their zone. All have to look alike."""
        if "confirmed_at" not in self._place:
            ends = self._field("contribution_id")[1]
            return ends, ends
        starts, ends = self._field("confirmed_at")
        if not self._rows:
            return starts, ends
        length = int(ends[0] - starts[0])
        if length not in _SHAPES or (ends - starts != length).any():
            raise _Unlike
        for index, sign in enumerate(_SHAPES[length]):
            found = self._bytes[starts + index]
            if ((found < ord("0")) | (found > ord("9")) if sign == "0" else found != ord(sign)).any():
                raise _Unlike
        if length:
            self._days_check(starts)
        if length == 20 and any(
            (self._number(starts + at, 2) > most).any() for at, most in ((11, 23), (14, 59), (17, 59))
        ):
            raise _Unlike
        return starts, (ends - 1 if length == 20 else ends)

    def _days_check(self, starts: Any) -> None:
        """Refuse days that no calendar has."""
        days = self._number(starts, 4) * 10_000 + self._number(starts + 5, 2) * 100 + self._number(starts + 8, 2)
        for day in numeric.np.unique(days).tolist():
            datetime.date(day // 10_000, day // 100 % 100, day % 100)

    def _number(self, starts: Any, digits: int) -> Any:
        number = self._bytes[starts].astype(numeric.np.int32) - ord("0")
        for index in range(1, digits):
            number = number * 10 + (self._bytes[starts + index] - ord("0"))
        return number

    def _ordered(self, ids: tuple[Any, Any], at: tuple[Any, Any]) -> Any:
        """Return the rows' numbers by (at, id)."""
        np = numeric.np
        words = [*self._words(at), *self._words(ids)]
        sorted_so_far = np.ones(max(0, self._rows - 1), bool)
        undecided = sorted_so_far.copy()
        for word in words:
            sorted_so_far &= ~undecided | (word[1:] >= word[:-1])
            undecided &= word[1:] == word[:-1]
        return np.arange(self._rows) if sorted_so_far.all() else np.lexsort(words[::-1])
