"""Ways to pay are dated records: what changes is a new record, so that one can see what was offered on which day."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, RuleNotMet
from birge.organisations.permissions import Action, require

from ..models import PaymentMethod

NOTE_LENGTH = 300


@transaction.atomic
def payment_method_set(
    *, method: PaymentMethod, works: bool, actor: User, note_ky: str = "", note_ru: str = "", note_en: str = ""
) -> PaymentMethod:
    """Switch a way to pay on or off from today, with what donors read about it; where to pay stays as it was.

    The record before ends today. Raises NotAllowed, InvalidInput (`note_ky`) where it is off without a note,
    RuleNotMet (`not_current`) for a record that has ended.
    """
    require(actor, Action.PAYMENT_RECORD, method.custodian)
    notes = {"note_ky": note_ky.strip(), "note_ru": note_ru.strip(), "note_en": note_en.strip()}
    for field, text in notes.items():
        if len(text) > NOTE_LENGTH:
            raise InvalidInput(_("Please keep it under %(count)s characters.") % {"count": NOTE_LENGTH}, field=field)
    if not works and not any(notes.values()):
        raise InvalidInput(_("Please tell donors why, and what to do instead."), field="note_ky")
    before = PaymentMethod.objects.select_for_update(of=("self",)).select_related("custodian").get(pk=method.pk)
    today = clock.today()
    if before.valid_to is not None or before.valid_from > today:
        raise RuleNotMet(_("This record is not today’s. Please look at the list again."), code="not_current")
    before.valid_to = today
    before.save(update_fields=["valid_to"])
    changed = PaymentMethod.objects.create(
        custodian=before.custodian,
        kind=before.kind,
        donor_country=before.donor_country,
        valid_from=today,
        works=works,
        details=before.details,
        **notes,
    )
    audit_record(
        actor=actor,
        action="payment_method_set",
        obj=changed,
        organisation=before.custodian,
        kind=before.kind,
        country=before.donor_country,
        works=works,
    )
    return changed
