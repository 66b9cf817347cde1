"""Accounts at banks, statements in words, and lines with what they may be and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.money import EXPONENTS
from birge.organisations.models import Organisation
from frontend.presenters.facts import Fact, Link, day, facts, say, signed, who
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.banking.services import ImportReport, reference_for
from funds.banking.suggesting import Candidate
from funds.banking.wording import outcome_text, reason_text
from funds.payments.models import Payment
from funds.pools.models import PoolGift
from funds.releases.models import Refund, Release
from funds.settlement.statements import Look, purpose_of
from funds.settlement.statements.leaving import Left
from funds.strays.models import PayerClaim, StrayReturn
from funds.strays.selectors import claims_waiting, return_day, returns_sent

from .bank_heaps import lines_aside_asked, lines_known, strays_due
from .subjects import back_to

S = BankLine.Status
FORMAT_NAMES = {"1c": "1C", "camt053": "camt.053", "mt940": "MT940", "csv": "CSV", "xlsx": "Excel"}
TONE = {S.MATCHED: "", S.SUGGESTED: "wait", S.UNIDENTIFIED: "bad", S.NEW: "wait", S.IGNORED: "off"}


def bank_context(custodian: Organisation) -> dict[str, Any]:
    """Return the custodian's accounts and everything about lines and unknown money that waits."""
    accounts = BankAccount.objects.filter(custodian=custodian).order_by("id")
    known = lines_known(custodian).select_related("account").order_by("day", "id")[:50]
    return {
        "title": _("The bank"),
        "back": back_to(custodian),
        "custodian": custodian,
        "accounts": [account_row(each) for each in accounts],
        "parts": [
            (_("Payers who do not see their money"), [claim_row(each) for each in claims_waiting(custodian)]),
            (_("Lines to take in"), [line_row(Look(each, each.status)) for each in known]),
            (_("Lines to set aside"), [line_row(Look(each, each.status)) for each in lines_aside_asked(custodian)]),
            (
                _("Sent back, to confirm"),
                [return_row(each.payment, who(each.sent_by)) for each in returns_sent(custodian)],
            ),
            (_("Unknown money to send back"), [return_row(each) for each in strays_due(custodian)]),
        ],
    }


def account_row(account: BankAccount) -> Row:
    """Return an account and how many of its lines nobody has explained."""
    waiting = account.lines.filter(payment_ref="").exclude(status=S.IGNORED).count()
    tag = _("%(n)s wait") % {"n": waiting} if waiting else _("all explained")
    tone = "wait" if waiting else ""
    url = reverse("bank_account", args=[account.public_id])
    return Row(title=account.name, text=f"{account.number} · {account.currency}", url=url, tag=tag, tone=tone)


def account_facts(account: BankAccount) -> list[Fact]:
    """Return what is known of an account."""
    last = account.files.exclude(closing_minor=None).order_by("-last_day", "-id").first()
    closing = f"{_said(last.closing_minor or 0, account.currency)}, {day(last.last_day)}" if last is not None else ""
    return facts(
        Fact(_("Number"), account.number, css="mono"),
        Fact(_("Currency"), account.currency),
        Fact(_("Last balance"), closing),
    )


def file_days(file: StatementFile) -> str:
    """Return the days of a statement: the first and the last, or the only one."""
    first, last = day(file.first_day), day(file.last_day)
    return first if first == last else f"{first} – {last}"


def file_row(file: StatementFile) -> Row:
    """Return a statement that was taken in."""
    return Row(
        title=file_days(file),
        text=f"{FORMAT_NAMES.get(file.format, file.format)} · {who(file.uploaded_by)}, {day(file.uploaded_at)}",
        url=reverse("bank_statement", args=[file.account.public_id, file.pk]),
        tag=_("%(n)s new lines") % {"n": file.new_count},
    )


def report_lines(report: ImportReport) -> list[str]:
    """Return in words what a statement says, what of it is matched, what not, and what is missing."""
    lines = [outcome_text(report.lines, report.new, report.duplicates)]
    if report.opening is not None and report.closing is not None:
        words = {"opening": _said(report.opening, report.currency), "closing": _said(report.closing, report.currency)}
        lines.append(
            _("It begins with %(opening)s and ends with %(closing)s. The entries come to exactly that.") % words
        )
    else:
        lines.append(_("It does not say what was there before and after, so we cannot prove that nothing is missing."))
    if report.matched:
        lines.append(_("%(n)s bear the reference of a promise.") % {"n": report.matched})
    if report.suggested:
        lines.append(_("%(n)s may be a promise: you choose.") % {"n": report.suggested})
    if report.unidentified:
        lines.append(_("%(n)s came from nobody we know.") % {"n": report.unidentified})
    gone = report.new - report.matched - report.suggested - report.unidentified
    if gone > 0:
        lines.append(_("%(n)s took money from the account.") % {"n": gone})
    return lines + [str(each["message"]) for each in report.warnings]


def line_row(look: Look) -> Row:
    """Return a line: its day, sum, what was written with it, and what it is or may be."""
    line = look.line
    parts = [day(line.day), line.other_name, line.text[:120]]
    tag, tone = status_tag(look)
    return Row(
        title=" · ".join(part for part in parts if part),
        text=_why(look),
        url=reverse("bank_line", args=[line.public_id]),
        amount=_said(line.amount_minor, line.currency),
        tag=tag,
        tone=tone,
    )


def status_tag(look: Look) -> tuple[str, str]:
    """Return what is known of a line, in a word, and its tone."""
    if look.line.payment_ref:
        return _("taken in"), ""
    if look.line.status == S.IGNORED:
        return str(S.IGNORED.label), "off"
    if look.line.amount_minor <= 0:
        return _("went out"), "wait"
    return str(S(look.status).label), TONE[S(look.status)]


def _why(look: Look) -> str:
    if look.line.aside_reason:
        return _("Set aside? %(reason)s") % {"reason": look.line.aside_reason}
    if not look.candidates:
        return ""
    return candidate_text(look.candidates[0], look.line.account)


def candidate_text(candidate: Candidate, account: BankAccount) -> str:
    """Return a promise or gift that a line may be, and why, in words."""
    reasons = ", ".join(reason_text(each) for each in candidate.reasons)
    return f"{purpose_text(candidate.ref, account)}: {reasons}"


def purpose_text(group: str, account: BankAccount, *, amount: bool = True) -> str:
    """Return what a group stands for: its reference, what for, how much of it was promised. No donor's name."""
    purpose = purpose_of(group, account)
    if purpose is None:
        return reference_for(group)
    title = purpose.pool.name(language()) if isinstance(purpose, PoolGift) else purpose.project.title(language())
    told = f"{reference_for(group)} · {title}"
    return f"{told} · {say(purpose.amount_minor, purpose.currency)}" if amount else told


def candidate_choices(look: Look) -> list[tuple[str, str]]:
    """Return what a line may be, as choices."""
    return [(each.ref, candidate_text(each, look.line.account)) for each in look.candidates]


def payment_choices(payments: Sequence[Payment]) -> list[tuple[str, str]]:
    """Return payments as choices: kind, day, number, who wrote them down."""
    return [
        (
            each.public_id,
            f"{each.get_kind_display()}, {day(each.received_on)}, {each.reference}, {who(each.recorded_by)}",
        )
        for each in payments
    ]


def line_choices(lines: Sequence[BankLine]) -> list[tuple[str, str]]:
    """Return lines as choices: day, sum, who, what for."""
    return [
        (
            each.public_id,
            " · ".join(
                part
                for part in (day(each.day), _said(each.amount_minor, each.currency), each.other_name, each.text[:80])
                if part
            ),
        )
        for each in lines
    ]


def left_choices(found: Sequence[Left]) -> list[tuple[str, str]]:
    """Return what left the account, as choices."""
    words = {
        "release": _("A stage that was paid out"),
        "refund": _("Money given back"),
        "return": _("Unknown money sent back"),
    }
    return [(each.ref, f"{words[each.what]}: {_purpose_of_left(each)}") for each in found]


def _purpose_of_left(left: Left) -> str:
    thing: Any = left.thing
    if left.what == "return":
        return str(thing.bank_reference)
    return f"{thing.project.title(language())} · {thing.bank_reference}"


def line_context(look: Look, user: User) -> dict[str, Any]:
    """Return the page of one line."""
    line = look.line
    tag, tone = status_tag(look)
    note = _("Nobody has said yet what this is.") if line.waits else ""
    if line.aside_by_id is not None and line.waits:
        note = _("A colleague wants to set it aside: %(reason)s") % {"reason": line.aside_reason}
        if line.aside_by_id == user.pk:
            note = _("You want to set it aside, so another officer decides.")
    agreed = f"{line.aside_reason} ({who(line.aside_by)}, {who(line.aside_agreed_by)})"
    return {
        "title": _("A line of the bank"),
        "facts": facts(
            Fact(_("How much"), _said(line.amount_minor, line.currency), css="big"),
            Fact(_("Day"), day(line.day)),
            Fact(_("From whom") if line.amount_minor > 0 else _("To whom"), line.other_name),
            Fact(_("Their account"), line.other_account, css="mono"),
            Fact(_("What for"), line.text),
            Fact(_("Number"), line.bank_reference or line.number, css="mono"),
            Fact(_("How far"), tag),
            Fact(_("Set aside"), agreed if line.status == S.IGNORED else ""),
            what_it_is(line),
            Fact(
                _("Statement"),
                file_days(line.file),
                reverse("bank_statement", args=[line.account.public_id, line.file_id]),
            ),
        ),
        "note": note,
        "note_tone": tone or "warn",
        "back": Link(reverse("bank_account", args=[line.account.public_id]), line.account.name),
    }


def what_it_is(line: BankLine) -> Fact | None:
    """Return what a line is in our books, with the way there."""
    if not line.payment_ref:
        return None
    known: tuple[tuple[Any, str, Any], ...] = (
        (Payment, "custodian_payment", _("a payment")),
        (Release, "custodian_release", _("a stage that was paid out")),
        (Refund, "custodian_refund", _("money given back")),
    )
    for model, name, words in known:
        if model.objects.filter(public_id=line.payment_ref).exists():
            return Fact(_("In our books"), words, reverse(name, args=[line.payment_ref]))
    back = StrayReturn.objects.filter(public_id=line.payment_ref).select_related("payment").first()
    if back is not None:
        return Fact(
            _("In our books"), _("unknown money sent back"), reverse("custodian_return", args=[back.payment.public_id])
        )
    return Fact(_("In our books"), line.payment_ref, css="mono")


def return_row(payment: Payment, text: str = "") -> Row:
    """Return unknown money that goes back, or may."""
    return Row(
        title=_("Came on %(day)s") % {"day": day(payment.received_on)},
        text=text or payment.reference,
        url=reverse("custodian_return", args=[payment.public_id]),
        amount=say(payment.amount_minor, payment.currency),
    )


def return_context(payment: Payment, back: StrayReturn | None) -> dict[str, Any]:
    """Return the page of unknown money that goes back."""
    if back is None:
        note = _("From %(day)s on it may go back to its sender.") % {"day": day(return_day(payment))}
    elif back.status == StrayReturn.Status.SENT:
        note = _("It was sent. Another officer looks at the statement and confirms.")
    else:
        note = _("It went back and is in the books.")
    return {
        "title": _("Unknown money goes back"),
        "facts": facts(
            Fact(_("How much"), say(payment.amount_minor, payment.currency), css="big"),
            Fact(_("Came on"), day(payment.received_on)),
            Fact(_("Payment"), payment.reference, reverse("custodian_payment", args=[payment.public_id]), css="mono"),
            Fact(_("Sent by"), signed(back.sent_by, back.sent_at) if back else ""),
            Fact(_("Number"), back.bank_reference if back else "", css="mono"),
            Fact(_("Confirmed by"), signed(back.decided_by, back.decided_at) if back and back.decided_by else ""),
        ),
        "note": note,
        "note_tone": "" if back and back.entry_id else "warn",
        "back": back_to(payment.custodian, "custodian_bank", _("The bank")),
    }


def claim_row(claim: PayerClaim) -> Row:
    """Return what a payer says they paid."""
    return Row(
        title=_("Paid on %(day)s with %(bank)s") % {"day": day(claim.paid_on), "bank": claim.bank},
        text=f"{reference_for(claim.group)} · {day(claim.made_at)}",
        url=reverse("custodian_said", args=[claim.public_id]),
        amount=say(claim.amount_minor, claim.currency),
    )


def said_context(claim: PayerClaim) -> dict[str, Any]:
    """Return the page of what a payer says they paid."""
    decided = claim.decided_by is not None
    return {
        "title": _("A payer does not see their money"),
        "facts": facts(
            Fact(_("How much"), say(claim.amount_minor, claim.currency), css="big"),
            Fact(_("Paid on"), day(claim.paid_on)),
            Fact(_("With"), claim.bank),
            Fact(_("Note"), claim.note),
            Fact(_("Slip"), _("look at it"), reverse("document", args=[claim.slip.public_id])) if claim.slip else None,
            Fact(_("Reference"), reference_for(claim.group), css="mono"),
            Fact(_("Said on"), day(claim.made_at)),
            Fact(_("Answered by"), signed(claim.decided_by, claim.decided_at) if decided else ""),
            Fact(_("Answer"), claim.answer),
            Fact(_("Payment"), claim.payment.public_id, reverse("custodian_payment", args=[claim.payment.public_id]))
            if claim.payment
            else None,
        ),
        "note": _("Tell them nothing about other people’s money.") if not decided else "",
        "note_tone": "warn",
        "back": back_to(claim.custodian, "custodian_bank", _("The bank")),
    }


def _said(minor: int, currency: str) -> str:
    return say(minor, currency) if currency in EXPONENTS else f"{minor} {currency}"
