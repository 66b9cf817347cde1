#!/usr/bin/env python
"""Put the database and all files into one archive. The site may go on working meanwhile."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]


def main() -> int:
    """Write it, say where it is."""
    from tools.archives import ArchiveError, Installation, backup

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path, help="where to (default: var/backups/birge-<time>.tar.gz)")
    archive = parser.parse_args().archive or default_archive()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.demo")
    from django.conf import settings

    try:
        count = backup(Installation(settings.DATABASES["default"], Path(settings.MEDIA_ROOT)), archive)
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{archive}: the database and {count} files, {archive.stat().st_size // 1024 + 1} KiB\n")
    return 0


def default_archive(what: str = "birge") -> Path:
    """Return a name nobody has used: by the second, in UTC."""
    return ROOT / "var" / "backups" / f"{what}-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}.tar.gz"


if __name__ == "__main__":
    sys.exit(main())
