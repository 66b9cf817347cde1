"""Receipts on paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from api.v1.payments.views import payment_for
from api.v1.refunds.views import refund_for
from api.views import ApiView, WriteView
from birge.errors import NotFound
from funds.payments.models import Payment
from funds.pledges.tokens import pledge_by_token
from funds.pools.tokens import pool_gift_by_token
from funds.releases.models import GiftBack, Refund
from funds.settlement.papers import gift_back_receipt, gift_receipt, receipt_pdf, refund_receipt, year_of, year_pdf

PDF = {(200, "application/pdf"): OpenApiTypes.BINARY}


class PaperRenderer(BaseRenderer):
    """Names the paper among what may be asked for; the view makes it."""

    media_type, format, charset = "application/pdf", "pdf", None


class AlwaysPaper(BaseContentNegotiation):
    """The address names a PDF, so that is what comes; refusals are JSON as everywhere."""

    def select_parser(self, request, parsers):  # type: ignore[no-untyped-def]
        """Take the first one: nothing is sent here."""
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):  # type: ignore[no-untyped-def]
        """Return JSON for what is not the paper itself."""
        return renderers[0], renderers[0].media_type


class _Paper(ApiView):
    """What receipts share."""

    renderer_classes = [JSONRenderer, PaperRenderer]
    content_negotiation_class = AlwaysPaper


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Return a paper as a download."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="birge-receipt-{name}.pdf"'
    return response


def _own(group: str, public_id: str) -> HttpResponse:
    payment = Payment.objects.filter(public_id=public_id, group=group).first() if group else None
    if payment is None:
        raise NotFound
    return pdf_response(receipt_pdf(gift_receipt(payment, mine=True)), public_id)


class PledgeReceiptView(_Paper):
    """The receipt of one's own payment."""

    @extend_schema(summary="Receipt of a payment for one's pledge", responses=PDF)
    def get(self, request: Request, token: str, public_id: str) -> HttpResponse:
        """Return it to whoever holds the link."""
        return _own(pledge_by_token(token).group, public_id)


class PoolGiftReceiptView(_Paper):
    """The receipt of one's own gift to a pool."""

    @extend_schema(summary="Receipt of a payment for one's gift to a pool", responses=PDF)
    def get(self, request: Request, token: str, public_id: str) -> HttpResponse:
        """Return it to whoever holds the link."""
        return _own(pool_gift_by_token(token).public_id, public_id)


class BackReceiptView(_Paper):
    """The receipt of money that went back."""

    @extend_schema(summary="Receipt of money that went back to oneself", responses=PDF)
    def get(self, request: Request, token: str, public_id: str) -> HttpResponse:
        """Return it to whoever holds the link."""
        group = pledge_by_token(token).group
        refund = Refund.objects.filter(public_id=public_id, payment__group=group).first()
        if refund is not None:
            return pdf_response(receipt_pdf(refund_receipt(refund, mine=True)), public_id)
        back = GiftBack.objects.filter(public_id=public_id, payment__group=group).first()
        if back is None:
            raise NotFound
        return pdf_response(receipt_pdf(gift_back_receipt(back, mine=True)), public_id)


class PaymentReceiptView(WriteView, _Paper):
    """The receipt of a payment, also the village's, for the officers of its custodian."""

    @extend_schema(summary="Receipt of a payment", responses=PDF)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """Return it; it names no donor."""
        return pdf_response(receipt_pdf(gift_receipt(payment_for(self.actor, public_id))), public_id)


class RefundReceiptView(WriteView, _Paper):
    """The receipt of a refund, for the officers of its custodian."""

    @extend_schema(summary="Receipt of a refund", responses=PDF)
    def get(self, request: Request, public_id: str) -> HttpResponse:
        """Return it; it names no donor."""
        return pdf_response(receipt_pdf(refund_receipt(refund_for(self.actor, public_id))), public_id)


class MyYearView(WriteView, _Paper):
    """All of one's gifts of a year."""

    @extend_schema(summary="All of one's gifts of a year, on paper", responses=PDF)
    def get(self, request: Request, year: int) -> HttpResponse:
        """Return it to the signed-in donor."""
        found = year_of(self.actor, year)
        if not found.lines:
            raise NotFound
        return pdf_response(year_pdf(found, (get_language() or "ky")[:2]), str(year))
