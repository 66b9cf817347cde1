"""The entries of a log in one file, one leaf a line, that can be read in order and at any place."""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator
from typing import IO


class EntryFile:
    """Lines of a file, read in order; each can be read again by its index once it has gone by."""

    def __init__(self, file: IO[bytes]) -> None:
        """`file` is open for reading and has a real file behind it."""
        self._file = file
        self._starts = array("Q")
        empty = file.seek(0, 2) == 0
        self._map = None if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __iter__(self) -> Iterator[bytes]:
        """Give each line without its newline. A last line without one is given too, and is a fault for `whole`."""
        if self._map is None:
            return
        self._map.seek(0)
        starts, place = self._starts, 0
        for line in iter(self._map.readline, b""):
            starts.append(place)
            place += len(line)
            yield line[:-1] if line.endswith(b"\n") else line

    def __getitem__(self, index: int) -> bytes:
        """Return a line that went by."""
        if self._map is None:
            raise IndexError(index)
        start = self._starts[index]
        end = self._map.find(b"\n", start)
        return self._map[start : end if end >= 0 else len(self._map)]

    def whole(self) -> bool:
        """Say whether the last line ends as a line does."""
        return self._map is None or self._map[-1:] == b"\n"
