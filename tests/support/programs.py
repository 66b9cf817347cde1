"""Programs that some tests need and not every machine has. Where one is missing, its tests are listed as not run."""

from __future__ import annotations

import os
import shutil

import pytest

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """Return where Chromium is: `CHROMIUM` in the environment, or on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)


def localstripe_python() -> str:
    """Return the Python that has localstripe (`LOCALSTRIPE` in the environment), or skip the test that asks.

    It stands in an environment of its own, outside the lock: its licence is the GPL, and it brings a web framework.
    `python3 -m venv DIR && DIR/bin/pip install localstripe==1.15.10`, then LOCALSTRIPE=DIR/bin/python.
    """
    path = os.environ.get("LOCALSTRIPE", "")
    if not path or shutil.which(path) is None:
        pytest.skip("localstripe is not installed (LOCALSTRIPE names the Python that has it)")
    return path


def needed(program: str) -> str:
    """Return where this program is, or skip the test that asks."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path
