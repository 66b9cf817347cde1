"""Officers send and confirm many refunds at once: with the bank's own lines, and by two persons as ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.errors import Conflict, InvalidInput, NotAllowed
from birge.money import Money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require
from funds.banking.models import BankLine, PaymentReference
from funds.banking.references import number_of, references_in
from funds.banking.services import line_explain
from funds.releases.models import Refund, RefundStatus
from funds.returns.models import PartStatus

from ..refunds import refund_book_sent, refund_mark_sent


@dataclass(frozen=True)
class SentLine:
    """A refund and the line of the bank by which it seems to have left; `sure` where the line names its reference."""

    refund: Refund
    line: BankLine
    sure: bool


def refunds_by_hand(custodian: Organisation) -> list[Refund]:
    """Return what officers have to send, oldest first."""
    due = Refund.objects.filter(Q(part=None) | Q(part__status=PartStatus.OFFICER), custodian=custodian)
    related = ("project", "payment", "part")
    return list(due.filter(status=RefundStatus.DUE).select_related(*related).order_by("id"))


def refunds_to_confirm(custodian: Organisation, actor: User) -> list[Refund]:
    """Return what another officer sent and this one can confirm, oldest first."""
    sent = Refund.objects.filter(custodian=custodian, status=RefundStatus.SENT).exclude(sent_by=actor)
    return list(sent.select_related("project", "payment", "sent_by").order_by("id")[: settings.RETURNS_MANY])


def lines_for(custodian: Organisation) -> list[SentLine]:
    """Return which outgoing lines of the bank look like which refunds, in a few queries.

    Sure where the line names the refund's reference and the sum is the same; a suggestion where one line and one
    refund alone have that sum.
    """
    due = refunds_by_hand(custodian)
    lines = BankLine.objects.filter(account__custodian=custodian, amount_minor__lt=0, payment_ref="")
    free = list(lines.select_related("account").order_by("day", "id"))
    found = _by_reference(due, free)
    taken = {each.refund.pk for each in found} | {-each.line.pk for each in found}
    rest = [refund for refund in due if refund.pk not in taken]
    left = [line for line in free if -line.pk not in taken]
    sums = Counter((refund.amount_minor, refund.currency) for refund in rest)
    gone = Counter((-line.amount_minor, line.currency) for line in left)
    alone = {(-line.amount_minor, line.currency): line for line in left}
    for refund in rest:
        key = (refund.amount_minor, refund.currency)
        if sums[key] == 1 and gone[key] == 1:
            found.append(SentLine(refund, alone[key], sure=False))
    return found[: settings.RETURNS_MANY]


def _by_reference(due: list[Refund], lines: list[BankLine]) -> list[SentLine]:
    named = {line.pk: references_in(line.text) for line in lines}
    numbers = {line: number_of(refs[0]) for line, refs in named.items() if len(refs) == 1}
    groups = dict(PaymentReference.objects.filter(pk__in=set(numbers.values())).values_list("pk", "group"))
    waiting = {(refund.payment.group, refund.amount_minor, refund.currency): refund for refund in due}
    found = []
    for line in lines:
        group = groups.get(numbers.get(line.pk, -1), "")
        refund = waiting.pop((group, -line.amount_minor, line.currency), None) if group else None
        if refund is not None:
            found.append(SentLine(refund, line, sure=True))
    return found


@transaction.atomic
def refunds_send_many(
    *, custodian: Organisation, pairs: Sequence[tuple[str, str]], actor: User, proof: FactorProof | None
) -> list[Refund]:
    """Mark many refunds as sent: each (refund, bank line) by public ids. All of them or none; nothing is booked yet.

    Raises NotAllowed, SecondFactorRequired, InvalidInput (`refunds`; `line` where sums differ), Conflict
    (`line_explained`), RuleNotMet (`transition`, `not_by_hand`).
    """
    require(actor, Action.REFUND_PAY, custodian)
    method = factor_require(proof, actor).method
    wanted = dict(pairs)
    if len(wanted) != len(pairs) or len(set(wanted.values())) != len(pairs):
        raise InvalidInput(_("Each refund needs a line of its own."), field="refunds")
    refunds = _named(custodian, list(wanted))
    named = BankLine.objects.filter(account__custodian=custodian, public_id__in=wanted.values())
    lines = {line.public_id: line for line in named.order_by("id")}
    if len(lines) != len(wanted):
        raise InvalidInput(_("We do not know this line of the bank."), field="refunds")
    by_line = {wanted[refund.public_id]: refund for refund in refunds}
    for ref, line in lines.items():
        refund = by_line[ref]
        line_explain(line, ref=refund.public_id, amount=Money(-refund.amount_minor, refund.currency))
    reference = {ref: lines[line].bank_reference or lines[line].number or line for ref, line in wanted.items()}
    return [refund_mark_sent(each, actor, method, bank_reference=reference[each.public_id]) for each in refunds]


@transaction.atomic
def refunds_confirm_many(
    *, custodian: Organisation, refs: Sequence[str], total_minor: int, actor: User, proof: FactorProof | None
) -> list[Refund]:
    """Confirm many refunds, as another officer who saw the list; all are booked, or none.

    `total_minor` is the sum that was shown with the list. Raises NotAllowed (also `same_person`),
    SecondFactorRequired, InvalidInput (`refunds`), Conflict (`changed`), RuleNotMet (`transition`).
    """
    require(actor, Action.REFUND_CONFIRM, custodian)
    method = factor_require(proof, actor).method
    refunds = _named(custodian, refs)
    if sum(refund.amount_minor for refund in refunds) != total_minor:
        raise Conflict(_("The list has changed. Please look at it once more."), code="changed")
    if any(refund.sent_by_id == actor.pk for refund in refunds):
        raise NotAllowed(_("Who sent it cannot confirm it."), code="same_person")
    return [refund_book_sent(refund, actor, method) for refund in refunds]


def _named(custodian: Organisation, refs: Sequence[str]) -> list[Refund]:
    """Return these refunds in the order in which they are locked: by project, then by id."""
    if not refs or len(refs) > settings.RETURNS_MANY or len(set(refs)) != len(refs):
        raise InvalidInput(
            _("Please choose from one to %(most)s refunds.") % {"most": settings.RETURNS_MANY}, field="refunds"
        )
    found = Refund.objects.filter(custodian=custodian, public_id__in=refs)
    refunds = list(found.select_related("project", "payment__custodian", "custodian").order_by("project_id", "id"))
    if len(refunds) != len(refs):
        raise InvalidInput(_("We do not know one of these refunds."), field="refunds")
    return refunds
