"""Documents: uploading."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import organisation_named, requester
from api.parsers import PaperParser
from api.views import ApiView, WriteView
from birge.documents.models import Document
from birge.documents.selectors import document_open_for
from birge.documents.services import document_store
from birge.errors import NotFound
from birge.organisations.permissions import Action, require

from .inputs import DocumentInput
from .outputs import DocumentOutput


class DocumentUploadView(WriteView):
    """A new paper."""

    parser_classes = [PaperParser]

    @extend_schema(
        summary="Upload a document", request={"multipart/form-data": DocumentInput}, responses={201: DocumentOutput}
    )
    def post(self, request: Request) -> Response:
        """Store it, without metadata, for an organisation in which one holds an office."""
        body = self.read(DocumentInput)
        organisation = organisation_named(body["organisation"], "organisation")
        require(self.actor, Action.OFFICE_REQUEST, organisation)
        document = document_store(
            file=body["file"],
            kind=body["kind"],
            title=body["title"],
            actor=self.actor,
            organisation=organisation,
            visibility=body["visibility"],
            parties=[organisation_named(party, "parties") for party in body.get("parties", [])],
        )
        return Response(DocumentOutput(document).data, status=status.HTTP_201_CREATED)


class DocumentView(ApiView):
    """One document's facts."""

    @extend_schema(summary="What is known of a document", responses=DocumentOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to whoever may see it."""
        document = Document.objects.filter(public_id=public_id).first()
        if document is None or not document_open_for(requester(request), document):
            raise NotFound
        return Response(DocumentOutput(document).data)
