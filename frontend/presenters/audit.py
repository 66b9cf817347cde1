"""The record of privileged acts, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from birge.audit.models import AuditRecord
from birge.organisations.models import Organisation

from .facts import who
from .words import language


@dataclass(frozen=True)
class AuditLine:
    """One act: what, to what, by whom and for whom, why."""

    at: Any
    action: str
    code: str
    object_ref: str
    actor: str
    organisation: str
    reason: str


def action_words() -> dict[str, str]:
    """Return the acts in words. What is missing here shows by its code."""
    return _people_words() | _money_words() | _cash_words() | _project_words()


def _people_words() -> dict[str, str]:
    return {
        "factor_reset": _("Second factor taken away after a loss"),
        "join_ask": _("Asked to join"),
        "join_refuse": _("Joining refused"),
        "join_withdraw": _("Request to join taken back"),
        "member_admit": _("Member admitted"),
        "member_leave": _("Member left"),
        "member_remove": _("Membership ended"),
        "office_request": _("Change of office asked for"),
        "office_request_approve": _("Change of office agreed"),
        "office_request_refuse": _("Change of office refused"),
        "organisation_apply": _("Organisation handed in"),
        "organisation_papers_attach": _("Papers handed in"),
        "organisation_refuse": _("Organisation refused"),
        "organisation_resume": _("Organisation may act again"),
        "organisation_suspend": _("Organisation stopped"),
        "organisation_verify": _("Organisation verified"),
        "term_begin": _("Term began"),
        "term_end": _("Term ended"),
        "terms_agree": _("A yes to terms of reference"),
        "terms_approve": _("Terms of reference agreed"),
        "terms_ask": _("Terms of reference written"),
        "terms_refuse": _("Terms of reference refused"),
        "user_deactivate": _("Account closed"),
    }


def _money_words() -> dict[str, str]:
    return {
        "correction_approve": _("Mistake with a payment put right"),
        "correction_ask": _("Asked to take a payment back"),
        "correction_refuse": _("Refused to take a payment back"),
        "expense_accept": _("Receipt accepted"),
        "expense_refuse": _("Receipt refused"),
        "payment_confirm": _("Payment confirmed"),
        "payment_identify_approve": _("Origin of money agreed"),
        "payment_identify_ask": _("Origin of money claimed"),
        "payment_identify_refuse": _("Origin of money refused"),
        "stripe_account": _("Account at Stripe recorded"),
        "stripe_explain": _("Explained what is odd at Stripe"),
        "stripe_agree": _("Agreed to what is odd at Stripe"),
        "payment_method_set": _("Way to pay changed"),
        "payment_record": _("Payment written down"),
        "payment_refuse": _("Payment refused"),
        "pledge_call_back": _("Promise confirmed by a call"),
        "rate_accept": _("Exchange rate trusted"),
        "rate_load_refused": _("Exchange rate refused by the machine"),
        "rate_load_trusted": _("Exchange rate loaded from a file"),
        "rate_load_waiting": _("Exchange rate waits for a second person"),
        "rate_refuse": _("Exchange rate refused"),
        "rate_replace": _("Exchange rate replaced by another one"),
        "receipt_submit": _("Receipt shown"),
        "refund_confirm": _("Refund confirmed"),
        "refund_not_sent": _("Refund did not go"),
        "refund_pay": _("Refund sent"),
        "release_ask": _("Money of a stage asked for"),
        "release_pay": _("Stage paid out"),
        "release_refuse": _("Money of a stage refused"),
        "release_sign": _("Money of a stage signed"),
    }


def _cash_words() -> dict[str, str]:
    return {
        "box_cash_bank": _("Cash of the box booked at the bank"),
        "box_cash_bank_ask": _("Said that cash of the box came to the bank"),
        "box_cash_bank_refuse": _("Refused that cash of the box came to the bank"),
        "cash_ceiling_set": _("Set how much cash one person may have in hand"),
        "cash_line_link": _("Cash found on a statement"),
        "cash_take_back": _("Banked cash taken back"),
        "cash_take_back_ask": _("Asked to take banked cash back"),
        "cash_take_back_refuse": _("Refused to take banked cash back"),
        "pool_cash_bank": _("A pool’s cash booked at the bank"),
    }


def _project_words() -> dict[str, str]:
    return {
        "milestone_accept": _("Stage accepted"),
        "milestone_report": _("Stage reported"),
        "project_adopt": _("Project adopted"),
        "project_cancel": _("Project cancelled"),
        "project_close": _("Project closed"),
        "project_complete": _("Project completed"),
        "project_decline": _("Project declined"),
        "project_open": _("Project opened"),
        "project_resume": _("Project goes on"),
        "project_return": _("Project given back"),
        "project_start": _("Work begun"),
        "project_submit": _("Project handed in"),
        "project_suspend": _("Project stopped"),
        "question_hide": _("Question hidden"),
        "signatory_change_approved": _("Another signatory agreed"),
        "signatory_change_ask": _("Another signatory asked for"),
        "signatory_change_refused": _("Another signatory refused"),
    }


def audit_lines(records: Sequence[AuditRecord]) -> list[AuditLine]:
    """Return the records in words; the names of organisations are read once for the page."""
    refs = {record.organisation_ref for record in records if record.organisation_ref}
    names = {each.public_id: each.name(language()) for each in Organisation.objects.filter(public_id__in=refs)}
    words = action_words()
    return [
        AuditLine(
            at=record.at,
            action=words.get(record.action, record.action),
            code=record.action,
            object_ref=record.object_ref,
            actor=who(record.actor),
            organisation=names.get(record.organisation_ref, ""),
            reason=record.reason,
        )
        for record in records
    ]
