#!/usr/bin/env python
"""Make this installation ready: translations, tables, places, static files and, in demonstration mode, its story.

Everything is done only where it is missing or has changed: the second time takes seconds.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]
# What no page of ours asks for; to compress it takes most of the time.
NOT_COLLECTED = ["redoc", "rest_framework", "htm*-4*"]


def main() -> None:
    """Run every step and say how long it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.demo")
    import django

    from tools.compile_messages import compile_messages

    _step("translations", compile_messages)
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.VAR.mkdir(exist_ok=True)
    _step("tables", lambda: call_command("migrate", interactive=False, verbosity=0))
    _step("cache", lambda: call_command("createcachetable", verbosity=0))
    _step("places", lambda: call_command("load_places", stdout=io.StringIO()))
    _step("static files", _collect_static)
    if settings.BIRGE_DEMO:
        sys.stdout.write("· demonstration\n")
        call_command("demo")
    call_command("ledger_key", stdout=io.StringIO())
    _step("public log", lambda: call_command("sequence", stdout=io.StringIO()))


def _step(name: str, run: Callable[[], object]) -> None:
    started = time.monotonic()
    sys.stdout.write(f"· {name}: ")
    sys.stdout.flush()
    run()
    sys.stdout.write(f"{time.monotonic() - started:.1f} s\n")


def _collect_static() -> None:
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    wanted = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=NOT_COLLECTED)
    stamp.write_text(wanted)


def _static_fingerprint() -> str:
    """Return a hash over the name, size and time of every file that would be collected."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(repr((settings.STORAGES, NOT_COLLECTED)).encode())
    for finder in get_finders():
        for name, storage in finder.list(NOT_COLLECTED):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
