"""Programs that some tests need and not every machine has. Where one is missing, its tests are listed as not run."""

from __future__ import annotations

import os
import shutil

import pytest

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """Return where Chromium is: `CHROMIUM` in the environment, or on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)


def needed(program: str) -> str:
    """Return where this program is, or skip the test that asks."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path
