"""Whoever asks for a page at an address that only takes what a form sends is led to the page with the form.

It happens after the back button, a link that was copied, or signing in again in the middle of something.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse


def only_forms(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give the bare answer 405 a page; what answers otherwise, as the API does, stays as it is."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        bare = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not (response.streaming or response.content)
        if not bare or request.method != "GET":
            return response
        page = render(request, "405.html", {"above": page_above(request.path)}, status=response.status_code)
        page["Allow"] = response["Allow"]
        return page

    return answer


def page_above(path: str) -> str:
    """Return the nearest address above that is one of ours; the list of projects if there is none."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            found = resolve(path)
        except Resolver404:
            continue
        if found.url_name:
            return path
    return reverse("project_list")
