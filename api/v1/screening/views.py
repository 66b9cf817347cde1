"""Block lists and looks into them: for administrators and custodians' officers; which versions count, for everyone."""

from __future__ import annotations

import hashlib
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, organisation_named
from api.idempotency import PARAMETER, signed_once
from api.parsers import PaperParser
from api.throttling import FactorThrottle
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import NotAllowed, NotFound
from birge.organisations.permissions import is_platform_administrator
from funds.screening.models import BlockList, ScreeningRecord
from funds.screening.services import blocklist_load, screening_ask, screening_decide
from funds.screening.states import Outcome, Subject

from .inputs import BlockListInput, LookUpInput, VerdictInput
from .outputs import BlockListOutput, ScreeningOutput


class BlockListFilters(django_filters.FilterSet):
    """By source."""

    source = django_filters.CharFilter(field_name="source")

    class Meta:
        model = BlockList
        fields: list[str] = []


class ScreeningFilters(django_filters.FilterSet):
    """By what it was for, and what came of it."""

    subject = django_filters.ChoiceFilter(choices=Subject.choices)
    ref = django_filters.CharFilter(field_name="subject_ref")
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)

    class Meta:
        model = ScreeningRecord
        fields: list[str] = []


def screenings_seen(user: User) -> QuerySet[ScreeningRecord]:
    """Return the looks of one's custodians; an administrator sees the platform's own too."""
    seen = Q(organisation__in=custodians_of(user))
    if is_platform_administrator(user):
        seen |= Q(organisation__isnull=True)
    return ScreeningRecord.objects.filter(seen).select_related("organisation", "decision").order_by("-id")


def screening_for(user: User, public_id: str) -> ScreeningRecord:
    """Return a look that this person may see. Raises NotFound."""
    found = screenings_seen(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@extend_schema_view(get=extend_schema(summary="List the versions of block lists"))
class BlockListListView(ListView, WriteView):
    """Every version that was ever loaded, newest first: whose it is, of which day, and its SHA-256."""

    queryset = BlockList.objects.all()
    serializer_class = BlockListOutput
    filterset_class = BlockListFilters
    permission_classes = [IsAuthenticatedOrReadOnly]
    parser_classes = [PaperParser]
    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Load a block list",
        request={"multipart/form-data": BlockListInput},
        responses={201: BlockListOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request) -> Response:
        """Take it in as an administrator, with a second factor. The same file again changes nothing."""
        if not is_platform_administrator(self.actor):
            raise NotAllowed
        body = self.read(BlockListInput)
        data = body.pop("file").read()
        made = signed_once(
            request,
            verb="blocklist_load",
            target=body["source"],
            body={**body, "sha256": hashlib.sha256(data).hexdigest()},
            run=lambda proof: blocklist_load(
                data=data, source=body["source"], version=body["version"], actor=self.actor, proof=proof
            ),
            again=lambda ref: BlockList.objects.get(public_id=ref),
        )
        return Response(BlockListOutput(made).data, status=status.HTTP_201_CREATED)


@extend_schema_view(get=extend_schema(summary="List looks into the block lists"))
class ScreeningListView(ListView, WriteView):
    """Who was looked up for one's custodians, or (administrators) for the platform; newest first."""

    queryset = ScreeningRecord.objects.none()
    serializer_class = ScreeningOutput
    filterset_class = ScreeningFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[ScreeningRecord]:
        """Return what this person may see."""
        return screenings_seen(self.actor)

    @extend_schema(
        summary="Look somebody up", request=LookUpInput, responses={201: ScreeningOutput}, parameters=[PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Look a bank up before an account is opened there, or a payee, as a custodian's officer."""
        body = self.read(LookUpInput)
        said = {name: value for name, value in body.items() if name != "custodian"}
        made = signed_once(
            request,
            verb="screening_ask",
            target=body["custodian"],
            body=body,
            run=lambda _proof: screening_ask(
                custodian=organisation_named(body["custodian"], "custodian"), actor=self.actor, **said
            ),
            again=lambda ref: screening_for(self.actor, ref),
        )
        return Response(ScreeningOutput(screening_for(self.actor, made.public_id)).data, status=status.HTTP_201_CREATED)


class ScreeningView(WriteView):
    """One look."""

    @extend_schema(summary="One look into the block lists", responses=ScreeningOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to those whose affair it is."""
        return Response(ScreeningOutput(screening_for(self.actor, public_id)).data)


class ScreeningDecideView(WriteView):
    """A person decides."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    @extend_schema(
        summary="Decide about a likeness", request=VerdictInput, responses=ScreeningOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Decide with a second factor and a reason; never by who had it looked up. It is never changed."""
        record, body = screening_for(self.actor, public_id), self.read(VerdictInput)

        def run(proof: Any) -> ScreeningRecord:
            screening_decide(
                record=record, actor=self.actor, verdict=body["verdict"], reason=body["reason"], proof=proof
            )
            return record

        signed_once(
            request,
            verb="screening_decide",
            target=public_id,
            body=body,
            run=run,
            again=lambda ref: screening_for(self.actor, ref),
        )
        return Response(ScreeningOutput(screening_for(self.actor, public_id)).data)
