"""Entries and accounts of the ledger in words. The code of an account stays beside its name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from birge.documents.models import Document, Visibility
from birge.organisations.models import Organisation
from birge_engine.leaf import leaf_decode
from funds.ledger.codes import Code, parse
from funds.ledger.explorer import Line, Seen, account_holds, entry_seen
from funds.ledger.kinds import Book
from funds.ledger.models import Account, Entry
from funds.matching.models import Rule
from funds.matching.rule_entries import RULE_TEXT, RUN_REPORT
from funds.pools.models import Pool
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
    number: int | None  # its place in the log as people count, from one
    final: bool


class Names:
    """The names behind the public ids in account codes: each kind is read once for a whole page, if it is asked for."""

    def __init__(self, codes: Sequence[str]) -> None:
        """`codes` are account codes such as `held:<custodian>:project-<project>`."""
        self._parts = [parse(code) for code in set(codes)]

    @cached_property
    def projects(self) -> dict[str, Project]:
        """Return the projects by their public ids."""
        ids = {part.purpose_ref for part in self._parts if part.purpose_ref}
        return {project.public_id: project for project in Project.objects.filter(public_id__in=ids)}

    @cached_property
    def custodians(self) -> dict[str, Organisation]:
        """Return the custodians by their public ids."""
        ids = {part.custodian for part in self._parts if part.custodian}
        return {custodian.public_id: custodian for custodian in Organisation.objects.filter(public_id__in=ids)}

    @cached_property
    def pools(self) -> dict[str, Pool]:
        """Return the pools by their public ids."""
        ids = {part.purpose_ref for part in self._parts if part.purpose.startswith("pool-")}
        return {pool.public_id: pool for pool in Pool.objects.filter(public_id__in=ids)}

    @cached_property
    def rules(self) -> dict[str, str]:
        """Return the names of the pools' rules by their public ids."""
        ids = {part.line for part in self._parts if part.purpose.startswith("pool-") and part.line}
        return dict(Rule.objects.filter(public_id__in=ids).values_list("public_id", "name"))

    @cached_property
    def lines(self) -> dict[tuple[str, str], str]:
        """Return the texts of budget lines by project and position."""
        spent = {part.purpose_ref for part in self._parts if part.type == "spent"}
        lines = BudgetLine.objects.filter(project__public_id__in=spent).select_related("project")
        return {(line.project.public_id, str(line.position)): line.text for line in lines}

    def project(self, code: str) -> Project | None:
        """Return the project that this account belongs to, if any."""
        return self.projects.get(parse(code).purpose_ref)

    def account_here(self, code: str) -> str:
        """Return what the account is, on a page about its project: the project is not named again."""
        part = parse(code)
        if part.purpose.startswith("pool-"):
            return self.account(code)
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
        if part.purpose.startswith("pool-"):
            return self._pool_account(part, said)
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
        text = words.get(part.type, part.type)
        project = self.project(code) if "%(project)s" in text else None
        custodian = self.custodians.get(part.custodian) if "%(custodian)s" in text else None
        return text % {
            "custodian": custodian.name(said) if custodian else part.custodian,
            "project": project.title(said) if project else part.purpose,
        }

    def _pool_account(self, part: Code, said: str) -> str:
        words = {
            "cash": _("Cash with the treasurer of the pool “%(pool)s”"),
            "held": _("Set aside in the pool “%(pool)s” for the rule “%(rule)s”")
            if part.line
            else _("Held in the pool “%(pool)s”"),
            "pool": _("Offered by the rule “%(rule)s” of the pool “%(pool)s”"),
            "reserved": _("Reserved by the rule “%(rule)s” of the pool “%(pool)s”"),
            "promisor": _("The pool “%(pool)s”, which promises by the rule “%(rule)s”"),
        }
        pool = self.pools.get(part.purpose_ref)
        return words.get(part.type, part.type) % {
            "pool": pool.name(said) if pool else part.purpose_ref,
            "rule": self.rules.get(part.line, part.line),
        }


def entry_lines(seen: Sequence[Seen]) -> list[EntryLine]:
    """Return entries for a list; their postings and accounts must be prefetched."""
    names = Names([posting.account.code for each in seen for posting in each.entry.postings.all()])
    lines = []
    for each in seen:
        entry = each.entry
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
                number=None if each.index is None else each.index + 1,
                final=each.final,
            )
        )
    return lines


def entry_page(entry: Entry) -> dict[str, Any]:
    """Return one entry with each of its postings, its papers, its place in the log and its exact bytes."""
    postings, seen = list(entry.postings.select_related("account").order_by("k")), entry_seen(entry)
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
        "final": seen.final,
        "number": None if seen.index is None else seen.index + 1,
        "documents": documents_of(entry),
        "qr": qr_of(reverse("entry", args=[entry.pk])),
        "postings": [
            {
                "label": names.account(posting.account.code),
                "code": posting.account.code,
                "url": account_url(posting.account),
                "minor": posting.amount,
                "currency": posting.currency,
            }
            for posting in postings
        ],
    }


@dataclass(frozen=True)
class Paper:
    """A document that an entry names by the SHA-256 of its salt and its bytes.

    `url` and `salt` are empty where not everyone may see it.
    """

    label: str
    sha256: str
    url: str
    salt: str


def documents_of(entry: Entry) -> list[Paper]:
    """Return the papers an entry names by their digests; a digest without a paper here is shown all the same."""
    named = leaf_decode(bytes(entry.leaf))["documents"]
    kept = {each.sha256: each for each in Document.objects.filter(sha256__in=[each["sha256"] for each in named])}
    words = {RULE_TEXT: _("the text of the rule"), RUN_REPORT: _("the report of the round")}
    papers = []
    for each in named:
        document = kept.get(each["sha256"])
        shown = document is not None and document.visibility == Visibility.PUBLIC
        label = document.get_kind_display() if document else words.get(each["type"], each["type"])
        url = reverse("document", args=[document.public_id]) if document and shown else ""
        salt = bytes(document.salt).hex() if document and shown else ""
        papers.append(Paper(label, each["sha256"], url, salt))
    return papers


def qr_of(path: str) -> SafeString:
    """Return the code that leads a camera to this page, as an SVG of black squares."""
    code = segno.make(f"{settings.SITE_URL}{path}", micro=False)
    return mark_safe(code.svg_inline(scale=3, border=2, svgclass="qr", lineclass=None, omitsize=True))  # noqa: S308 - made of numbers


def account_url(account: Account) -> str:
    """Return the address of an account's statement."""
    return reverse("account", args=[account.code, account.currency])


def account_statement(account: Account, lines: Sequence[Line]) -> dict[str, Any]:
    """Return an account's statement: what it is, what it holds, and its lines, newest first."""
    names = Names([account.code])
    project = names.project(account.code)
    return {
        "label": names.account(account.code),
        "account": account,
        "holds": account_holds(account),
        "project": project,
        "project_title": project.title(language()) if project else "",
        "lines": [
            {
                "id": line.entry.pk,
                "label": line.entry.get_kind_display(),
                "date": line.entry.date,
                "number": line.index + 1,
                "minor": line.amount,
                "balance": line.balance,
            }
            for line in lines
        ],
    }
