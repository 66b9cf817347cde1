"""Small files that must survive a crash."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def file_keep(path: Path, text: str) -> None:
    """Write a file for its owner's eyes, whole or not at all, and be sure that it is on the disk."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    with contextlib.suppress(OSError):  # Windows opens no folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
