"""The lists of a custodian's officers."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from birge.errors import BirgeError
from birge.money import parse_amount
from birge.notifications.services import Contact
from birge.organisations.models import Organisation
from frontend.presenters.facts import day, say, who
from frontend.presenters.rows import Row
from frontend.presenters.words import STATUS_TONE, country_names, language
from funds.banking.services import group_of
from funds.payments.models import Identification, Payment, PaymentKind, PaymentMethod, PaymentStatus
from funds.pledges.contacts import contact_clean
from funds.pledges.models import Pledge
from funds.pledges.states import PledgeStatus
from funds.pools.models import Pool
from funds.releases.models import REFUND_ENDED, Correction, Refund, RefundStatus
from funds.returns.models import PartStatus
from projects.works.models import Project
from projects.works.states import ProjectStatus

PAYMENT_TONE = {PaymentStatus.RECORDED: "wait", PaymentStatus.REFUSED: "off", PaymentStatus.REVERSED: "bad"}
PLEDGE_TONE = {
    PledgeStatus.MADE: "wait",
    PledgeStatus.DUE: "wait",
    PledgeStatus.LAPSED: "off",
    PledgeStatus.WITHDRAWN: "off",
}
MOST_FOUND = 20


def payment_row(payment: Payment) -> Row:
    """Return a payment as a line: what for, which day, who wrote it down."""
    title = payment.project.title(language()) if payment.project else purpose_name(payment)
    parts = [day(payment.received_on), payment.get_kind_display(), payment.reference, who(payment.recorded_by)]
    return Row(
        title=title,
        text=" · ".join(part for part in parts if part),
        url=reverse("custodian_payment", args=[payment.public_id]),
        amount=say(payment.amount_minor, payment.currency),
        tag=str(PaymentStatus(payment.status).label),
        tone=PAYMENT_TONE.get(PaymentStatus(payment.status), ""),
    )


def with_pools(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return the payments with `pool_name`, so that a list asks once for the names of all pools."""
    own = NullIf(f"name_{language()}", Value(""))
    pools = Pool.objects.filter(public_id=OuterRef("pool_ref")).annotate(shown=Coalesce(own, "name_ru"))
    return payments.annotate(pool_name=Subquery(pools.values("shown")[:1]))


def purpose_name(payment: Payment) -> str:
    """Return what money is for that is for no project: a pool, or nobody knows."""
    if not payment.pool_ref:
        return _("Nobody knows what for")
    name = getattr(payment, "pool_name", None)
    pool = Pool.objects.filter(public_id=payment.pool_ref).first() if name is None else None
    return name or (pool.name(language()) if pool is not None else payment.pool_ref)


def claim_row(claim: Identification) -> Row:
    """Return a claim on money of unknown origin."""
    return Row(
        title=_("Whose money is it? For “%(project)s”") % {"project": claim.project.title(language())},
        text=f"{who(claim.asked_by)}, {day(claim.asked_at)}",
        url=reverse("custodian_claim", args=[claim.public_id]),
        amount=say(claim.payment.amount_minor, claim.payment.currency),
    )


def correction_row(correction: Correction) -> Row:
    """Return a wish to take back what was written down by mistake."""
    return Row(
        title=_("Written down by mistake?"),
        text=f"{correction.reason} · {who(correction.asked_by)}, {day(correction.asked_at)}",
        url=reverse("custodian_correction", args=[correction.public_id]),
        amount=say(correction.payment.amount_minor, correction.payment.currency),
    )


def refund_row(refund: Refund) -> Row:
    """Return money on its way back."""
    status = RefundStatus(refund.status)
    return Row(
        title=refund.project.title(language()),
        text=" · ".join(part for part in (day(refund.due_at), refund.payment.reference) if part),
        url=reverse("custodian_refund", args=[refund.public_id]),
        amount=say(refund.amount_minor, refund.currency),
        tag=_refund_tag(refund),
        tone="" if status in REFUND_ENDED else "wait",
    )


def _refund_tag(refund: Refund) -> str:
    """Return where it stands; of what is due, who sends it if it is no officer."""
    part = getattr(refund, "part", None)
    others = (PartStatus.PROVIDER, PartStatus.OFFERED)
    if refund.status == RefundStatus.DUE and part is not None and part.status in others:
        return str(PartStatus(part.status).label)
    return str(RefundStatus(refund.status).label)


def pledge_row(pledge: Pledge) -> Row:
    """Return a promise: its reference, project and day; never the donor's name."""
    status = PledgeStatus(pledge.status)
    return Row(
        title=pledge.public_id,
        text=f"{pledge.project.title(language())} · {day(pledge.made_at)}",
        url=reverse("custodian_pledge", args=[pledge.public_id]),
        amount=say(pledge.amount_minor, pledge.currency),
        tag=str(status.label),
        tone=PLEDGE_TONE.get(status, ""),
    )


def project_row(project: Project) -> Row:
    """Return a project whose money this custodian holds."""
    status = ProjectStatus(project.status)
    return Row(
        title=project.title(language()),
        text=project.administration.name(language()),
        url=reverse("project_stop", args=[project.public_id]),
        tag=str(status.label),
        tone=STATUS_TONE[status],
    )


def country(code: str) -> str:
    """Return the name of the country that a way to pay is for."""
    return country_names().get(code, code) if code else _("every country")


def way_row(method: PaymentMethod) -> Row:
    """Return a way to pay and whether it works."""
    until = f" – {day(method.valid_to)}" if method.valid_to else ""
    return Row(
        title=f"{capfirst(str(PaymentKind(method.kind).label))}, {country(method.donor_country)}",
        text=" · ".join(part for part in (f"{day(method.valid_from)}{until}", method.note(language())) if part),
        url="" if method.valid_to else reverse("custodian_way", args=[method.custodian.public_id, method.pk]),
        tag=_("works") if method.works else _("does not work"),
        tone="" if method.works else "bad",
    )


def pledges_found(custodian: Organisation, text: str) -> QuerySet[Pledge]:
    """Return the custodian's promises that fit what the officer knows: the reference, the sum, or the contact.

    A contact is compared whole, so that nobody can look people up by a part of their address.
    """
    word = text.strip().lower()
    match = Q(public_id=word)
    group = group_of(text)
    if group:
        match |= Q(group=group)
    for currency in settings.PLEDGE_LIMITS:
        with suppress(BirgeError):
            match |= Q(amount_minor=parse_amount(word, currency).minor, currency=currency)
    for kind in ("email", "sms"):
        with suppress(BirgeError):
            match |= Q(contact__value=contact_clean(Contact(kind, word), "KG").value)
    found = Pledge.objects.filter(match, custodian=custodian).select_related("project")
    return found.order_by("-id")[:MOST_FOUND]
