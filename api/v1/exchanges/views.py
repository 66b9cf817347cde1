"""Exchanges at the bank: written down by one officer, booked by another. How they stand is public."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, document_named, organisation_named
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from birge.organisations.models import Organisation, OrganisationKind
from funds.banking.models import BankLine
from funds.exchange.models import Exchange, ExchangeStatus, Place
from funds.exchange.selectors import exchange_standing
from funds.exchange.services import Side, exchange_ask, exchange_book, exchange_refuse

from .inputs import ExchangeInput
from .outputs import ExchangeOutput, ExchangeStandingOutput


class ExchangeFilters(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=ExchangeStatus.choices)

    class Meta:
        model = Exchange
        fields: list[str] = []


def exchanges_seen(user: User) -> QuerySet[Exchange]:
    """Return the exchanges of the custodians whose officer this person is."""
    return Exchange.objects.filter(custodian__in=custodians_of(user)).select_related("custodian")


def exchange_for(user: User, public_id: str) -> Exchange:
    """Return an exchange that this officer may see. Raises NotFound."""
    exchange = exchanges_seen(user).filter(public_id=public_id).first()
    if exchange is None:
        raise NotFound
    return exchange


@extend_schema_view(get=extend_schema(summary="List the exchanges of one's custodian"))
class ExchangeListView(ListView, WriteView):
    """What the custodians whose officer one is have exchanged; newest first."""

    queryset = Exchange.objects.none()
    serializer_class = ExchangeOutput
    filterset_class = ExchangeFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Exchange]:
        """Return what this officer may see."""
        return exchanges_seen(self.actor)

    @extend_schema(
        summary="Write an exchange down", request=ExchangeInput, responses={201: ExchangeOutput}, parameters=[PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Say that the bank exchanged money; nothing is booked before another officer confirms it."""
        scope, key = idempotency(request)
        body = self.read(ExchangeInput)
        exchange = signed_once(
            request,
            verb="exchange_ask",
            target="",
            body=body,
            run=lambda _proof: _ask(self.actor, (f"{scope}/exchange", key), body),
            again=lambda ref: exchange_for(self.actor, ref),
        )
        return Response(ExchangeOutput(exchange).data, status=status.HTTP_201_CREATED)


def _ask(actor: User, key: tuple[str, str], body: dict[str, Any]) -> Exchange:
    custodian = organisation_named(body["custodian"], "custodian")
    return exchange_ask(
        custodian=custodian,
        gave=Side(body["gave"], Place(body.get("gave_from", Place.BANK)), _line(custodian, body, "gave_line")),
        got=Side(body["got"], Place(body.get("got_to", Place.BANK)), _line(custodian, body, "got_line")),
        done_on=body["done_on"],
        actor=actor,
        idempotency=key,
        reference=body.get("reference", ""),
        paper=document_named(actor, body.get("paper"), "paper"),
    )


def _line(custodian: Organisation, body: dict[str, Any], field: str) -> BankLine | None:
    if field not in body:
        return None
    line = BankLine.objects.filter(public_id=body[field], account__custodian=custodian).select_related("account")
    found = line.first()
    if found is None:
        raise InvalidInput(_("We do not know this line of the bank."), field=field, code="unknown")
    return found


class ExchangeView(WriteView):
    """One exchange."""

    @extend_schema(summary="One exchange", responses=ExchangeOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(ExchangeOutput(exchange_for(self.actor, public_id)).data)


class ExchangeBookView(WriteView):
    """A second officer agrees."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(summary="Book an exchange", request=FactorInput, responses=ExchangeOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who wrote it down."""
        exchange = exchange_for(self.actor, public_id)
        booked = signed_once(
            request,
            verb="exchange_book",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: exchange_book(exchange=exchange, actor=self.actor, proof=proof),
            again=lambda ref: exchange_for(self.actor, ref),
        )
        return Response(ExchangeOutput(booked).data)


class ExchangeRefuseView(WriteView):
    """It was not so."""

    @extend_schema(summary="Refuse an exchange", request=RefuseInput, responses=ExchangeOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Say so, with a reason; nothing was booked."""
        exchange, body = exchange_for(self.actor, public_id), self.read(RefuseInput)
        refused = signed_once(
            request,
            verb="exchange_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: exchange_refuse(exchange=exchange, actor=self.actor, reason=body["reason"]),
            again=lambda ref: exchange_for(self.actor, ref),
        )
        return Response(ExchangeOutput(refused).data)


class StandingView(ApiView):
    """How exchanges stand."""

    @extend_schema(
        summary="What a custodian has not exchanged yet, and what exchanges won or lost",
        responses=ExchangeStandingOutput,
    )
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to anyone."""
        custodian = Organisation.objects.filter(public_id=public_id, kind=OrganisationKind.CUSTODIAN).first()
        if custodian is None:
            raise NotFound
        return Response(ExchangeStandingOutput(exchange_standing(custodian)).data)
