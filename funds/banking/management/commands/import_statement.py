"""`manage.py import_statement FILE --account ACCOUNT`: take a bank statement in, or see what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from funds.banking.models import BankAccount
from funds.banking.reading import FORMATS, MAX_BYTES, StatementError, account_key
from funds.banking.services import ImportReport, statement_import
from funds.banking.wording import outcome_text

REFUSED = 2


class Command(BaseCommand):
    """Read a statement, keep what is new, say what came of it. Exit status 2 if nothing was kept."""

    help = "Take a bank statement in (1C, camt.053, MT940, CSV, XLSX). Exit status 2: refused, nothing was kept."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what can be given."""
        parser.add_argument("file", help="the statement")
        parser.add_argument("--account", default="", help="public id or number of the account")
        parser.add_argument("--currency", default="", help="where one number has accounts in several currencies")
        parser.add_argument("--format", default="auto", help=f"auto, {', '.join(FORMATS)}")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done; needs no account")
        parser.add_argument("--json", action="store_true", help="a report for machines; amounts in minor units")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; whatever is wrong stands in the report."""
        report = self._report(options)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            self._tell(report)
        if report.errors:
            sys.exit(REFUSED)

    def _report(self, options: dict[str, Any]) -> ImportReport:
        refused = ImportReport(dry_run=options["dry_run"], account=options["account"])
        try:
            data = _content(options["file"])
            account = _account(options["account"], options["currency"]) if options["account"] else None
            if account is None and not options["dry_run"]:
                raise StatementError("account_wanted")
        except StatementError as error:
            return refused.refuse(error)
        return statement_import(
            account=account, data=data, actor=None, file_format=options["format"], dry_run=options["dry_run"]
        )

    def _tell(self, report: ImportReport) -> None:
        for each in (*report.errors, *report.warnings):
            self.stderr.write(each["message"])
        if report.errors:
            return
        self.stdout.write(outcome_text(report.lines, report.new, report.duplicates))
        self.stdout.write(
            f"{report.format} {report.currency}: {report.opening} → {report.closing}; matched {report.matched}, "
            f"suggested {report.suggested}, unidentified {report.unidentified}"
        )


def _content(name: str) -> bytes:
    """Return the file, unless it is too large to be one. Raises StatementError."""
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise StatementError("no_file", kind=error.strerror or type(error).__name__) from None
    return data


def _account(named: str, currency: str) -> BankAccount:
    found = list(BankAccount.objects.filter(public_id=named)) or [
        each
        for each in BankAccount.objects.filter(number=account_key(named))
        if not currency or each.currency == currency.upper()
    ]
    if not found:
        raise StatementError("account_unknown", account=named[:64])
    if len(found) > 1:
        raise StatementError("several_accounts", accounts=", ".join(f"{each.public_id} {each}" for each in found))
    return found[0]
