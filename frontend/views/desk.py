"""The page after sign-in: what waits for me, the next step first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.presenters.desk import desk_home


@require_GET
@desk_page
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits, for all kinds of officers; for everyone else their promises."""
    return render(request, "desk/home.html", desk_home(signed_in(request)))
