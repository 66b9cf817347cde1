"""The entries of a log in one file, one leaf a line, that can be read in order and at any place."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from typing import IO


class EntryFile:
    """Lines of a file, read in order; each can be read again by its index once it has gone by.

    Nothing of the file is kept in memory but where each line begins: eight bytes an entry.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """`file` is open for reading and has a real file behind it."""
        self._file = file
        self._starts = array("Q", [0])
        self._bytes = file.seek(0, os.SEEK_END)

    def __iter__(self) -> Iterator[bytes]:
        """Give each line without its newline. A last line without one is given too, and is a fault for `whole`."""
        self._file.seek(0)
        self._starts = starts = array("Q", [0])
        place = 0
        for line in self._file:
            place += len(line)
            starts.append(place)
            yield line[:-1] if line.endswith(b"\n") else line

    def __getitem__(self, index: int) -> bytes:
        """Return a line that went by."""
        start, end = self._starts[index], self._starts[index + 1]
        return self._at(start, end - start).removesuffix(b"\n")

    def whole(self) -> bool:
        """Say whether the last line ends as a line does."""
        return self._bytes == 0 or self._at(self._bytes - 1, 1) == b"\n"

    def _at(self, start: int, size: int) -> bytes:
        """Read without losing the place up to which the lines went by."""
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, start)
        here = self._file.tell()  # on Windows
        self._file.seek(start)
        data = self._file.read(size)
        self._file.seek(here)
        return data
