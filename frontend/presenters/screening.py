"""Block lists, who was looked up in them, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from birge.organisations.permissions import is_platform_administrator
from funds.screening.models import BlockList, ScreeningRecord
from funds.screening.selectors import lists_kept, undecided
from funds.screening.states import Outcome, PartyKind, Subject, Verdict
from funds.transfers.models import Transfer

from .facts import Fact, Link, day, facts, signed, who
from .rows import Row
from .tasks import Task
from .words import language

OUTCOME_TONE = {Outcome.CLEAR: "", Outcome.HIT: "bad", Outcome.KNOWN: "wait"}


def record_row(record: ScreeningRecord) -> Row:
    """Return a look into the lists as a line."""
    decision = getattr(record, "decision", None)
    label = Verdict(decision.verdict).label if decision else _outcome(record)
    tone = "bad" if decision and decision.verdict == Verdict.BLOCKED else OUTCOME_TONE[Outcome(record.outcome)]
    tone = "wait" if record.looked_nowhere else tone
    return Row(
        title=", ".join(dict.fromkeys(each["name"] for each in record.parties)),
        text=" · ".join([str(Subject(record.subject).label), day(record.at), who(record.screened_by)]),
        url=reverse("screening_record", args=[record.public_id]),
        tag=str(label),
        tone="" if decision and decision.verdict != Verdict.BLOCKED else tone,
    )


def record_context(record: ScreeningRecord, user: User) -> dict[str, Any]:
    """Return the page of one look: who was looked up, in which versions, what was like it, what was decided."""
    decision = getattr(record, "decision", None)
    lists = ", ".join(f"{each['source']} {each['version']}" for each in record.lists)
    note, tone = _note(record, user)
    back = (
        Link(reverse("custodian_screening", args=[record.organisation.public_id]), _("Block lists"))
        if record.organisation
        else Link(reverse("block_lists"), _("Block lists"))
    )
    return {
        "title": _("Looked up in the block lists"),
        "note": note,
        "note_tone": tone,
        "back": back,
        "facts": facts(
            Fact(_("For"), str(Subject(record.subject).label), _subject_url(record)),
            *(_party(each) for each in record.parties),
            Fact(_("In these lists"), lists or _("no list is loaded yet")),
            Fact(_("Looked up"), signed(record.screened_by, record.at)),
            *(_decided(decision) if decision else []),
        ),
        "hits": [_hit(each) for each in record.hits],
    }


def lists_context() -> dict[str, Any]:
    """Return what administrators see: every version that was ever loaded, and what waits for them."""
    return {
        "title": _("Block lists"),
        "back": Link(reverse("administration"), _("Administration")),
        "rows": [_list_row(each) for each in lists_kept()[:60]],
        "waiting": [record_row(each) for each in undecided()],
    }


def screening_tasks(user: User) -> Iterator[Task]:
    """Return the likenesses on which an administrator has to decide."""
    if not is_platform_administrator(user):
        return
    for record in undecided().exclude(screened_by=user)[:10]:
        yield _task(record, "")


def custodian_screening_tasks(custodian: Organisation, user: User) -> Iterator[Task]:
    """Return the likenesses on which an officer of this custodian has to decide who did not look them up."""
    for record in undecided([custodian]).exclude(screened_by=user):
        yield _task(record, custodian.name(language()))


def _task(record: ScreeningRecord, organisation: str) -> Task:
    names = ", ".join(dict.fromkeys(hit["party"] for hit in record.hits))
    return Task(
        title=_("Somebody is like a name on a block list"),
        text=names,
        url=reverse("screening_record", args=[record.public_id]),
        tone="bad",
        waiting_since=record.at,
        organisation_name=organisation,
    )


def _list_row(block_list: BlockList) -> Row:
    names = ngettext("%(n)s name", "%(n)s names", block_list.name_count) % {"n": block_list.name_count}
    return Row(
        title=f"{block_list.source}, {day(block_list.version)}",
        text=" · ".join([names, signed(block_list.loaded_by, block_list.loaded_at), f"SHA-256 {block_list.sha256}"]),
        url="",
    )


def _party(party: dict[str, Any]) -> Fact:
    numbers = ", ".join(party["identifiers"])
    kind = str(PartyKind(party["kind"]).label)
    return Fact(_role(party["role"]) or kind, f"{party['name']}\n{numbers}" if numbers else party["name"])


def _role(role: str) -> str:
    return {
        "sender_bank": _("The sender’s bank"),
        "via_bank": _("A bank in between"),
        "receiver_bank": _("The receiver’s bank"),
        "sender": _("The sender"),
        "receiver": _("The receiver"),
    }.get(role, "")


def _hit(hit: dict[str, Any]) -> dict[str, str]:
    return {
        "title": f"{hit['party']} ≈ {hit['name']}",
        "text": " · ".join(
            part
            for part in (
                _("listed by %(who)s") % {"who": hit["listed_by"]},
                hit["reason"],
                _("since %(day)s") % {"day": hit["valid_from"]} if hit["valid_from"] else "",
                f"{hit['source']} {hit['version']}",
                _("the same number") if hit["by_number"] else _("a like name"),
            )
            if part
        ),
        "binding": _("This law binds a custodian concerned: nobody can allow it.") if hit["binding"] else "",
    }


def _decided(decision: Any) -> list[Fact]:
    return [
        Fact(_("Decision"), str(Verdict(decision.verdict).label)),
        Fact(_("Why"), decision.reason),
        Fact(_("Decided by"), signed(decision.decided_by, decision.decided_at)),
    ]


def _note(record: ScreeningRecord, user: User) -> tuple[str, str]:
    if getattr(record, "decision", None):
        return _("It is decided. A decision is never changed."), ""
    if record.looked_nowhere:
        return _("No list was loaded, so nothing could be found. An administrator loads them; then look again."), "warn"
    if record.outcome == Outcome.CLEAR:
        return _("Nobody on a list is like this."), ""
    if record.outcome == Outcome.KNOWN:
        return _("It was decided before."), ""
    if record.screened_by_id == user.pk:
        return _("You had it looked up, so another person decides. Until then nothing moves."), "warn"
    return _("Compare names, numbers and places with the list itself. Until you decide, nothing moves."), "warn"


def _outcome(record: ScreeningRecord) -> str:
    if record.looked_nowhere:
        return _("there was no list to look in")
    return str(Outcome(record.outcome).label)


def _subject_url(record: ScreeningRecord) -> str:
    if record.subject == Subject.TRANSFER and Transfer.objects.filter(public_id=record.subject_ref).exists():
        return reverse("custodian_transfer", args=[record.subject_ref])
    if record.subject == Subject.ORGANISATION:
        return reverse("organisation_check", args=[record.subject_ref])
    return ""


__all__ = [
    "custodian_screening_tasks",
    "lists_context",
    "record_context",
    "record_row",
    "screening_tasks",
]
