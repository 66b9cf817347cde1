"""Organisations: list and one. What is not verified cannot be seen here."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.pagination import NamePages
from api.views import ApiView, ListView
from birge.organisations.models import Organisation, OrganisationStatus, RequestStatus, TermsOfReference

from .filters import OrganisationFilters
from .outputs import OrganisationOutput


def organisations_public() -> QuerySet[Organisation]:
    """Return the verified ones, each with its terms of reference that were agreed to, the newest first."""
    agreed = TermsOfReference.objects.filter(status=RequestStatus.APPROVED).select_related("paper").order_by("-version")
    verified = Organisation.objects.filter(status=OrganisationStatus.VERIFIED).select_related("place")
    return verified.prefetch_related(Prefetch("terms_of_reference", agreed, to_attr="terms_of_reference_agreed"))


@extend_schema(summary="List verified organisations")
class OrganisationListView(ListView):
    """Village administrations, councils, migrant associations, matching donors and custodians, by Russian name."""

    queryset = organisations_public()
    serializer_class = OrganisationOutput
    filterset_class = OrganisationFilters
    pagination_class = NamePages


class OrganisationDetailView(ApiView):
    """One organisation."""

    @extend_schema(summary="One verified organisation", responses=OrganisationOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return the organisation."""
        organisation = get_object_or_404(organisations_public(), public_id=public_id)
        return Response(OrganisationOutput(organisation).data)
