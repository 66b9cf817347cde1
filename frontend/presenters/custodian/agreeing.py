"""Our books beside the bank's and Stripe's, in words: for the officers, and the figure for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, day, facts, say, signed, who
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.reconciliation.models import Difference, ExplainedShare, Outcome, Reconciliation
from funds.reconciliation.selectors import differences_open, newest_reconciliation, newest_shares
from funds.releases.models import Refund, Release

from .subjects import back_to

LATE_DAYS = 3
TONE = {Outcome.AGREES: "", Outcome.DIFFERS: "bad", Outcome.NO_STATEMENT: "wait", Outcome.NO_ANSWER: "wait"}


@dataclass(frozen=True)
class ShareLine:
    """The public figure of one currency in words; `figure` is empty while there is none."""

    figure: str
    text: str


def agreeing_context(custodian: Organisation) -> dict[str, Any]:
    """Return the page of what does not agree, and of the newest comparison."""
    open_ones = list(differences_open(custodian))
    return {
        "title": _("Do our books agree with the bank?"),
        "back": back_to(custodian),
        "rows": [difference_row(each) for each in open_ones],
        "compared": [compared_row(each) for each in newest_reconciliation(custodian)],
        "shares": [share_line(each) for each in newest_shares(custodian)],
    }


def difference_row(difference: Difference) -> Row:
    """Return one thing that does not agree: what, since when, whose it is to find out."""
    owner = who(difference.owner) if difference.owner else _("nobody looks after it yet")
    parts = [day(difference.day), owner, difference.note]
    return Row(
        title=str(difference.get_kind_display()),
        text=" · ".join(part for part in parts if part),
        url=reverse("custodian_difference", args=[difference.public_id]),
        amount=say(difference.amount_minor, difference.currency),
        tag=age_text(difference),
        tone="bad" if difference.age_days > LATE_DAYS else "wait",
    )


def age_text(difference: Difference) -> str:
    """Return for how long it has stood."""
    days = difference.age_days
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if days else _("since today")


def compared_row(row: Reconciliation) -> Row:
    """Return what both sides had, and on which day."""
    ours = _("ours %(sum)s") % {"sum": say(row.ours_minor, row.currency)}
    theirs = "" if row.theirs_minor is None else _("theirs %(sum)s") % {"sum": say(row.theirs_minor, row.currency)}
    since = _("the oldest since %(day)s") % {"day": day(row.since)} if row.since else ""
    return Row(
        title=f"{row.get_kind_display()}, {row.currency}",
        text=" · ".join(part for part in (ours, theirs, since, day(row.as_of)) if part),
        url="",
        tag=str(Outcome(row.outcome).label),
        tone=TONE.get(Outcome(row.outcome), ""),
    )


def share_line(share: ExplainedShare) -> ShareLine:
    """Return the figure of one currency, or that there is none yet. Rounded down: only all of it is 100 %."""
    if share.permille is None:
        none = _("nothing moved") if share.statements_until else _("no statements yet")
        return ShareLine("", f"{share.currency}: {none}")
    whole, tenth = divmod(share.permille, 10)
    figure = f"{whole}" if not tenth else f"{whole}{'.' if language() == 'en' else ','}{tenth}"
    words = _("%(explained)s of %(moved)s that moved in 90 days; statements until %(day)s") % {
        "explained": say(share.explained_minor, share.currency),
        "moved": say(share.moved_minor, share.currency),
        "day": day(share.statements_until),
    }
    return ShareLine(f"{figure} %", words)


def difference_context(difference: Difference, user: User) -> dict[str, Any]:
    """Return the page of one thing that does not agree."""
    line = BankLine.objects.filter(public_id=difference.ref, account__custodian=difference.custodian).first()
    steps = difference.steps.select_related("actor")
    history = [Fact(str(each.get_step_display()), _step_words(each)) for each in steps]
    note, tone = _("It is over by itself once our books and the bank agree."), ""
    if difference.resolved_at is not None:
        note = _("It agrees since %(day)s.") % {"day": day(difference.resolved_at)}
    elif difference.kind == "opening":
        note, tone = _("Say whose money it was. Another officer must agree; it is never ours."), "warn"
    elif difference.age_days > LATE_DAYS:
        tone = "bad"
    return {
        "title": str(difference.get_kind_display()),
        "back": back_to(difference.custodian, "custodian_agreeing", _("Do our books agree with the bank?")),
        "note": note,
        "note_tone": tone,
        "facts": [
            *facts(
                Fact(_more_or_less(difference), say(abs(difference.amount_minor), difference.currency), css="big"),
                Fact(_("Since"), f"{day(difference.day)}, {age_text(difference)}"),
                Fact(_("The bank’s line"), _line_words(line) if line is not None else ""),
                _about(difference) if line is None else None,
                Fact(_("Who looks after it"), who(difference.owner) if difference.owner else ""),
                Fact(_("Newest note"), difference.note),
            ),
            *history,
        ],
    }


def _more_or_less(difference: Difference) -> str:
    return _("They have more than we") if difference.amount_minor >= 0 else _("They have less than we")


def _about(difference: Difference) -> Fact:
    """Return which payment, tranche or refund of ours it is, with its page; else its number only."""
    words = _("What it is about")
    kinds: dict[str, type[Model]] = {"payment": Payment, "release": Release, "refund": Refund}
    for name, model in kinds.items():
        found: Any = model._default_manager.filter(public_id=difference.ref, custodian=difference.custodian).first()
        if found is not None:
            project = found.project.title(language()) if found.project is not None else _("nobody knows yet")
            text = f"{say(found.amount_minor, found.currency)}, {project}"
            return Fact(words, text, reverse(f"custodian_{name}", args=[found.public_id]))
    return Fact(words, difference.ref, css="mono")


def _line_words(line: BankLine) -> str:
    return "\n".join(part for part in (line.other_name, line.text, line.number) if part)


def _step_words(step: Any) -> str:
    return " · ".join(part for part in (signed(step.actor, step.at), step.note) if part)
