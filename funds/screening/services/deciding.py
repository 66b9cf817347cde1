"""A person decides about a likeness; what was decided is never taken back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import Action, is_platform_administrator, require

from ..models import ScreeningDecision, ScreeningRecord
from ..selectors import records_of
from ..states import Outcome, Verdict

REASON_LENGTH = 500


@transaction.atomic
def screening_decide(
    *, record: ScreeningRecord, actor: User, verdict: str, reason: str, proof: FactorProof | None
) -> ScreeningDecision:
    """Decide on all likenesses of a record: as another officer of its custodian, or as an administrator.

    It holds for the same likenesses of the same thing in later looks too. Raises NotAllowed (also `same_person`, who
    had it looked up), SecondFactorRequired, InvalidInput (`verdict`, `reason`), RuleNotMet (`no_hit`; `binding`: a law
    that binds a custodian concerned cannot be allowed away; `not_newest`), Conflict (`decided`).
    """
    _decider_check(record, actor)
    method = factor_require(proof, actor).method
    if verdict not in Verdict.values:
        raise InvalidInput(_("Please choose what you decide."), field="verdict")
    why = reason.strip()
    if not why or len(why) > REASON_LENGTH:
        raise InvalidInput(_("Please say why, in at most 500 characters."), field="reason")
    locked = ScreeningRecord.objects.select_for_update(of=("self",), no_key=True).get(pk=record.pk)
    _open_check(locked)
    if verdict == Verdict.ALLOWED and any(hit["binding"] for hit in locked.hits):
        raise RuleNotMet(
            _("The law of a custodian’s own country forbids this. It can only be somebody else, or blocked."),
            code="binding",
            field="verdict",
        )
    decision = ScreeningDecision.objects.create(
        record=locked, verdict=verdict, reason=why, decided_by=actor, factor_method=method
    )
    audit_record(
        actor=actor, action="screening_decide", obj=locked, organisation=locked.organisation, reason=why,
        verdict=verdict, subject=locked.subject, ref=locked.subject_ref, factor=method,
    )  # fmt: skip
    return decision


def _decider_check(record: ScreeningRecord, actor: User) -> None:
    if record.organisation is not None:
        require(actor, Action.SCREENING_DECIDE, record.organisation)
    elif not is_platform_administrator(actor):
        raise NotAllowed
    if record.screened_by_id == actor.pk:
        raise NotAllowed(_("Who had it looked up does not decide. Another must."), code="same_person")


def _open_check(record: ScreeningRecord) -> None:
    if record.outcome == Outcome.KNOWN:
        raise Conflict(_("This is decided already."), code="decided")
    if record.outcome != Outcome.HIT:
        raise RuleNotMet(_("Nobody on a list is like this."), code="no_hit")
    if ScreeningDecision.objects.filter(record=record).exists():
        raise Conflict(_("This is decided already."), code="decided")
    if records_of(record.subject, record.subject_ref).filter(pk__gt=record.pk).exists():
        raise RuleNotMet(_("There is a newer look into the lists. Please decide on that one."), code="not_newest")
