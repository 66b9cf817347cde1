"""Somebody is forgotten: what banks and they themselves told of them goes, the money and the ledger stay."""

from __future__ import annotations

from funds.banking.services import lines_blank
from funds.payments.models import Identification, Payment
from funds.releases.models import Refund, RefundStatus
from funds.strays.models import PayerClaim


def group_forget(group: str) -> None:
    """Blank names, accounts and words in the bank's lines of a pledge's or gift's payments, notes, and told slips.

    Registered as settings.PERSON_ERASED_HANDLER. A payment whose money still has to go back keeps its line: without the
    account nobody could send it. A slip that proves an identification stays, for the ledger names its hash.
    """
    payments = Payment.objects.filter(group=group)
    going_back = Refund.objects.filter(payment__group=group).exclude(status=RefundStatus.PAID).values("payment_id")
    lines_blank(payments.exclude(pk__in=going_back).values_list("public_id", flat=True))
    payments.update(payer_note="")
    for claim in PayerClaim.objects.filter(group=group).select_related("slip"):
        slip, claim.bank, claim.note = claim.slip, "", ""
        if slip is not None and not Identification.objects.filter(proof=slip).exists():
            claim.slip = None
        claim.save(update_fields=["bank", "note", "slip"])
        if slip is not None and claim.slip is None:
            for each in slip.renditions.all():
                each.file.delete(save=False)
            slip.file.delete(save=False)
            slip.delete()
