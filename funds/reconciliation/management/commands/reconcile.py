"""`manage.py reconcile`: our books beside the bank's and Stripe's. Ends with 0, 1 (differences) or 2 (no answer)."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from birge.money import Money, format_money
from birge.organisations.models import Organisation, OrganisationKind

from ...models import Difference, ExplainedShare, Reconciliation
from ...services import ReconcileReport, reconcile


class Command(BaseCommand):
    """Compares and keeps what came of it; never writes to the ledger."""

    help = (
        "Compare our balances with bank statements and Stripe. Exit status: 0 all explained, 1 differences, 2 errors."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --custodian, --no-stripe and --json."""
        parser.add_argument("--custodian", metavar="ID", help="only this one (its public identifier)")
        parser.add_argument("--no-stripe", action="store_true", help="do not ask Stripe")
        parser.add_argument("--json", action="store_true", help="one line of JSON; amounts in minor units")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, say what was found, and end with the status."""
        custodians = Organisation.objects.filter(kind=OrganisationKind.CUSTODIAN).order_by("pk")
        if options["custodian"]:
            custodians = custodians.filter(public_id=options["custodian"])
        errors = [] if custodians or not options["custodian"] else [f"no custodian {options['custodian']}"]
        reports = [reconcile(custodian, ask_stripe=not options["no_stripe"]) for custodian in custodians]
        errors += [f"{report.custodian.public_id} {error}" for report in reports for error in report.errors]
        if options["json"]:
            told = {"custodians": [report_dict(report) for report in reports], "errors": errors}
            self.stdout.write(json.dumps(told, ensure_ascii=False, sort_keys=True))
        else:
            self._print(reports, errors)
        status = 2 if errors else 1 if any(report.differences for report in reports) else 0
        if status:
            sys.exit(status)

    def _print(self, reports: list[ReconcileReport], errors: list[str]) -> None:
        for report in reports:
            self.stdout.write(f"{report.custodian.public_id} {report.custodian.name('en')}")
            for row in report.rows:
                theirs = "-" if row.theirs_minor is None else _money(row.theirs_minor, row.currency)
                ours = _money(row.ours_minor, row.currency)
                self.stdout.write(f"  {row.kind} {row.currency}: ours {ours}, theirs {theirs}, {row.outcome}")
            for each in report.differences:
                owner = each.owner.public_id if each.owner else "nobody"
                amount = _money(each.amount_minor, each.currency)
                self.stdout.write(f"    {each.kind} {each.ref} {amount}, {each.age_days} days, {owner}")
            for share in report.shares:
                said = "no statements yet" if share.permille is None else f"{share.permille / 10:.1f} %"
                self.stdout.write(f"  explained within three days, {share.currency}: {said}")
        for error in errors:
            self.stderr.write(f"error: {error}")


def report_dict(report: ReconcileReport) -> dict[str, Any]:
    """Return a report as plain JSON; amounts in minor units."""
    return {
        "id": report.custodian.public_id,
        "run_at": report.run_at.isoformat(),
        "accounts": [_row(row) for row in report.rows],
        "differences": [_difference(each) for each in report.differences],
        "explained": [_share(each) for each in report.shares],
    }


def _row(row: Reconciliation) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "currency": row.currency,
        "ours": row.ours_minor,
        "theirs": row.theirs_minor,
        "difference": row.difference_minor,
        "explained": row.explained_minor,
        "as_of": row.as_of.isoformat() if row.as_of else None,
        "since": row.since.isoformat() if row.since else None,
        "outcome": row.outcome,
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "account": each.account_kind,
        "kind": each.kind,
        "ref": each.ref,
        "amount": each.amount_minor,
        "currency": each.currency,
        "day": each.day.isoformat(),
        "age_days": each.age_days,
        "owner": each.owner.public_id if each.owner else None,
    }


def _share(each: ExplainedShare) -> dict[str, Any]:
    return {
        "currency": each.currency,
        "moved": each.moved_minor,
        "explained": each.explained_minor,
        "set_aside": each.set_aside_minor,
        "permille": each.permille,
        "statements_until": each.statements_until.isoformat() if each.statements_until else None,
    }


def _money(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), "en")
