"""The pages that need no one to be signed in and no project."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from birge.i18n.selectors import preferred_language
from frontend.presenters.cards import cards
from funds.settlement.selectors import totals_by_currency
from projects.works.selectors import projects_public
from projects.works.states import ProjectStatus


@require_GET
def root(request: HttpRequest) -> HttpResponse:
    """Lead from the bare address into the reader's language."""
    with translation.override(preferred_language(request)):
        response = redirect("home")
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is, what is raising money now, what was built."""
    public = projects_public().select_related("village__parent__parent__parent", "picture")
    raising = public.filter(status=ProjectStatus.OPEN).order_by("deadline", "id")[:6]
    built = public.filter(status__in=[ProjectStatus.COMPLETED, ProjectStatus.CLOSED]).order_by("-id")[:3]
    context = {"cards": cards(raising), "finished": cards(built), "totals": totals_by_currency()}
    return render(request, "public/home.html", context)


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """How it works, in five steps."""
    return render(request, "public/about.html")


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms whose version is kept with each promise."""
    return render(request, "public/terms.html", {"terms_version": settings.TERMS_VERSION})


@never_cache
@require_GET
def demo_people(request: HttpRequest) -> HttpResponse:
    """Show the people of the demonstration, with their passwords and codes. Exists only there."""
    if not settings.BIRGE_DEMO:
        raise Http404
    from funds.demonstration.people import sign_in_cards

    return render(request, "public/demo_people.html", {"people": sign_in_cards()})
