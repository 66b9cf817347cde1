"""A tranche leaves: one of the village asks, the head and the outside signatory sign, the custodian pays.

Five persons of three organisations have a part in it, and no two parts may be one person's.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, DocumentKind
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, may, require
from funds.ledger.posting import command_finish, command_open, post
from funds.screening.organisations import payee_check
from projects.works.models import Milestone, Project
from projects.works.selectors import is_outside_signer
from projects.works.services import project_lock
from projects.works.services.signatories import signatory_check

from ..entries import released_draft
from ..models import RELEASE_ALLOWED, Release, ReleaseStatus, Side, Signature
from ..selectors import RELEASES_IN, release_missing, taken_back_missing, tranche_minor

BASES = frozenset({DocumentKind.CONTRACT, DocumentKind.QUOTE})


@transaction.atomic
def release_ask(*, milestone: Milestone, actor: User, reason: str, basis: Document | None = None) -> Release:
    """Ask for the money of a stage, for the village administration; the first one on a contract or quote (`basis`).

    Raises NotAllowed, InvalidInput (`reason`, `basis`), RuleNotMet (`missing`, with the codes of `release_missing`),
    Conflict (`asked_already`).
    """
    require(actor, Action.RELEASE_ASK, milestone.project.administration)
    why = _reason(reason)
    project = project_lock(milestone.project)
    milestone = Milestone.objects.select_related("project__custodian").get(pk=milestone.pk)
    missing = release_missing(milestone)
    if any(each.code == "asked" for each in missing):
        raise Conflict(_("The money of this stage was asked for already."), code="asked_already")
    if missing:
        text = " ".join(each.text for each in missing)
        raise RuleNotMet(text, code="missing", missing=[each.code for each in missing])
    first = not project.milestones.filter(position__lt=milestone.position).exists()
    if (first and basis is None) or (basis is not None and basis.kind not in BASES):
        raise InvalidInput(_("Please attach the contract or the quote."), field="basis")
    release = Release.objects.create(
        project=project,
        milestone=milestone,
        custodian=_custodian(project),
        amount_minor=tranche_minor(milestone),
        currency=project.currency,
        reason=why,
        basis=basis,
        asked_by=actor,
        asked_at=clock.now(),
    )
    audit_record(actor=actor, action=Action.RELEASE_ASK, obj=release, organisation=project.administration, reason=why)
    return release


@transaction.atomic
def release_sign(*, release: Release, actor: User, proof: FactorProof | None) -> Release:
    """Sign for one's side: as the village's head, or as the outside signatory or their substitute.

    Signing once more returns the release as it is. Raises NotAllowed (also `same_person`, who asked),
    SecondFactorRequired, Conflict (`signed_already` by another of this side), RuleNotMet (`transition`, `stopped`).
    """
    project = project_lock(release.project)
    side, office = _side_of(project, actor)
    method = factor_require(proof, actor).method
    release = _lock(release)
    signed = {signature.side: signature for signature in release.signatures.all()}
    if side in signed:
        if signed[side].signer_id == actor.pk:
            return release
        raise Conflict(_("Your side has signed already."), code="signed_already")
    if release.asked_by_id == actor.pk:
        raise NotAllowed(_("Who asked cannot sign."), code="same_person")
    _transition_check(release, ReleaseStatus.SIGNED)
    _running_check(project)
    Signature.objects.create(release=release, side=side, signer=actor, at=clock.now(), factor_method=method)
    audit_record(actor=actor, action="release_sign", obj=release, organisation=office, side=side.value, factor=method)
    if set(signed) | {side} == set(Side):
        release.status = ReleaseStatus.SIGNED
        release.save(update_fields=["status"])
    return release


@transaction.atomic
def release_refuse(*, release: Release, actor: User, reason: str) -> Release:
    """Refuse a tranche that has not been paid, with a reason: either side, or the custodian; the asker takes it back.

    Raises NotAllowed, InvalidInput (`reason`), RuleNotMet (`transition`).
    """
    project = project_lock(release.project)
    if not (
        is_outside_signer(actor, project)
        or may(actor, Action.RELEASE_SIGN_VILLAGE, project.administration)
        or may(actor, Action.RELEASE_ASK, project.administration)
        or may(actor, Action.RELEASE_PAY, release.custodian)
    ):
        raise NotAllowed
    why = _reason(reason)
    release = _lock(release)
    _transition_check(release, ReleaseStatus.REFUSED)
    release.status, release.refused_by, release.refused_reason = ReleaseStatus.REFUSED, actor, why
    release.save(update_fields=["status", "refused_by", "refused_reason"])
    audit_record(actor=actor, action="release_refuse", obj=release, organisation=project.administration, reason=why)
    return release


@transaction.atomic
def release_pay(
    *, release: Release, actor: User, bank_reference: str, bank_line: Document | None, proof: FactorProof | None
) -> Release:
    """Book that the custodian's officer paid a signed tranche to the village, with the bank's line.

    Paying once more returns the release as it is. Raises NotAllowed (also `same_person`, who asked or signed),
    SecondFactorRequired, InvalidInput (`bank_reference`, `bank_line`), RuleNotMet (`transition`, `stopped`, `listed`,
    `blocked`, `shortfall`, `disputed`), InsufficientFunds.
    """
    require(actor, Action.RELEASE_PAY, release.custodian)
    method = factor_require(proof, actor).method
    reference = bank_reference.strip()
    if not reference:
        raise InvalidInput(_("Please write the number of the bank's line."), field="bank_reference")
    if bank_line is None or bank_line.kind != DocumentKind.BANK_LINE:
        raise InvalidInput(_("Please attach the line of the bank's statement."), field="bank_line")
    opened = command_open(scope=f"release:{release.public_id}", key="pay", request={"release": release.public_id})
    project = project_lock(release.project)
    release = _lock(release)
    if opened.replayed:
        return release
    _transition_check(release, ReleaseStatus.PAID)
    _running_check(project)
    payee_check(project.administration, release.custodian)
    _taken_back_check(project, release.amount_minor)
    if actor.pk in {release.asked_by_id, *release.signatures.values_list("signer_id", flat=True)}:
        raise NotAllowed(_("Who asked or signed cannot pay."), code="same_person")
    release.bank_reference, release.bank_line = reference[:80], bank_line
    entry = post(command=opened.command, drafts=[released_draft(release)])[0]
    release.status, release.entry_id, release.factor_method = ReleaseStatus.PAID, entry.id, method
    release.paid_by, release.paid_at = actor, clock.now()
    release.save()
    command_finish(opened.command, release.public_id)
    audit_record(actor=actor, action=Action.RELEASE_PAY, obj=release, organisation=release.custodian, factor=method)
    return release


def _side_of(project: Project, actor: User) -> tuple[Side, Organisation | None]:
    """Return the side this person signs for, and the organisation they act for. Raises NotAllowed."""
    if is_outside_signer(actor, project) and project.signatory_organisation is not None:
        try:
            signatory_check(project, _custodian(project), project.signatory_organisation, actor, "code")
        except InvalidInput as refusal:  # they changed sides, or their term has ended
            raise NotAllowed(str(refusal)) from refusal
        return Side.OUTSIDE, project.signatory_organisation
    require(actor, Action.RELEASE_SIGN_VILLAGE, project.administration)
    return Side.VILLAGE, project.administration


def _custodian(project: Project) -> Organisation:
    if project.custodian is None:
        raise RuleNotMet(_("No custodian holds money for this project yet."), code="no_custodian")
    return project.custodian


def _lock(release: Release) -> Release:
    return (
        Release.objects.select_for_update(of=("self",), no_key=True)
        .select_related("project__administration", "custodian", "milestone", "bank_line", "basis")
        .get(pk=release.pk)
    )


def _transition_check(release: Release, to: ReleaseStatus) -> None:
    before = ReleaseStatus(release.status)
    if to not in RELEASE_ALLOWED[before]:
        raise RuleNotMet(
            _("A release that is “%(before)s” cannot become “%(after)s”.")
            % {"before": before.label, "after": to.label},
            code="transition",
            from_status=before.value,
            to_status=to.value,
        )


def _running_check(project: Project) -> None:
    if project.status not in RELEASES_IN:
        raise RuleNotMet(_("No money leaves while the project is stopped or over."), code="stopped")


def _taken_back_check(project: Project, amount: int) -> None:
    for missing in taken_back_missing(project, amount):
        raise RuleNotMet(missing.text, code=missing.code)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(_("Please say why."), field="reason")
    return reason.strip()[:300]
