"""What all views of this door share, and the few pages that are not of any version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.views import SpectacularAPIView
from rest_framework import generics, permissions
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from birge.accounts.models import User

from .filters import StrictBackend, parameters_check
from .pagination import CursorPages
from .parsers import StrictJSONParser
from .problems import KINDS


class SignedIn(permissions.IsAuthenticated):
    """Somebody is signed in. What they may do is for `birge.organisations.permissions` to say."""


class ApiView(APIView):
    """One operation or a few on one address; refuses query parameters that are not in `parameters`."""

    metadata_class = None  # OPTIONS tells nothing: the schema does
    parser_classes = [StrictJSONParser]
    parameters: Sequence[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the query string after authentication and throttling."""
        super().initial(request, *args, **kwargs)
        parameters_check(request, self.known_parameters())

    def known_parameters(self) -> Sequence[str]:
        """Return the names that may stand in the query string."""
        return self.parameters

    def read(self, serializer: type[BaseSerializer[Any]], **kwargs: Any) -> Any:
        """Return the checked body of the request. Raises ValidationError."""
        form = serializer(data=self.request.data, **kwargs)
        form.is_valid(raise_exception=True)
        return form.validated_data


class WriteView(ApiView):
    """Operations for people with an account."""

    permission_classes = [SignedIn]

    @property
    def actor(self) -> User:
        """Return who asks. Raises NotAuthenticated; the permission class has made sure that there is somebody."""
        user = self.request.user
        if not isinstance(user, User):
            raise NotAuthenticated
        return user


class ListView(ApiView, generics.ListAPIView[Any]):
    """A list in cursor pages, filtered by `filterset_class`."""

    pagination_class = CursorPages
    filter_backends = [StrictBackend]
    filterset_class: Any = None

    def known_parameters(self) -> Sequence[str]:
        """Return the filters' names beside those of the pages; only what reads the list knows them."""
        if self.request.method not in permissions.SAFE_METHODS:
            return self.parameters
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        pages = getattr(self.pagination_class, "parameters", ())
        return [*self.parameters, *filters, *pages]


class NowhereView(ApiView):
    """Answers for every address below /api/ that does not exist, in this door's form of error."""

    schema = None
    throttle_classes: Sequence[Any] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse whatever was asked."""
        hint = "" if request.path.endswith("/") else " " + _("Addresses here end with a slash.")
        raise NotFound(_("There is nothing here.") + hint)


class ProblemView(ApiView):
    """What a problem's `type` leads to: the kind explained."""

    schema = None

    def get(self, request: Request, slug: str) -> Response:
        """Return the kind's status, title and advice."""
        kind = KINDS.get(slug)
        if kind is None:
            raise NotFound
        return Response(
            {"type": kind.type, "status": kind.status, "title": str(kind.title), "advice": str(kind.advice)}
        )


class SchemaView(SpectacularAPIView):
    """The schema: YAML, or JSON if that is asked for."""

    metadata_class = None


@method_decorator(ensure_csrf_cookie, name="dispatch")  # the page sends it along with what writes
class DocsView(ApiView):
    """The schema for people. All scripts are files of ours, so that the page obeys our content policy."""

    schema = None
    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request: Request) -> Response:
        """Show the page."""
        return Response(template_name="api/docs.html")
