"""Every refusal leaves this door as problem details (RFC 9457): one shape, one place."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from birge import errors
from birge.money import Money

from .problems import KINDS, ProblemKind

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("api")


class Problem(Response):
    """A refusal in its one form, whatever format was asked for."""

    @property
    def rendered_content(self) -> bytes:  # type: ignore[override]  # as DRF does; the stubs know of text only
        """Return JSON, also where a page or a schema in YAML would have been the answer."""
        self.headers["Content-Type"] = MEDIA_TYPE
        rendered: bytes = JSONRenderer().render(self.data)
        return rendered


class InvalidParameters(exceptions.ValidationError):
    """What stands in the query string cannot be used; the keys are parameter names."""


class InvalidHeader(exceptions.ValidationError):
    """A header is missing or malformed; the keys are header names."""


class TooLarge(exceptions.APIException):
    """The body is larger than this door takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


_BIRGE: dict[type[Exception], str] = {
    errors.SecondFactorRequired: "second_factor_required",
    errors.NotAllowed: "not_allowed",
    errors.NotFound: "not_found",
    errors.KeyReused: "key_reused",
    errors.InsufficientFunds: "insufficient_funds",
    errors.RuleNotMet: "rule_not_met",
    errors.Conflict: "conflict",
    errors.BirgeError: "invalid",
}
_REST: dict[type[Exception], str] = {
    exceptions.ValidationError: "invalid",
    exceptions.ParseError: "invalid",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.PermissionDenied: "not_allowed",
    PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    Http404: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "throttled",
    TooLarge: "too_large",
    RequestDataTooBig: "too_large",
    SuspiciousOperation: "invalid",
}
_KIND_OF = {**_BIRGE, **_REST}


def problem_details(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn any exception of a view into a problem response.

    What nobody foresaw is logged and answered with a bare 500 that tells nothing of our insides; in debug mode it is
    left to Django's own page (None).
    """
    kind = _kind_of(exc)
    if kind is None:
        if settings.DEBUG:
            return None
        request = context.get("request")
        logger.error("Unhandled %s", type(exc).__name__, exc_info=exc)
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
        kind = KINDS["server_error"]
    set_rollback()
    return Problem(_body(exc, kind), status=kind.status, headers=_headers(exc))


@contextmanager
def fields_named(**names: str) -> Iterator[None]:
    """Call a service's fields as the body does: a pointer must lead to what was sent."""
    try:
        yield
    except errors.BirgeError as refusal:
        refusal.field = names.get(refusal.field, refusal.field)
        raise


def _kind_of(exc: Exception) -> ProblemKind | None:
    for cls in type(exc).__mro__:
        if cls in _KIND_OF:
            return KINDS[_KIND_OF[cls]]
    return None


def _headers(exc: Exception) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _body(exc: Exception, kind: ProblemKind) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": kind.type,
        "title": str(kind.title),
        "status": kind.status,
        "code": kind.slug,
        "detail": str(kind.title),
    }
    if isinstance(exc, errors.BirgeError):
        body.update(code=exc.code, detail=str(exc))
        if exc.field:
            body["errors"] = [{"pointer": f"#/{_escape(exc.field)}", "code": exc.code, "detail": str(exc)}]
        if facts := {name: _plain(value) for name, value in exc.data.items() if _is_plain(value)}:
            body["data"] = facts
    elif isinstance(exc, exceptions.ValidationError):
        body["detail"] = _("Some of what was sent cannot be used.")
        body["errors"] = _flatten(exc)
    elif isinstance(exc, exceptions.APIException) and isinstance(exc.detail, str):
        body["detail"] = str(exc.detail)
    return body


def _flatten(exc: exceptions.ValidationError) -> list[dict[str, str]]:
    """List each fault with its place: a JSON pointer into the body, a query parameter, or a header."""
    name = {InvalidParameters: "parameter", InvalidHeader: "header"}.get(type(exc), "pointer")
    found: list[dict[str, str]] = []

    def walk(detail: Any, path: tuple[str, ...]) -> None:
        if isinstance(detail, Mapping):
            for key, value in detail.items():
                walk(value, path if key == "non_field_errors" else (*path, str(key)))
        elif isinstance(detail, list):
            for index, value in enumerate(detail):
                walk(value, (*path, str(index)) if isinstance(value, (Mapping, list)) else path)
        else:
            place = "#" + "".join(f"/{_escape(part)}" for part in path) if name == "pointer" else "/".join(path)
            found.append({name: place, "code": getattr(detail, "code", "invalid"), "detail": str(detail)})

    walk(exc.detail, ())
    return found


def _escape(part: str) -> str:
    """Escape one step of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, (str, int, Money, dt.date))


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    return value.isoformat() if isinstance(value, dt.date) else value
