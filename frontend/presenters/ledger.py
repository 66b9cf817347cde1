"""Entries and accounts of the ledger in words. The code of an account stays beside its name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.organisations.models import Organisation
from funds.ledger.codes import parse
from funds.ledger.kinds import Book
from funds.ledger.models import Entry
from projects.works.models import BudgetLine, Project

from .words import language


@dataclass(frozen=True)
class EntryLine:
    """One entry in a list. `minor` is the sum of its debits, in the currency of its first posting."""

    id: uuid.UUID
    date: Any
    label: str
    subject: str
    minor: int
    currency: str


class Names:
    """The names behind the public ids in account codes, read once for a whole page."""

    def __init__(self, codes: Sequence[str]) -> None:
        """`codes` are account codes such as `held:<custodian>:project-<project>`."""
        parts = [parse(code) for code in set(codes)]
        project_ids = {part.purpose_ref for part in parts if part.purpose_ref}
        custodian_ids = {part.custodian for part in parts if part.custodian}
        self.projects = {project.public_id: project for project in Project.objects.filter(public_id__in=project_ids)}
        self.custodians = {
            custodian.public_id: custodian for custodian in Organisation.objects.filter(public_id__in=custodian_ids)
        }

        spent = {part.purpose_ref for part in parts if part.type == "spent"}
        lines = BudgetLine.objects.filter(project__public_id__in=spent).select_related("project") if spent else []
        self.lines = {(line.project.public_id, str(line.position)): line.text for line in lines}

    def project(self, code: str) -> Project | None:
        """Return the project that this account belongs to, if any."""
        return self.projects.get(parse(code).purpose_ref)

    def account_here(self, code: str) -> str:
        """Return what the account is, on a page about its project: the project is not named again."""
        part = parse(code)
        words = {
            "held": _("Held"),
            "advance": _("Paid out, receipts to come"),
            "spent": _("Spent, with receipts"),
            "accountable": _("Paid out in all: the village must account for it"),
            "promised": _("Promised by donors"),
            "pool": _("The village’s share, still free"),
            "reserved": _("The village’s share, kept for promises"),
        }
        name = words.get(part.type) or self.account(code)
        line = self.lines.get((part.purpose_ref, part.line)) if part.type == "spent" else None
        return f"{name}: {line}" if line else name

    def account(self, code: str) -> str:
        """Return what the account is, in words."""
        part = parse(code)
        said = language()
        project, custodian = self.project(code), self.custodians.get(part.custodian)
        words = {
            "bank": _("Bank account of %(custodian)s"),
            "cash": _("Cash box of %(custodian)s"),
            "sandbox": _("Play money at %(custodian)s"),
            "held": _("Held for “%(project)s”"),
            "unidentified": _("Money of unknown origin at %(custodian)s"),
            "reserve": _("Reserve of %(custodian)s"),
            "advance": _("Paid out for “%(project)s”, receipts to come"),
            "spent": _("Spent on “%(project)s”, with receipts"),
            "accountable": _("The village must account for this: “%(project)s”"),
            "promised": _("Promised for “%(project)s”"),
            "promisor": _("Those who promise"),
            "pool": _("The village’s share still free, “%(project)s”"),
            "reserved": _("The village’s share reserved, “%(project)s”"),
        }
        return words.get(part.type, part.type) % {
            "custodian": custodian.name(said) if custodian else part.custodian,
            "project": project.title(said) if project else part.purpose,
        }


def entry_lines(entries: Sequence[Entry]) -> list[EntryLine]:
    """Return entries for a list; their postings and accounts must be prefetched."""
    names = Names([posting.account.code for entry in entries for posting in entry.postings.all()])
    lines = []
    for entry in entries:
        postings = list(entry.postings.all())
        debits = [posting for posting in postings if posting.amount > 0 and posting.currency == postings[0].currency]
        # An entry that also accounts for the spending moves its sum once, not twice.
        largest = max((posting.amount for posting in debits), default=0)
        project = next(filter(None, (names.project(posting.account.code) for posting in postings)), None)
        lines.append(
            EntryLine(
                id=entry.id,
                date=entry.date,
                label=entry.get_kind_display(),
                subject=project.title(language()) if project else "",
                minor=largest,
                currency=postings[0].currency,
            )
        )
    return lines


def entry_page(entry: Entry) -> dict[str, Any]:
    """Return one entry with each of its postings and its exact bytes."""
    postings = list(entry.postings.select_related("account").order_by("k"))
    names = Names([posting.account.code for posting in postings])
    project = next(filter(None, (names.project(posting.account.code) for posting in postings)), None)
    return {
        "id": entry.id,
        "date": entry.date,
        "label": entry.get_kind_display(),
        "book_label": Book(entry.book).label,
        "subject": project.title(language()) if project else "",
        "subject_url": reverse("project", args=[project.public_id]) if project else "",
        "reverses_id": entry.reverses_id,
        "resolves_id": entry.resolves_id,
        "leaf_text": bytes(entry.leaf).decode(),
        "postings": [
            {
                "label": names.account(posting.account.code),
                "code": posting.account.code,
                "minor": posting.amount,
                "currency": posting.currency,
            }
            for posting in postings
        ],
    }
