"""What does not agree: taken over, noted, and of money from before explained by one officer, agreed to by another."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput
from api.v1.projects.inputs import EmptyInput
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from birge.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from funds.reconciliation.models import AccountKind, Difference, DifferenceKind, Reconciliation
from funds.reconciliation.selectors import newest_shares
from funds.reconciliation.services import (
    difference_agree,
    difference_explain,
    difference_note,
    difference_take,
)

from .inputs import NoteInput
from .outputs import DifferenceDetailOutput, DifferenceOutput, ExplainedOutput, ReconciliationOutput


class ReconciliationFilters(django_filters.FilterSet):
    """By custodian and kind of account."""

    custodian = PublicIdFilter(field_name="custodian__public_id")
    kind = django_filters.ChoiceFilter(choices=AccountKind.choices)

    class Meta:
        model = Reconciliation
        fields: list[str] = []


class DifferenceFilters(django_filters.FilterSet):
    """By custodian, kind, and whether it is over."""

    custodian = PublicIdFilter(field_name="custodian__public_id")
    kind = django_filters.ChoiceFilter(choices=DifferenceKind.choices)
    over = django_filters.ChoiceFilter(method="is_over", choices=[("yes", "yes"), ("no", "no")], label="agrees now")

    class Meta:
        model = Difference
        fields: list[str] = []

    def is_over(self, found: QuerySet[Difference], name: str, value: str) -> QuerySet[Difference]:
        """Keep what agrees now, or what does not."""
        return found.filter(resolved_at__isnull=value == "no")


def differences_seen(user: User) -> QuerySet[Difference]:
    """Return what does not agree at the custodians whose officer this person is."""
    found = Difference.objects.filter(custodian__in=custodians_of(user))
    return found.select_related("custodian", "owner")


def difference_for(user: User, public_id: str) -> Difference:
    """Return one that this officer may see. Raises NotFound."""
    difference = differences_seen(user).filter(public_id=public_id).first()
    if difference is None:
        raise NotFound
    return difference


@extend_schema(summary="List comparisons of one's custodian")
class ReconciliationListView(ListView, WriteView):
    """What was compared with the bank and with Stripe; newest first."""

    queryset = Reconciliation.objects.none()
    serializer_class = ReconciliationOutput
    filterset_class = ReconciliationFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Reconciliation]:
        """Return what this officer may see."""
        found = Reconciliation.objects.filter(custodian__in=custodians_of(self.actor))
        return found.select_related("custodian")


@extend_schema(summary="List what does not agree at one's custodian")
class DifferenceListView(ListView, WriteView):
    """What our books and the bank say differently, or did; newest first."""

    queryset = Difference.objects.none()
    serializer_class = DifferenceOutput
    filterset_class = DifferenceFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Difference]:
        """Return what this officer may see."""
        return differences_seen(self.actor)


class DifferenceView(WriteView):
    """One thing that does not agree."""

    @extend_schema(summary="One thing that does not agree", responses=DifferenceDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(DifferenceDetailOutput(difference_for(self.actor, public_id)).data)


class _DifferenceStep(WriteView):
    """What the steps share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return it as it is then."""
        signed_once(
            self.request,
            verb=verb,
            target=public_id,
            body=body,
            run=run,
            again=lambda ref: difference_for(self.actor, ref),
        )
        return Response(DifferenceDetailOutput(difference_for(self.actor, public_id)).data)


class DifferenceTakeView(_DifferenceStep):
    """An officer takes it over."""

    @extend_schema(
        summary="Look after a difference", request=EmptyInput, responses=DifferenceDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Make it one's own."""
        found, body = difference_for(self.actor, public_id), self.read(EmptyInput)
        return self.step(
            "difference_take", public_id, body, lambda _proof: difference_take(difference=found, actor=self.actor)
        )


class DifferenceNoteView(_DifferenceStep):
    """An officer writes down what they found out."""

    @extend_schema(
        summary="Note what was found out", request=NoteInput, responses=DifferenceDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Keep it; the difference stays open until it agrees."""
        found, body = difference_for(self.actor, public_id), self.read(NoteInput)
        return self.step(
            "difference_note",
            public_id,
            body,
            lambda _proof: difference_note(difference=found, actor=self.actor, note=body["note"]),
        )


class DifferenceExplainView(_DifferenceStep):
    """Whose money it was that lay in the account before."""

    @extend_schema(
        summary="Explain money from before",
        request=NoteInput,
        responses=DifferenceDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Write it down; another officer must agree."""
        found, body = difference_for(self.actor, public_id), self.read(NoteInput)
        return self.step(
            "difference_explain",
            public_id,
            body,
            lambda _proof: difference_explain(difference=found, actor=self.actor, note=body["note"]),
        )


class DifferenceAgreeView(_DifferenceStep):
    """Another officer agrees."""

    @extend_schema(
        summary="Agree about money from before",
        request=FactorInput,
        responses=DifferenceDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Say, with a second factor, that it is none of ours. Never by who explained it."""
        found, body = difference_for(self.actor, public_id), self.read(FactorInput)
        return self.step(
            "difference_agree",
            public_id,
            body,
            lambda proof: difference_agree(difference=found, actor=self.actor, proof=proof),
        )


class ExplainedView(ApiView):
    """The public figure of a custodian."""

    @extend_schema(summary="Money explained within three days", responses=ExplainedOutput(many=True))
    def get(self, request: Request, public_id: str) -> Response:
        """Return the newest figure of each currency; nothing where nothing was compared yet."""
        custodians = Organisation.objects.filter(kind=OrganisationKind.CUSTODIAN, status=OrganisationStatus.VERIFIED)
        custodian = get_object_or_404(custodians, public_id=public_id)
        return Response(ExplainedOutput(newest_shares(custodian), many=True).data)
