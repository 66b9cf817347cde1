"""Flags: decided by one officer, and where a match is taken away agreed to by another."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput
from api.v1.projects.inputs import ReasonInput
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotFound
from funds.settlement.services import flag_agree, flag_decide, flag_disagree
from funds.watch.models import Flag, FlagKind, FlagStatus

from .inputs import DecisionInput
from .outputs import FlagDetailOutput, FlagOutput


class FlagFilters(django_filters.FilterSet):
    """By project, kind and status."""

    project = PublicIdFilter(field_name="project__public_id")
    kind = django_filters.ChoiceFilter(choices=FlagKind.choices)
    status = django_filters.ChoiceFilter(choices=FlagStatus.choices)

    class Meta:
        model = Flag
        fields: list[str] = []


def flags_seen(user: User) -> QuerySet[Flag]:
    """Return the flags of the custodians whose officer this person is."""
    return Flag.objects.filter(custodian__in=custodians_of(user)).select_related("project", "custodian")


def flag_for(user: User, public_id: str) -> Flag:
    """Return a flag that this officer may see. Raises NotFound."""
    flag = flags_seen(user).filter(public_id=public_id).first()
    if flag is None:
        raise NotFound
    return flag


@extend_schema(summary="List what looks like abuse at one's custodian")
class FlagListView(ListView, WriteView):
    """What the officers of one's custodian have to look at, or have decided; newest first."""

    queryset = Flag.objects.none()
    serializer_class = FlagOutput
    filterset_class = FlagFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Flag]:
        """Return what this officer may see."""
        return flags_seen(self.actor)


class FlagView(WriteView):
    """One flag."""

    @extend_schema(summary="One flag", responses=FlagDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(FlagDetailOutput(flag_for(self.actor, public_id)).data)


class _FlagStep(WriteView):
    """What the steps of a flag share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(self, verb: str, public_id: str, body: dict[str, Any], run: Any) -> Response:
        """Run the verb once and return the flag as it is then."""
        signed_once(
            self.request,
            verb=verb,
            target=public_id,
            body=body,
            run=run,
            again=lambda ref: flag_for(self.actor, ref),
        )
        return Response(FlagDetailOutput(flag_for(self.actor, public_id)).data)


class FlagDecideView(_FlagStep):
    """An officer says what it is."""

    @extend_schema(
        summary="Decide what a flag is",
        description="What takes a match away (`supplier`, `office`, `one_donor`) waits for another officer.",
        request=DecisionInput,
        responses=FlagDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Write it down, with a reason."""
        flag, body = flag_for(self.actor, public_id), self.read(DecisionInput)
        return self.step(
            "flag_decide",
            public_id,
            body,
            lambda _proof: flag_decide(flag=flag, actor=self.actor, decision=body["decision"], reason=body["reason"]),
        )


class FlagAgreeView(_FlagStep):
    """Another officer agrees."""

    @extend_schema(
        summary="Agree with a decision", request=FactorInput, responses=FlagDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Take the match away, with a second factor; the donors are told. Never by who decided."""
        flag, body = flag_for(self.actor, public_id), self.read(FactorInput)
        return self.step(
            "flag_agree", public_id, body, lambda proof: flag_agree(flag=flag, actor=self.actor, proof=proof)
        )


class FlagDisagreeView(_FlagStep):
    """Another officer does not agree."""

    @extend_schema(
        summary="Disagree with a decision", request=ReasonInput, responses=FlagDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Open it again, with a reason."""
        flag, body = flag_for(self.actor, public_id), self.read(ReasonInput)
        return self.step(
            "flag_disagree",
            public_id,
            body,
            lambda _proof: flag_disagree(flag=flag, actor=self.actor, reason=body["reason"]),
        )
