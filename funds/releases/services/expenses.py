"""Receipts: the village shows what was bought, the outside signatory checks it, the books take it in."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money, format_money
from birge.organisations.permissions import Action, require
from funds.ledger.posting import command_finish, command_open, post
from projects.works.models import BudgetLine
from projects.works.selectors import is_outside_signer
from projects.works.services import project_lock

from ..entries import documented_draft
from ..models import EXPENSE_ALLOWED, Expense, ExpenseStatus, Release, ReleaseStatus
from ..selectors import release_rest_minor


@transaction.atomic
def expense_submit(
    *,
    release: Release,
    budget_line: BudgetLine,
    amount: Money,
    supplier: str,
    number: str,
    spent_on: dt.date,
    receipt: Document | None,
    actor: User,
) -> Expense:
    """Show a receipt for a part of a tranche that was paid, for one line of the budget.

    Raises NotAllowed, InvalidInput with its field (`amount` when more than was paid out), RuleNotMet (`not_paid`),
    Conflict (`duplicate_receipt`): the same paper, or the same number of the same supplier.
    """
    project = release.project
    require(actor, Action.RECEIPT_SUBMIT, project.administration)
    project = project_lock(project)
    release = Release.objects.select_related("project", "custodian").get(pk=release.pk)
    if release.status != ReleaseStatus.PAID:
        raise RuleNotMet(_("This money has not been paid out."), code="not_paid")
    supplier, number = " ".join(supplier.split()), number.strip()
    checked = _receipt_check(receipt)
    _words_check(supplier, number, spent_on)
    if budget_line.project_id != project.pk:
        raise InvalidInput(_("The project has no such budget line."), field="budget_line")
    _amount_check(release, amount)
    _twin_check(project.pk, supplier, number, checked)
    expense = Expense.objects.create(
        project=project,
        release=release,
        budget_line=budget_line,
        amount_minor=amount.minor,
        currency=amount.currency,
        supplier=supplier[:200],
        number=number[:60],
        spent_on=spent_on,
        receipt=checked,
        submitted_by=actor,
        submitted_at=clock.now(),
    )
    audit_record(actor=actor, action=Action.RECEIPT_SUBMIT, obj=expense, organisation=project.administration)
    return expense


@transaction.atomic
def expense_accept(*, expense: Expense, actor: User) -> Expense:
    """Accept a receipt as the project's outside signatory: the advance becomes documented spending.

    Accepting once more returns it as it is. Raises NotAllowed (also `same_person`), RuleNotMet (`transition`).
    """
    if not is_outside_signer(actor, expense.project):
        raise NotAllowed
    opened = command_open(scope=f"expense:{expense.public_id}", key="accept", request={"expense": expense.public_id})
    project = project_lock(expense.project)
    if not is_outside_signer(actor, project):
        raise NotAllowed
    expense = _lock(expense)
    if opened.replayed:
        return expense
    _transition_check(expense, ExpenseStatus.ACCEPTED)
    if expense.submitted_by_id == actor.pk:
        raise NotAllowed(_("Who showed it cannot accept it."), code="same_person")
    entry = post(command=opened.command, drafts=[documented_draft(expense)])[0]
    expense.status, expense.entry_id = ExpenseStatus.ACCEPTED, entry.id
    expense.decided_by, expense.decided_at = actor, clock.now()
    expense.save()
    command_finish(opened.command, expense.public_id)
    audit_record(actor=actor, action="expense_accept", obj=expense, organisation=project.signatory_organisation)
    return expense


@transaction.atomic
def expense_refuse(*, expense: Expense, actor: User, reason: str) -> Expense:
    """Send a receipt back, with a reason, as the outside signatory. Raises NotAllowed, InvalidInput, RuleNotMet."""
    project = project_lock(expense.project)
    if not is_outside_signer(actor, project):
        raise NotAllowed
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    expense = _lock(expense)
    _transition_check(expense, ExpenseStatus.REFUSED)
    expense.status, expense.refused_reason = ExpenseStatus.REFUSED, reason.strip()[:300]
    expense.decided_by, expense.decided_at = actor, clock.now()
    expense.save()
    audit_record(
        actor=actor,
        action="expense_refuse",
        obj=expense,
        organisation=project.signatory_organisation,
        reason=reason.strip(),
    )
    return expense


def _lock(expense: Expense) -> Expense:
    return (
        Expense.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project", "release__custodian", "budget_line", "receipt")
        .get(pk=expense.pk)
    )


def _transition_check(expense: Expense, to: ExpenseStatus) -> None:
    before = ExpenseStatus(expense.status)
    if to not in EXPENSE_ALLOWED[before]:
        raise RuleNotMet(
            _("A receipt that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )


def _receipt_check(receipt: Document | None) -> Document:
    if receipt is None or receipt.kind != DocumentKind.RECEIPT:
        raise InvalidInput(_("Please attach the receipt."), field="receipt")
    return receipt


def _words_check(supplier: str, number: str, spent_on: dt.date) -> None:
    if not supplier:
        raise InvalidInput(_("Please write who was paid."), field="supplier")
    if not number:
        raise InvalidInput(_("Please write the number on the receipt."), field="number")
    if spent_on > clock.today():
        raise InvalidInput(_("This day has not come yet."), field="spent_on")


def _amount_check(release: Release, amount: Money) -> None:
    if amount.currency != release.currency:
        raise InvalidInput(
            _("This project counts in %(currency)s.") % {"currency": release.currency}, field="amount", code="currency"
        )
    if amount.minor <= 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    rest = release_rest_minor(release)
    if amount.minor > rest:
        text = format_money(Money(rest, release.currency), get_language() or "ky")
        raise InvalidInput(
            _("Receipts for %(rest)s are still to come for this money, not more.") % {"rest": text},
            field="amount",
            code="too_much",
        )


def _twin_check(project_id: int, supplier: str, number: str, receipt: Document) -> None:
    """Refuse a paper that was shown before, or another with the same number of the same supplier."""
    live = Expense.objects.exclude(status=ExpenseStatus.REFUSED)
    if (
        live.filter(receipt=receipt).exists()
        or live.filter(project_id=project_id, supplier=supplier, number=number).exists()
    ):
        raise Conflict(_("This receipt was shown already."), code="duplicate_receipt", field="number")
