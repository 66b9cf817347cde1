"""Why a statement is refused, in words for officers: what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from birge.money import EXPONENTS, Money, format_money

from .reading import StatementError

_AMOUNTS = ("computed", "stated", "before", "after", "known")
TEXTS: dict[str, Any] = {
    "account_currency": gettext_lazy("The statement is in %(stated)s, the account in %(account)s."),
    "account_unknown": gettext_lazy("There is no account %(account)s here."),
    "account_wanted": gettext_lazy("Please name the account (--account)."),
    "after_end": gettext_lazy("Something stands after the end of the file."),
    "amount": gettext_lazy("“%(amount)s” is no amount."),
    "amount_digits": gettext_lazy("%(amount)s has more digits behind the point than %(currency)s."),
    "amount_large": gettext_lazy("The amount %(amount)s is too large."),
    "amount_unclear": gettext_lazy(
        "%(amount)s may be thousands or a fraction. Please say in the columns which sign stands before the fraction."
    ),
    "balance": gettext_lazy("The balance “%(text)s” cannot be read."),
    "balance_currency": gettext_lazy(
        "A balance is in %(balance)s, the account in %(account)s: it counts as not stated, so the sums are not proven."
    ),
    "balance_missing": gettext_lazy("The balance before or after is missing, so the lines cannot be checked."),
    "columns": gettext_lazy("These columns are not enough or not known: %(found)s."),
    "csv": gettext_lazy("The table breaks off here: a quotation mark is not closed, or a cell is far too long."),
    "currency": gettext_lazy("The currency “%(currency)s” is not known."),
    "cut_off": gettext_lazy("The file is cut off. Please download it again."),
    "day": gettext_lazy("“%(day)s” is no day."),
    "day_unclear": gettext_lazy("It is not clear which number is the day and which the month."),
    "direction": gettext_lazy("It is not clear whether this came to the account %(account)s or went from it."),
    "document_incomplete": gettext_lazy("A document has no day or no sum."),
    "empty": gettext_lazy("The file is empty."),
    "encoding": gettext_lazy("The letters of the file cannot be read: it is not UTF-8, Windows-1251 or DOS."),
    "encoding_declared": gettext_lazy("The file says its letters are %(declared)s, but they are not."),
    "entities": gettext_lazy("The file holds entities of its own. A bank sends none: it is not taken."),
    "entry": gettext_lazy("The entry “%(text)s” cannot be read."),
    "entry_incomplete": gettext_lazy("An entry has no amount, or does not say whether it came or went."),
    "format": gettext_lazy("The format “%(name)s” is not known. There are: 1c, camt053, mt940, csv, xlsx."),
    "future": gettext_lazy("An entry is of %(day)s, which has not come yet."),
    "gap": gettext_lazy(
        "Something is missing before this statement: the account had %(known)s, it begins with %(stated)s. Please take "
        "in the statement in between first."
    ),
    "gap_inside": gettext_lazy("One part ends with %(before)s, the next begins with %(after)s: something is missing."),
    "headings": gettext_lazy("No headings were found that name a day and an amount. Please choose the columns."),
    "line_currency": gettext_lazy("An entry is in %(entry)s, the account in %(account)s."),
    "no_account": gettext_lazy("The file does not say of which account it is."),
    "no_file": gettext_lazy("The file cannot be opened: %(kind)s."),
    "no_lines": gettext_lazy("There is not a single entry in it, and no days."),
    "no_statement": gettext_lazy("There is no statement in the file."),
    "not_camt053": gettext_lazy("This XML is no statement of an account (camt.053) but “%(found)s”."),
    "nul": gettext_lazy("There are NUL bytes in the file: it is a broken copy. Please download it again."),
    "order": gettext_lazy("An entry stands before the balance that it follows, or after the last one."),
    "other_account": gettext_lazy("The statement is of another account: %(account)s."),
    "overlap": gettext_lazy(
        "For days that are known already the statement says something else than what was taken in: it begins with "
        "%(stated)s, the account had %(known)s. Was it changed by hand?"
    ),
    "row_incomplete": gettext_lazy("A row has no day, or not exactly one amount."),
    "row_short": gettext_lazy("A row has %(cells)s cells instead of %(wanted)s: the file is cut off or mixed up."),
    "running_balance": gettext_lazy("After this row the balance would be %(computed)s, but it says %(stated)s."),
    "several_accounts": gettext_lazy("There are several accounts in the file: %(accounts)s. Please name one."),
    "sheet": gettext_lazy("There is no sheet “%(name)s”."),
    "status": gettext_lazy("An entry has the status “%(status)s”, which is not known."),
    "stray_line": gettext_lazy("“%(text)s” does not belong here."),
    "tag": gettext_lazy("The field %(tag)s is not known."),
    "too_large": gettext_lazy("The file is larger than %(most)s MB. Please take a shorter time."),
    "too_many_lines": gettext_lazy("There are more than %(most)s entries. Please take a shorter time."),
    "too_wide": gettext_lazy("A row has more than %(most)s cells."),
    "unreadable": gettext_lazy("The file cannot be read (%(kind)s)."),
    "wrong_balance": gettext_lazy(
        "The balance before and the entries come to %(computed)s, but the balance after is %(stated)s. An entry is "
        "missing, or something was changed."
    ),
    "xlsx": gettext_lazy("The spreadsheet cannot be read (%(kind)s)."),
    "xml": gettext_lazy("This is no well-formed XML."),
}


def error_text(error: StatementError) -> str:
    """Return what is wrong in the active language, with the line where there is one."""
    facts: dict[str, Any] = dict(error.data)
    currency = str(facts.get("currency", ""))
    for name in _AMOUNTS:
        if isinstance(facts.get(name), int):
            facts[name] = _money(facts[name], currency)
    text = str(TEXTS[error.code]) % facts
    return _("Line %(line)s: %(text)s") % {"line": error.line, "text": text} if error.line else text


def reason_text(reason: str) -> str:
    """Return why a line is thought to be a payment: reference, amount, day, name, phone."""
    return {
        "reference": _("the reference"),
        "amount": _("the same amount"),
        "day": _("a day on which it was awaited"),
        "name": _("the sender’s name"),
        "phone": _("the last digits of the phone"),
    }[reason]


def outcome_text(lines: int, new: int, duplicates: int) -> str:
    """Return what came of a file in one sentence."""
    known = _("%(count)s of them were known already.") % {"count": duplicates} if duplicates else ""
    read = ngettext("%(count)s entry read, %(new)s new.", "%(count)s entries read, %(new)s new.", lines)
    return " ".join(part for part in (read % {"count": lines, "new": new}, known) if part)


def _money(minor: int, currency: str) -> str:
    if currency in EXPONENTS:
        return format_money(Money(minor, currency), get_language() or "en")
    return f"{minor} {currency}"
