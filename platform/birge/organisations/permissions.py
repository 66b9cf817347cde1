"""Who may do what, in one table. Pages, the API and the services all ask here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.errors import NotAllowed, SecondFactorRequired

from .models import Organisation, OrganisationKind, OrganisationStatus, Role
from .selectors import BELONGING, SIGNING, holds_office, terms_today


class Action(models.TextChoices):
    """What can be done. The organisation given to `may` is the one whose office counts."""

    PROJECT_WRITE = "project_write"
    PROJECT_SUBMIT = "project_submit"
    PROJECT_ADOPT = "project_adopt"
    PROJECT_DECLINE = "project_decline"
    PROJECT_RETURN = "project_return"
    PROJECT_OPEN = "project_open"
    PROJECT_START = "project_start"
    PROJECT_COMPLETE = "project_complete"
    PROJECT_CANCEL_ASK = "project_cancel_ask"
    PROJECT_SUSPEND = "project_suspend"
    UPDATE_PUBLISH = "update_publish"
    QUESTION_ANSWER = "question_answer"
    MILESTONE_REPORT = "milestone_report"
    PLEDGE_CALL_BACK = "pledge_call_back"
    PAYMENT_RECORD = "payment_record"
    PAYMENT_CONFIRM = "payment_confirm"
    VILLAGE_PAYMENT_RECORD = "village_payment_record"
    VILLAGE_PAYMENT_CONFIRM = "village_payment_confirm"
    RELEASE_ASK = "release_ask"
    RELEASE_SIGN_VILLAGE = "release_sign_village"
    RELEASE_PAY = "release_pay"
    RECEIPT_SUBMIT = "receipt_submit"
    REFUND_PAY = "refund_pay"
    REFUND_CONFIRM = "refund_confirm"
    CORRECTION_ASK = "correction_ask"
    CORRECTION_APPROVE = "correction_approve"
    TRANSFER_SEND = "transfer_send"
    TRANSFER_APPROVE = "transfer_approve"
    TRANSFER_RECEIVE = "transfer_receive"
    SCREENING_ASK = "screening_ask"
    SCREENING_DECIDE = "screening_decide"
    ORGANISATION_VERIFY = "organisation_verify"
    OFFICE_GRANT = "office_grant"
    OFFICE_REQUEST = "office_request"
    MEMBER_ADMIT = "member_admit"
    TERMS_ASK = "terms_ask"
    TERMS_APPROVE = "terms_approve"
    POOL_OPEN = "pool_open"
    POOL_READ = "pool_read"
    POOL_CASH_RECORD = "pool_cash_record"
    POOL_CASH_CONFIRM = "pool_cash_confirm"
    PROPOSAL_MAKE = "proposal_make"
    PROPOSAL_SIGN = "proposal_sign"
    PROPOSAL_VOTE = "proposal_vote"
    PROPOSAL_BOOK = "proposal_book"


_ANY_VILLAGE_OFFICE = frozenset({Role.HEAD, Role.FINANCE_OFFICER, Role.FOCAL_POINT})
_COUNCIL = frozenset({Role.COUNCIL_CHAIR, Role.DEPUTY})
_HEAD = frozenset({Role.HEAD})
_VILLAGE_CLERKS = frozenset({Role.FINANCE_OFFICER, Role.FOCAL_POINT})
_CUSTODIAN = frozenset({Role.CUSTODIAN_OFFICER})
_LEADS = frozenset({Role.CHAIR, Role.DONOR_MANAGER})

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.PROJECT_WRITE: _ANY_VILLAGE_OFFICE,
    Action.PROJECT_SUBMIT: _ANY_VILLAGE_OFFICE,
    Action.PROJECT_ADOPT: _COUNCIL,
    Action.PROJECT_DECLINE: _COUNCIL,
    Action.PROJECT_RETURN: _COUNCIL,
    Action.PROJECT_OPEN: _HEAD,
    Action.PROJECT_START: _HEAD,
    Action.PROJECT_COMPLETE: _HEAD,
    Action.PROJECT_CANCEL_ASK: _HEAD,
    Action.PROJECT_SUSPEND: _CUSTODIAN,
    Action.UPDATE_PUBLISH: _ANY_VILLAGE_OFFICE,
    Action.QUESTION_ANSWER: _ANY_VILLAGE_OFFICE,
    Action.MILESTONE_REPORT: _ANY_VILLAGE_OFFICE,
    Action.PLEDGE_CALL_BACK: _CUSTODIAN,
    Action.PAYMENT_RECORD: _CUSTODIAN,
    Action.PAYMENT_CONFIRM: _CUSTODIAN,
    Action.VILLAGE_PAYMENT_RECORD: _CUSTODIAN,
    Action.VILLAGE_PAYMENT_CONFIRM: _CUSTODIAN,
    Action.RELEASE_ASK: _VILLAGE_CLERKS,
    Action.RELEASE_SIGN_VILLAGE: _HEAD,
    Action.RELEASE_PAY: _CUSTODIAN,
    Action.RECEIPT_SUBMIT: _VILLAGE_CLERKS,
    Action.REFUND_PAY: _CUSTODIAN,
    Action.REFUND_CONFIRM: _CUSTODIAN,
    Action.CORRECTION_ASK: _CUSTODIAN,
    Action.CORRECTION_APPROVE: _CUSTODIAN,
    Action.TRANSFER_SEND: _CUSTODIAN,
    Action.TRANSFER_APPROVE: _CUSTODIAN,
    Action.TRANSFER_RECEIVE: _CUSTODIAN,
    Action.SCREENING_ASK: _CUSTODIAN,
    Action.SCREENING_DECIDE: _CUSTODIAN,
    Action.ORGANISATION_VERIFY: frozenset(),
    Action.OFFICE_GRANT: frozenset(),
    Action.OFFICE_REQUEST: frozenset(Role) - {Role.MEMBER},
    Action.MEMBER_ADMIT: frozenset({Role.CHAIR}),
    Action.TERMS_ASK: _LEADS,
    Action.TERMS_APPROVE: SIGNING,
    Action.POOL_OPEN: _LEADS,
    Action.POOL_READ: BELONGING,
    Action.POOL_CASH_RECORD: frozenset({Role.TREASURER, Role.DONOR_MANAGER}),
    Action.POOL_CASH_CONFIRM: frozenset({Role.CHAIR, Role.SIGNATORY, Role.DONOR_MANAGER}),
    Action.PROPOSAL_MAKE: BELONGING,
    Action.PROPOSAL_SIGN: SIGNING,
    Action.PROPOSAL_VOTE: BELONGING,
    Action.PROPOSAL_BOOK: SIGNING,
}
ADMINISTRATOR_TOO = frozenset({Action.PROJECT_SUSPEND, Action.ORGANISATION_VERIFY, Action.OFFICE_GRANT})
BEFORE_VERIFICATION = frozenset({Action.OFFICE_REQUEST, Action.ORGANISATION_VERIFY, Action.OFFICE_GRANT})
COUNCIL_ACTIONS = frozenset({Action.PROJECT_ADOPT, Action.PROJECT_DECLINE, Action.PROJECT_RETURN})
MONEY_ACTIONS = frozenset(
    {
        Action.PAYMENT_RECORD,
        Action.PAYMENT_CONFIRM,
        Action.VILLAGE_PAYMENT_RECORD,
        Action.VILLAGE_PAYMENT_CONFIRM,
        Action.RELEASE_ASK,
        Action.RELEASE_SIGN_VILLAGE,
        Action.RELEASE_PAY,
        Action.REFUND_PAY,
        Action.REFUND_CONFIRM,
        Action.CORRECTION_ASK,
        Action.CORRECTION_APPROVE,
        Action.TRANSFER_SEND,
        Action.TRANSFER_APPROVE,
        Action.TRANSFER_RECEIVE,
        Action.SCREENING_DECIDE,
        Action.ORGANISATION_VERIFY,
        Action.OFFICE_GRANT,
        Action.TERMS_APPROVE,
        Action.POOL_CASH_RECORD,
        Action.POOL_CASH_CONFIRM,
        Action.PROPOSAL_SIGN,
        Action.PROPOSAL_BOOK,
    }
)


def may(user: User | None, action: Action | str, organisation: Organisation) -> bool:
    """Say whether the person may do this for this organisation today.

    For the council's actions `organisation` may be the village administration: the office counts in the council of
    the same place. Money actions also need an enrolled second factor.
    """
    return _holds(user, Action(action), organisation) and not _lacks_factor(user, Action(action))


def require(user: User | None, action: Action | str, organisation: Organisation) -> User:
    """Return the person, or raise NotAllowed; SecondFactorRequired where only the enrolled factor is missing."""
    wanted = Action(action)
    if user is None or not _holds(user, wanted, organisation):
        raise NotAllowed(action=str(action))
    if _lacks_factor(user, wanted):
        raise SecondFactorRequired(_("Please set up your second factor first."), action=str(action))
    return user


def is_platform_administrator(user: User | None) -> bool:
    """Say whether the person administers the platform."""
    return user is not None and user.is_active and user.is_staff


def _holds(user: User | None, action: Action, organisation: Organisation) -> bool:
    if user is None or not user.is_active:
        return False
    if action not in BEFORE_VERIFICATION and organisation.status != OrganisationStatus.VERIFIED:
        return False
    if action in ADMINISTRATOR_TOO and is_platform_administrator(user):
        return True
    roles = ALLOWED[action]
    if action in COUNCIL_ACTIONS and organisation.kind == OrganisationKind.VILLAGE_ADMINISTRATION:
        return terms_today().filter(
            user=user,
            office__role__in=list(roles),
            office__organisation__kind=OrganisationKind.LOCAL_COUNCIL,
            office__organisation__status=OrganisationStatus.VERIFIED,
            office__organisation__place=organisation.place,
        ).exists()  # fmt: skip
    return bool(roles) and holds_office(user, organisation, roles)


def _lacks_factor(user: User | None, action: Action) -> bool:
    return action in MONEY_ACTIONS and (user is None or not factor_enrolled(user))
