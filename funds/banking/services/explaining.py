"""A line of the bank is what we say it is: once, and the sums agree."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.errors import Conflict, InvalidInput
from birge.money import Money

from ..models import BankLine


def line_lock(line: BankLine, *, even_aside: bool = False) -> BankLine:
    """Return the line as it is now, locked until the transaction ends (after the command, before any payment).

    Raises Conflict (`line_set_aside`) for one that was set aside, unless `even_aside`.
    """
    found = BankLine.objects.select_for_update(of=("self",), no_key=True).select_related("account__custodian")
    locked = found.get(pk=line.pk)
    if locked.status == BankLine.Status.IGNORED and not even_aside:
        raise Conflict(
            _("This line was set aside. Please look at it again first."), code="line_set_aside", field="line"
        )
    return locked


@transaction.atomic
def line_explain(line: BankLine, *, ref: str, amount: Money) -> BankLine:
    """Note that this line is `ref`: the public id of a payment, tranche, refund, transfer, or of cash that was banked.

    `amount` is what our books say came (above zero) or went (below). The line's row is locked; explaining it as the
    same once more changes nothing. Raises Conflict (`line_explained`, `line_set_aside`), InvalidInput (`line`) where
    sums differ.
    """
    locked = line_lock(line)
    if locked.payment_ref == ref:
        return locked
    if locked.payment_ref:
        raise Conflict(_("This line of the bank is something else already."), code="line_explained", field="line")
    if (locked.amount_minor, locked.currency) != (amount.minor, amount.currency):
        raise InvalidInput(_("The bank’s line and this sum are not the same."), field="line")
    locked.payment_ref, locked.explained_at = ref, clock.now()
    locked.save(update_fields=["payment_ref", "explained_at"])
    return locked


def lines_blank(refs: Iterable[str]) -> None:
    """Forget who is behind the lines that are these payments: names, accounts and words. Day and sum stay.

    A line stays known by its digest (`identity`), so another file with it brings nothing twice.
    """
    BankLine.objects.filter(payment_ref__in=list(refs)).update(text="", other_name="", other_account="")


@transaction.atomic
def line_unexplain(line: BankLine) -> BankLine:
    """Take that back: what it was thought to be was refused or corrected."""
    locked = line_lock(line)
    locked.payment_ref, locked.explained_at = "", None
    locked.save(update_fields=["payment_ref", "explained_at"])
    return locked
