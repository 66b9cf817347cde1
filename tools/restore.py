#!/usr/bin/env python
"""Bring an archive back, then check the books. Stop the site first."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]


def main() -> int:
    """Restore, migrate to what this version of the software needs, check."""
    from tools.archives import ArchiveError, Installation, backup, grant, restore
    from tools.backup import default_archive

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--force", action="store_true", help="replace what is here; a backup of it is made first")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.demo")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    installation = Installation(settings.DATABASES["default"], Path(settings.MEDIA_ROOT))
    try:
        if asked.force and not installation.is_empty():
            before = default_archive("before-restore")
            backup(installation, before)
            sys.stdout.write(f"What was here is kept in {before}\n")
        count = restore(asked.archive, installation, force=asked.force)
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The database and {count} files are back.\n")
    call_command("migrate", interactive=False, verbosity=0)
    grant(installation)
    return _check()


def _check() -> int:
    from funds.ledger.checks import check_ledger

    faults = check_ledger()
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) or "The books agree.\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
