"""Who is asking, and may they see this page. What is not theirs looks like what does not exist."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from birge.accounts.models import User
from birge.organisations.permissions import Action, may
from projects.works.models import Project
from projects.works.selectors import projects_public


def page_actor(request: HttpRequest) -> User | None:
    """Return the signed-in person, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in person; the view is behind login_required."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def project_visible(request: HttpRequest, public_id: str) -> Project:
    """Return a project this reader may see: a public one, or a draft of their own administration. Else 404."""
    found = projects_public().filter(public_id=public_id).select_related("village", "administration", "custodian").first()
    if found is not None:
        return found
    draft = Project.objects.filter(public_id=public_id).select_related("village", "administration").first()
    actor = page_actor(request)
    if draft is None or actor is None:
        raise Http404
    allowed = actor.is_staff or may(actor, Action.PROJECT_WRITE, draft.administration)
    if not allowed:
        raise Http404
    return draft
