"""Lines of the bank: what each may be, and what officers say it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, pledge_named
from api.filters import DayFilter, PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.payments.outputs import PaymentOutput
from api.v1.payments.views import payment_for, payment_named
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.pools.models import PoolGift
from funds.settlement.statements import (
    line_aside_agree,
    line_aside_ask,
    line_aside_end,
    line_link,
    line_link_out,
    line_take,
    line_take_unknown,
    line_unlink_out,
)

from .inputs import LineAcceptInput, LineLinkInput
from .outputs import BankLineDetailOutput, BankLineOutput


class BankLineFilters(django_filters.FilterSet):
    """By account, statement, status, day, direction, and whether it waits."""

    account = PublicIdFilter(field_name="account__public_id")
    status = django_filters.ChoiceFilter(choices=BankLine.Status.choices)
    direction = django_filters.ChoiceFilter(method="gone", choices=[("in", "in"), ("out", "out")])
    waits = django_filters.ChoiceFilter(
        method="waiting", choices=[("yes", "yes"), ("no", "no")], label="nobody has said what it is"
    )
    day_from = DayFilter(field_name="day", lookup_expr="gte")
    day_to = DayFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = BankLine
        fields: list[str] = []

    def gone(self, lines: QuerySet[BankLine], name: str, value: str) -> QuerySet[BankLine]:
        """Keep what came, or what went."""
        return lines.filter(amount_minor__gt=0) if value == "in" else lines.filter(amount_minor__lt=0)

    def waiting(self, lines: QuerySet[BankLine], name: str, value: str) -> QuerySet[BankLine]:
        """Keep what nobody has explained, or the rest."""
        waits = lines.filter(payment_ref="").exclude(status=BankLine.Status.IGNORED)
        return waits if value == "yes" else lines.exclude(pk__in=waits.values("pk"))


def lines_seen(user: User) -> QuerySet[BankLine]:
    """Return the lines of the custodians whose officer this person is."""
    return BankLine.objects.filter(account__custodian__in=custodians_of(user)).select_related("account__custodian")


def line_for(user: User, public_id: str) -> BankLine:
    """Return a line that this officer may see. Raises NotFound."""
    line = lines_seen(user).filter(public_id=public_id).first()
    if line is None:
        raise NotFound
    return line


def line_named(user: User, public_id: str) -> BankLine:
    """Return the line that a body names in `line`. Raises InvalidInput there."""
    line = lines_seen(user).filter(public_id=public_id).first()
    if line is None:
        raise InvalidInput(_("We do not know this line."), field="line", code="unknown")
    return line


@extend_schema(summary="List the bank's lines of one's custodian")
class BankLineListView(ListView, WriteView):
    """What the bank says came and went, newest first."""

    queryset = BankLine.objects.none()
    serializer_class = BankLineOutput
    filterset_class = BankLineFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[BankLine]:
        """Return what this officer may see."""
        return lines_seen(self.actor)


class BankLineView(WriteView):
    """One line."""

    @extend_schema(summary="One line of the bank", responses=BankLineDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it with what it may be, and why."""
        return Response(BankLineDetailOutput(line_for(self.actor, public_id)).data)


class BankLineAcceptView(WriteView):
    """A line that brought money becomes a payment."""

    @extend_schema(
        summary="Say what a line that brought money is",
        request=LineAcceptInput,
        responses=PaymentOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Record its payment, or link the one that was written down; another person confirms it."""
        line, body = line_for(self.actor, public_id), self.read(LineAcceptInput)
        payment = signed_once(
            request,
            verb="bank_line_accept",
            target=public_id,
            body=body,
            run=lambda _proof: _accept(line, self.actor, body),
            again=lambda ref: payment_for(self.actor, ref),
        )
        return Response(PaymentOutput(payment_for(self.actor, payment.public_id)).data)


class BankLineLinkView(WriteView):
    """A line that took money is something of our books."""

    @extend_schema(
        summary="Say what a line that took money is",
        request=LineLinkInput,
        responses=BankLineOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Tie it to the tranche, the refund, or the return of unknown money."""
        line, body = line_for(self.actor, public_id), self.read(LineLinkInput)
        return _line_answer(
            self, request, "bank_line_link", public_id, body,
            lambda _proof: line_link_out(line=line, ref=body["ref"], actor=self.actor),
        )  # fmt: skip


class BankLineUnlinkView(WriteView):
    """A line that took money is not that after all."""

    @extend_schema(
        summary="Untie a line that took money", request=RefuseInput, responses=BankLineOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say why; nothing is booked by it, and the line waits again."""
        line, body = line_for(self.actor, public_id), self.read(RefuseInput)
        return _line_answer(
            self, request, "bank_line_unlink", public_id, body,
            lambda _proof: line_unlink_out(line=line, reason=body["reason"], actor=self.actor),
        )  # fmt: skip


class BankLineAsideView(WriteView):
    """A line is nothing of our books."""

    @extend_schema(
        summary="Ask to set a line aside", request=RefuseInput, responses=BankLineOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say why; another officer must agree."""
        line, body = line_for(self.actor, public_id), self.read(RefuseInput)
        return _line_answer(
            self, request, "bank_line_aside", public_id, body,
            lambda _proof: line_aside_ask(line=line, reason=body["reason"], actor=self.actor),
        )  # fmt: skip


class BankLineAsideAgreeView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Agree to set a line aside", request=FactorInput, responses=BankLineOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Set it aside, with a second factor; never by who asked."""
        line, body = line_for(self.actor, public_id), self.read(FactorInput)
        return _line_answer(
            self, request, "bank_line_aside_agree", public_id, body,
            lambda proof: line_aside_agree(line=line, actor=self.actor, proof=proof),
        )  # fmt: skip


class BankLineAgainView(WriteView):
    """A line is looked at again."""

    @extend_schema(
        summary="Look at a line again", request=RefuseInput, responses=BankLineOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Refuse the wish to set it aside, or take it back from there, with a reason."""
        line, body = line_for(self.actor, public_id), self.read(RefuseInput)
        return _line_answer(
            self, request, "bank_line_again", public_id, body,
            lambda _proof: line_aside_end(line=line, reason=body["reason"], actor=self.actor),
        )  # fmt: skip


def _line_answer(view: WriteView, request: Request, verb: str, target: str, body: Any, run: Any) -> Response:
    line = signed_once(
        request, verb=verb, target=target, body=body, run=run, again=lambda ref: line_for(view.actor, ref)
    )
    return Response(BankLineOutput(line_for(view.actor, line.public_id)).data)


def _accept(line: BankLine, actor: User, body: dict[str, Any]) -> Payment:
    if "payment" in body:
        return line_link(line=line, payment=payment_named(actor, body["payment"]), actor=actor)
    if "pledge" in body:
        return line_take(line=line, group=pledge_named(actor, body["pledge"]).group, actor=actor)
    if "pool_gift" in body:
        gift = PoolGift.objects.filter(public_id=body["pool_gift"], pool__custodian__in=custodians_of(actor)).first()
        if gift is None:
            raise InvalidInput(_("We do not know this gift."), field="pool_gift", code="unknown")
        return line_take(line=line, group=gift.public_id, actor=actor)
    return line_take_unknown(line=line, actor=actor)
