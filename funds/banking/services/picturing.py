"""The bank's own QR picture beside a way to pay. It says where money goes, so no officer puts it there alone."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.documents.models import Document, Visibility
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, require

from ..models import PayPicture


@transaction.atomic
def pay_picture_put(
    *,
    custodian: Organisation,
    kind: str,
    donor_country: str,
    picture: Document,
    actor: User,
    proof: FactorProof | None,
) -> PayPicture:
    """Put a picture beside a way to pay. Donors see it once another officer agrees; until then they see the old one.

    Raises NotAllowed, SecondFactorRequired, InvalidInput (`file`) for what is no public picture of this custodian.
    """
    require(actor, Action.PAYMENT_RECORD, custodian)
    method = factor_require(proof, actor).method
    fits = picture.is_image and picture.visibility == Visibility.PUBLIC and picture.organisation_id == custodian.pk
    if not fits:
        raise InvalidInput(_("Please send a photo (JPEG, PNG or WebP)."), field="file", code="not_an_image")
    waiting = PayPicture.objects.select_for_update().filter(
        custodian=custodian, kind=kind, donor_country=donor_country, agreed_at=None, ended_at=None
    )
    waiting.update(ended_at=clock.now())
    put = PayPicture.objects.create(
        custodian=custodian, kind=kind, donor_country=donor_country, picture=picture, put_by=actor, put_at=clock.now()
    )
    audit_record(
        actor=actor, action="pay_picture_put", obj=put, organisation=custodian, kind=kind, country=donor_country,
        factor=method,
    )  # fmt: skip
    return put


@transaction.atomic
def pay_picture_agree(*, picture: PayPicture, actor: User, proof: FactorProof | None) -> PayPicture:
    """Agree as another officer, with a second factor: from now on donors see it, and the one before ends.

    Raises NotAllowed (also `same_person`), SecondFactorRequired, RuleNotMet (`ended`).
    """
    require(actor, Action.PAYMENT_CONFIRM, picture.custodian)
    if picture.put_by_id == actor.pk:
        raise NotAllowed(_("Who asked cannot approve."), code="same_person")
    method = factor_require(proof, actor).method
    Organisation.objects.select_for_update(no_key=True).get(pk=picture.custodian_id)  # one of them at a time
    locked = _lock(picture)
    if locked.agreed_at is not None:
        return locked
    shown = PayPicture.objects.filter(
        custodian=locked.custodian, kind=locked.kind, donor_country=locked.donor_country, ended_at=None
    ).exclude(pk=locked.pk)
    shown.filter(agreed_at__isnull=False).update(ended_at=clock.now())
    locked.agreed_by, locked.agreed_at, locked.factor_method = actor, clock.now(), method
    locked.save(update_fields=["agreed_by", "agreed_at", "factor_method"])
    audit_record(actor=actor, action="pay_picture_agree", obj=locked, organisation=locked.custodian, factor=method)
    return locked


@transaction.atomic
def pay_picture_remove(*, picture: PayPicture, actor: User) -> PayPicture:
    """Take a picture away, at once: one officer is enough for that. Raises NotAllowed, RuleNotMet (`ended`)."""
    require(actor, Action.PAYMENT_RECORD, picture.custodian)
    locked = _lock(picture)
    locked.ended_at = clock.now()
    locked.save(update_fields=["ended_at"])
    audit_record(actor=actor, action="pay_picture_remove", obj=locked, organisation=locked.custodian)
    return locked


def pay_picture_shown(custodian: Organisation, kind: str, donor_country: str) -> PayPicture | None:
    """Return the picture that donors see beside this way to pay."""
    return pay_pictures(custodian, kind, donor_country).get(True)


def pay_pictures(custodian: Organisation, kind: str, donor_country: str) -> dict[bool, PayPicture]:
    """Return the picture that is shown (True) and the one that waits for another officer (False), if there are."""
    live = PayPicture.objects.filter(custodian=custodian, kind=kind, donor_country=donor_country, ended_at=None)
    return {each.agreed_at is not None: each for each in live.select_related("picture", "custodian").order_by("id")}


def _lock(picture: PayPicture) -> PayPicture:
    locked = PayPicture.objects.select_for_update(of=("self",)).select_related("custodian").get(pk=picture.pk)
    if locked.ended_at is not None:
        raise RuleNotMet(_("This picture was taken away already."), code="ended")
    return locked
