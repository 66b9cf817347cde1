"""Money of unknown origin: sent back by two officers; and payers who do not see their money."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of
from api.idempotency import PARAMETER, signed_once
from api.parsers import PaperParser
from api.throttling import FactorThrottle, PledgeThrottle
from api.v1.payments.inputs import FactorInput, RefuseInput
from api.v1.payments.views import payment_named
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.documents.models import DocumentKind, Visibility
from birge.documents.services import document_store
from birge.errors import NotFound
from birge.money import Money
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.tokens import pledge_by_token
from funds.settlement.statements import (
    claim_answer,
    claim_check,
    claim_found,
    claim_identify,
    claim_make,
    stray_confirm,
    stray_not_sent,
    stray_send,
)
from funds.strays.models import PayerClaim, StrayReturn

from .inputs import ClaimFoundInput, MissingInput, StrayReturnInput
from .lines import line_named
from .outputs import ClaimOutput, MissingOutput, StrayReturnOutput


def returns_seen(user: User) -> QuerySet[StrayReturn]:
    """Return the returns of the custodians whose officer this person is."""
    return StrayReturn.objects.filter(custodian__in=custodians_of(user)).select_related("payment", "custodian")


def return_for(user: User, public_id: str) -> StrayReturn:
    """Return one that this officer may see. Raises NotFound."""
    found = returns_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema_view(get=extend_schema(summary="List the returns of unknown money"))
class StrayReturnListView(ListView, WriteView):
    """Money of unknown origin that was sent back; newest first."""

    queryset = StrayReturn.objects.none()
    serializer_class = StrayReturnOutput
    permission_classes = [SignedIn]
    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def get_queryset(self) -> QuerySet[StrayReturn]:
        """Return what this officer may see."""
        return returns_seen(self.actor)

    @extend_schema(
        summary="Say that unknown money was sent back",
        request=StrayReturnInput,
        responses={201: StrayReturnOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Write it down after the stated time, with a second factor; another officer confirms it."""
        body = self.read(StrayReturnInput)
        sent = signed_once(
            request,
            verb="stray_send",
            target=body["payment"],
            body=body,
            run=lambda proof: stray_send(
                payment=payment_named(self.actor, body["payment"]),
                actor=self.actor,
                proof=proof,
                bank_reference=body.get("bank_reference", ""),
                line=line_named(self.actor, body["line"]) if "line" in body else None,
            ),
            again=lambda ref: return_for(self.actor, ref),
        )
        output = StrayReturnOutput(return_for(self.actor, sent.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class StrayReturnConfirmView(WriteView):
    """A second officer saw it leave."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Confirm a return of unknown money",
        request=FactorInput,
        responses=StrayReturnOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book it, with a second factor; never by who sent it."""
        sent = return_for(self.actor, public_id)
        signed_once(
            request,
            verb="stray_confirm",
            target=public_id,
            body=self.read(FactorInput),
            run=lambda proof: stray_confirm(sent=sent, actor=self.actor, proof=proof),
            again=lambda ref: return_for(self.actor, ref),
        )
        return Response(StrayReturnOutput(return_for(self.actor, public_id)).data)


class StrayReturnNotSentView(WriteView):
    """It did not go, or it came back."""

    @extend_schema(
        summary="Say that unknown money was not sent back",
        request=RefuseInput,
        responses=StrayReturnOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Let the money wait as before, with a reason."""
        sent, body = return_for(self.actor, public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="stray_not_sent",
            target=public_id,
            body=body,
            run=lambda _proof: stray_not_sent(sent=sent, actor=self.actor, reason=body["reason"]),
            again=lambda ref: return_for(self.actor, ref),
        )
        return Response(StrayReturnOutput(return_for(self.actor, public_id)).data)


class PledgeMissingView(ApiView):
    """Somebody has paid and does not see it."""

    parser_classes = [PaperParser]
    throttle_classes = [PledgeThrottle, *ApiView.throttle_classes]

    @extend_schema(
        summary="Tell that one has paid and it is not seen",
        description="The answer is the same whatever else the custodian holds. One waits at a time, three a day.",
        request={"multipart/form-data": MissingInput},
        responses={201: MissingOutput},
    )
    def post(self, request: Request, token: str) -> Response:
        """Keep it for the custodian's officers."""
        pledge = pledge_by_token(token)
        live = pledge_open_in_group(pledge.group) or pledge
        body = self.read(MissingInput)
        claim_check(live)
        slip = document_store(
            file=body["file"], kind=DocumentKind.BANK_LINE, actor=None, organisation=live.custodian,
            visibility=Visibility.PRIVATE,
        )  # fmt: skip
        claim = claim_make(
            of=live, paid_on=body["paid_on"], amount=Money(body["amount_minor"], live.currency), bank=body["bank"],
            note=body.get("note", ""), slip=slip,
        )  # fmt: skip
        return Response(MissingOutput(claim).data, status=status.HTTP_201_CREATED)


class ClaimFilters(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=PayerClaim.Status.choices)

    class Meta:
        model = PayerClaim
        fields: list[str] = []


def claims_seen(user: User) -> QuerySet[PayerClaim]:
    """Return what payers told the custodians whose officer this person is."""
    return PayerClaim.objects.filter(custodian__in=custodians_of(user)).select_related("slip", "payment", "custodian")


def claim_for(user: User, public_id: str) -> PayerClaim:
    """Return one that this officer may see. Raises NotFound."""
    found = claims_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema(summary="List what payers say they paid")
class PayerClaimListView(ListView, WriteView):
    """Payers who do not see their money; newest first."""

    queryset = PayerClaim.objects.none()
    serializer_class = ClaimOutput
    filterset_class = ClaimFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[PayerClaim]:
        """Return what this officer may see."""
        return claims_seen(self.actor)


class PayerClaimFoundView(WriteView):
    """The money is found."""

    @extend_schema(
        summary="Say which money a payer's is", request=ClaimFoundInput, responses=ClaimOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Take the line for their promise, or claim unknown money with their slip; another officer decides."""
        claim, body = claim_for(self.actor, public_id), self.read(ClaimFoundInput)

        def found() -> PayerClaim:
            if "line" in body:
                return claim_found(claim=claim, line=line_named(self.actor, body["line"]), actor=self.actor)
            payment = payment_named(self.actor, body["payment"])
            return claim_identify(claim=claim, payment=payment, actor=self.actor)

        signed_once(
            request,
            verb="payer_claim_found",
            target=public_id,
            body=body,
            run=lambda _proof: found(),
            again=lambda ref: claim_for(self.actor, ref),
        )
        return Response(ClaimOutput(claim_for(self.actor, public_id)).data)


class PayerClaimAnswerView(WriteView):
    """The money is not there."""

    @extend_schema(
        summary="Answer a payer who does not see their money",
        request=RefuseInput,
        responses=ClaimOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say why; they read it."""
        claim, body = claim_for(self.actor, public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="payer_claim_answer",
            target=public_id,
            body=body,
            run=lambda _proof: claim_answer(claim=claim, answer=body["reason"], actor=self.actor),
            again=lambda ref: claim_for(self.actor, ref),
        )
        return Response(ClaimOutput(claim_for(self.actor, public_id)).data)
