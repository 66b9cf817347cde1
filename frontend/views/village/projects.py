"""The administration's projects, and the page on which one of them is worked on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.presenters.village.lists import projects_page
from frontend.presenters.village.work import work_page

from .common import my_administrations, my_project, roles_in


@require_GET
@desk_page
def projects(request: HttpRequest) -> HttpResponse:
    """Every project of my administrations, drafts too, each with its next step."""
    user = signed_in(request)
    return render(request, "village/projects.html", projects_page(user, my_administrations(user)))


@require_GET
@desk_page
def project(request: HttpRequest, public_id: str) -> HttpResponse:
    """One project: its next step, then all of its parts."""
    shown = my_project(request, public_id)
    roles = roles_in(signed_in(request), shown.administration)
    return render(request, "village/project.html", work_page(shown, signed_in(request), roles))
