"""What an organisation with pools has agreed on in writing: one writes, others who sign agree.

Guarded by the organisation's lock: whoever changes the terms of reference holds it.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import EXPONENTS

from ..models import REQUEST_ALLOWED, DecidedHow, Organisation, RequestStatus, TermsAgreement, TermsOfReference
from ..permissions import Action, require
from ..selectors import members, signers, terms_agreements, terms_asked, terms_now
from .rules import papers_check, reason_clean
from .telling import tell
from .verifying import organisation_lock

LONGEST_TEXT = 20_000
LONGEST_WHY = 300
MOST_DAYS = 60
LARGEST_MINOR = 10**15
LANGUAGES = ("ky", "ru", "en")


@transaction.atomic
def terms_ask(
    *,
    organisation: Organisation,
    actor: User,
    text: str,
    language: str,
    how: DecidedHow | str,
    threshold_minor: int,
    currency: str,
    needed_below: int,
    needed_above: int,
    days_to_decide: int = 7,
    paper: Document | None = None,
) -> TermsOfReference:
    """Write new terms of reference. They count once others who sign have agreed.

    The first text needs one of them; a new one as many as the text in force asks for large sums, as far as there are
    so many: else two could undo what three of five protect.

    Up to `threshold_minor` `needed_below` yes decide, above it `needed_above`; whoever proposes never counts.

    Raises NotAllowed, InvalidInput (by field; `too_many` where today's people could never be so many), RuleNotMet
    (`nobody_else`), Conflict (`already_asked`).
    """
    require(actor, Action.TERMS_ASK, organisation)
    locked = organisation_lock(organisation)
    asked = TermsOfReference(
        organisation=locked,
        text=_text(text),
        language=_one_of(language, LANGUAGES, "language"),
        paper=paper,
        how=_one_of(how, DecidedHow.values, "how"),
        threshold_minor=_within(threshold_minor, 0, LARGEST_MINOR, "threshold_minor"),
        currency=_one_of(currency, EXPONENTS, "currency"),
        needed_below=needed_below,
        needed_above=needed_above,
        days_to_decide=_within(days_to_decide, 1, MOST_DAYS, "days_to_decide"),
        asked_by=actor,
    )
    _paper(asked, actor)
    _numbers(asked)
    _once_and_not_alone(asked)
    asked.agreements_needed = _agreements_needed(asked)
    asked.version = (locked.terms_of_reference.aggregate(last=Max("version"))["last"] or 0) + 1
    asked.save()
    _record(asked, "terms_ask", actor)
    others = signers(locked).exclude(pk=actor.pk)
    tell(others, "terms_asked", locked, asked_by=str(actor), version=asked.version)
    return asked


@transaction.atomic
def terms_approve(*, terms: TermsOfReference, actor: User, proof: FactorProof | None) -> TermsOfReference:
    """Agree, as another person who signs, with a fresh second factor; with the last yes that is needed they count.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, Conflict (`answered`), RuleNotMet (`transition`,
    `too_many`).
    """
    _other_person(terms, actor)
    method = factor_require(proof, actor).method
    locked = _lock(terms)
    _may_become(locked, RequestStatus.APPROVED)
    try:
        _numbers(locked)
    except InvalidInput as refusal:
        raise RuleNotMet(str(refusal), code=refusal.code, **refusal.data) from refusal
    if locked.agreements.filter(person=actor).exists():
        raise Conflict(_("You have agreed already."), code="answered")
    TermsAgreement.objects.create(terms=locked, person=actor, factor_method=method)
    if terms_agreements(locked) < locked.agreements_needed:
        _record(locked, "terms_agree", actor, factor=method, asked_by=locked.asked_by.public_id)
        return locked
    _decided(locked, RequestStatus.APPROVED, actor, "", method)
    everyone = members(locked.organisation).exclude(pk=actor.pk)
    tell(everyone, "terms_approved", locked.organisation, agreed_by=str(actor), version=locked.version)
    return locked


@transaction.atomic
def terms_refuse(*, terms: TermsOfReference, actor: User, reason: str) -> TermsOfReference:
    """Say no, and why; what was in force stays. Raises NotAllowed, InvalidInput (`reason`), RuleNotMet."""
    _other_person(terms, actor)
    why = reason_short(reason)
    locked = _lock(terms)
    _may_become(locked, RequestStatus.REFUSED)
    _decided(locked, RequestStatus.REFUSED, actor, why, "")
    tell([locked.asked_by], "terms_refused", locked.organisation, refused_by=str(actor), reason=why)
    return locked


def reason_short(reason: str) -> str:
    """Return a reason that fits into a line. Raises InvalidInput (`reason`)."""
    why = reason_clean(reason)
    if len(why) > LONGEST_WHY:
        raise InvalidInput(_("Please write at most %(most)s characters.") % {"most": LONGEST_WHY}, field="reason")
    return why


def _text(text: str) -> str:
    clean = text.strip()
    if not clean:
        raise InvalidInput(_("Please write what you have agreed on."), field="text")
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput(_("Please write at most %(most)s characters.") % {"most": LONGEST_TEXT}, field="text")
    return clean


def _one_of(value: str, known: object, field: str) -> str:
    if value not in known:  # type: ignore[operator]
        raise InvalidInput(_("Please choose one of those listed."), field=field)
    return str(value)


def _within(value: int, least: int, most: int, field: str) -> int:
    if not least <= value <= most:
        raise InvalidInput(
            _("Please write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}, field=field
        )
    return value


def _paper(asked: TermsOfReference, actor: User) -> None:
    try:
        papers_check(asked.paper, actor, asked.organisation)
    except InvalidInput as refusal:
        refusal.field = "paper"
        raise


def _numbers(terms: TermsOfReference) -> None:
    """Refuse numbers that today's people could not reach: of those who decide, one proposes and never counts."""
    vote = terms.how == DecidedHow.VOTE
    people = members(terms.organisation) if vote else signers(terms.organisation)
    most = max(0, people.count() - 1)
    for field in ("needed_below", "needed_above"):
        needed = getattr(terms, field)
        if needed < 1:
            raise InvalidInput(_("At least one more person must agree."), field=field)
        if needed > most:
            raise InvalidInput(
                _("Today at most %(most)s can agree: whoever proposes does not count.") % {"most": most},
                code="too_many",
                field=field,
                most=most,
            )
    if terms.needed_above < terms.needed_below:
        raise InvalidInput(_("A larger sum cannot need fewer people."), field="needed_above")


def _once_and_not_alone(asked: TermsOfReference) -> None:
    if not signers(asked.organisation).exclude(pk=asked.asked_by_id).exists():
        raise RuleNotMet(
            _("Nobody else signs for it yet, and one person cannot decide alone. First name another."),
            code="nobody_else",
        )
    if terms_asked(asked.organisation) is not None:
        raise Conflict(_("A text waits for a decision already. Decide on that one first."), code="already_asked")


def _agreements_needed(asked: TermsOfReference) -> int:
    now = terms_now(asked.organisation)
    others = signers(asked.organisation).exclude(pk=asked.asked_by_id).count()
    return 1 if now is None else max(1, min(now.needed_above, others))


def _other_person(terms: TermsOfReference, actor: User) -> None:
    require(actor, Action.TERMS_APPROVE, terms.organisation)
    if actor.pk == terms.asked_by_id:
        raise NotAllowed(_("Who wrote it cannot decide on it. Another person who signs must."), code="same_person")


def _lock(terms: TermsOfReference) -> TermsOfReference:
    organisation = organisation_lock(terms.organisation)
    locked = TermsOfReference.objects.select_related("asked_by").get(pk=terms.pk)
    locked.organisation = organisation
    return locked


def _may_become(terms: TermsOfReference, to: RequestStatus) -> None:
    before = RequestStatus(terms.status)
    if to not in REQUEST_ALLOWED[before]:
        raise RuleNotMet(_("This is decided already."), code="transition", from_status=before.value, to_status=to.value)


def _decided(terms: TermsOfReference, to: RequestStatus, actor: User, reason: str, method: str) -> None:
    terms.status, terms.decided_by, terms.decided_at = to, actor, clock.now()
    terms.decision_reason, terms.factor_method = reason, method
    terms.save(update_fields=["status", "decided_by", "decided_at", "decision_reason", "factor_method"])
    action = "terms_approve" if to == RequestStatus.APPROVED else "terms_refuse"
    _record(terms, action, actor, reason=reason, factor=method, asked_by=terms.asked_by.public_id)


def _record(terms: TermsOfReference, action: str, actor: User, reason: str = "", **more: str) -> None:
    audit_record(
        actor=actor,
        action=action,
        obj=terms,
        organisation=terms.organisation,
        reason=reason,
        version=terms.version,
        how=str(terms.how),
        threshold_minor=terms.threshold_minor,
        currency=terms.currency,
        needed_below=terms.needed_below,
        needed_above=terms.needed_above,
        days_to_decide=terms.days_to_decide,
        **more,
    )
