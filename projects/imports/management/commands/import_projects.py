"""`manage.py import_projects`: a village's list of projects becomes drafts. See docs/import.md."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import BirgeError
from projects.imports.mapping import Mapping, mapping_read, mapping_with
from projects.imports.places import administration_find, village_find
from projects.imports.services import Report, Target, list_import
from projects.imports.tables import Table, table_read

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"


class Command(BaseCommand):
    """Read the list, say what is wrong with it, and write the drafts."""

    help = "Reads a village's list of projects (CSV) and makes a draft of each row. See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the options."""
        own = ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.toml")))
        parser.add_argument("file", type=Path, help="the list: a spreadsheet saved as CSV")
        parser.add_argument("--actor", required=True, metavar="EMAIL", help="who imports: an officer of the village")
        parser.add_argument("--village", default="", help="public id, SOATE code or name; for rows that name no place")
        parser.add_argument("--administration", default="", help="public id or name; else the one of the village")
        parser.add_argument(
            "--mapping", default="", metavar="MAP.toml", help=f"what the columns mean: a file, or {own}"
        )
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="for all rows")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--skip-bad", action="store_true", help="import the good rows and leave the bad ones out")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        languages = list(dict(settings.LANGUAGES))
        parser.add_argument("--messages", default="en", choices=languages, help="the language to answer in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and fail with status 1 if anything was left out unasked."""
        with translation.override(options["messages"]):
            try:
                table, report = self._import(options)
            except BirgeError as refusal:
                raise CommandError(str(refusal)) from None
            if options["json"]:
                self.stdout.write(_as_json(table, report, options))
            else:
                self._tell(table, report, options)
            if report.complaints and not options["skip_bad"]:
                raise CommandError(
                    _("Nothing was imported: %(bad)s of %(rows)s rows need a look (--skip-bad leaves them out).")
                    % {"bad": report.bad_rows, "rows": report.rows}
                )

    def _import(self, options: dict[str, Any]) -> tuple[Table, Report]:
        actor = User.objects.filter(email=options["actor"].strip().lower(), is_active=True).first()
        if actor is None:
            raise CommandError(_("Nobody has the e-mail address %(email)s.") % {"email": options["actor"]})
        mapping = mapping_with(_mapping(options["mapping"]), options["set"])
        table = table_read(
            options["file"],
            header_line=mapping.header_line,
            separator=mapping.separator,
            encoding=mapping.encoding,
        )
        village, administration = None, None
        if options["administration"]:
            administration = administration_find(options["administration"], village=None, actor=actor)
        if options["village"]:
            village = village_find(options["village"], within=administration.place if administration else None)
        target = Target(administration or administration_find("", village=village, actor=actor), village, actor)
        return table, list_import(
            table=table,
            mapping=mapping,
            target=target,
            dry_run=options["dry_run"],
            skip_bad=options["skip_bad"],
        )

    def _tell(self, table: Table, report: Report, options: dict[str, Any]) -> None:
        separator = {"\t": "tab"}.get(table.separator, table.separator)
        self.stdout.write(
            _("%(rows)s rows, read as %(encoding)s with columns separated by “%(separator)s”.")
            % {"rows": report.rows, "encoding": table.encoding, "separator": separator}
        )
        for note in report.notes:
            self.stdout.write(_("Note: %(note)s") % {"note": note})
        for complaint in report.complaints:
            where = _("line %(line)s") % {"line": complaint.line}
            column = f" [{complaint.column}]" if complaint.column else ""
            self.stderr.write(f"{where}{column}: {complaint.reason}")
        counts = {"new": len(report.imported), "already": report.already, "bad": report.bad_rows}
        if report.written:
            text = _("Imported as drafts: %(new)s. Imported before: %(already)s. Left out: %(bad)s.")
        elif options["dry_run"]:
            text = _("Would be imported: %(new)s. Imported before: %(already)s. Bad: %(bad)s. Nothing was written.")
        else:
            text = _("Good rows: %(new)s. Imported before: %(already)s. Bad: %(bad)s. Nothing was written.")
        self.stdout.write(text % counts)


def _mapping(text: str) -> Mapping:
    """Return the mapping at that path, or the one of that name which comes with Birge."""
    if not text:
        return Mapping()
    own = MAPPINGS / f"{text}.toml"
    return mapping_read(own if "/" not in text and own.is_file() else Path(text))


def _as_json(table: Table, report: Report, options: dict[str, Any]) -> str:
    answer = {
        "rows": report.rows,
        "encoding": table.encoding,
        "separator": table.separator,
        "imported": report.imported if report.written else [],
        "good": len(report.imported),
        "imported_before": report.already,
        "bad_rows": report.bad_rows,
        "complaints": [asdict(complaint) for complaint in report.complaints],
        "notes": report.notes,
        "dry_run": options["dry_run"],
        "written": report.written,
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)
