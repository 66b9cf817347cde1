#!/usr/bin/env python
"""Compile the translations: each .po to the .mo beside it, with Babel, for gettext's msgfmt is not on every machine."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "platform" / "birge" / "i18n" / "locale"


def compile_messages(locale: Path = LOCALE) -> list[Path]:
    """Compile what has changed since it was compiled; return which .mo files were written."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        language = source.parent.parent.name
        with source.open("rb") as file:
            catalog = read_po(file, locale=language, abort_invalid=True)
        unfinished = target.with_suffix(".mo.tmp")
        with unfinished.open("wb") as file:
            write_mo(file, catalog)
        unfinished.replace(target)  # a reader sees the old one or the new one
        written.append(target)
    return written


if __name__ == "__main__":
    for path in compile_messages():
        sys.stdout.write(f"compiled {path.relative_to(ROOT)}\n")
