"""`manage.py ledger_journal`: write the log, or a part of it, as a file for another program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from funds.ledger.exporting import FORMATS, Selection, journal, known, of_custodian, of_pool, of_purposes, size_signed


class Command(BaseCommand):
    """For operators, and for what checks us every night."""

    help = "Write what is signed of the log for hledger, for Beancount or as a table; all, or what touches a purpose."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which format, which entries, where to."""
        parser.add_argument("--format", choices=list(FORMATS), required=True)
        parser.add_argument("--project", action="append", default=[], metavar="ID", help="may be given several times")
        parser.add_argument("--pool", default="", metavar="ID")
        parser.add_argument("--custodian", default="", metavar="ID")
        day = dt.date.fromisoformat
        parser.add_argument("--from", dest="first", type=day, metavar="DAY", help="the first day (UTC)")
        parser.add_argument("--to", dest="last", type=day, metavar="DAY", help="the last day (UTC)")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it; to a file whole or not at all."""
        size = size_signed()
        if not size:
            raise CommandError("Nothing has been signed yet: run `manage.py sequence` first.")
        pieces = journal(options["format"], Selection(size, _touching(options), options["first"], options["last"]))
        if options["output"] is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
        else:
            _write(options["output"], pieces)


def _touching(options: dict[str, Any]) -> tuple[Q, ...]:
    """Return what entries must touch. Raises CommandError for an identifier that the ledger does not know."""
    for project in options["project"]:
        _must_be_known("project", project, of_purposes([project]))
    conditions = [of_purposes(options["project"])] if options["project"] else []
    for name, condition in (("pool", of_pool), ("custodian", of_custodian)):
        if options[name]:
            conditions.append(condition(options[name]))
            _must_be_known(name, options[name], conditions[-1])
    return tuple(conditions)


def _must_be_known(name: str, ref: str, condition: Q) -> None:
    if not known(condition):
        raise CommandError(f"The ledger has no account of a {name} {ref!r}.")


def _write(path: Path, pieces: Iterator[str]) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
