"""Who is asking, and may they see this page. What is not theirs looks like what does not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from birge import clock
from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.addresses import client_address
from birge.errors import BirgeError, NotAllowed, NotFound, SecondFactorRequired
from birge.organisations.permissions import Action, may
from funds.watch.origins import Origin
from projects.works.models import Project
from projects.works.selectors import projects_public

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page_refusals(view: Page[P]) -> Page[P]:
    """Turn a refusal that the view did not put beside a field into a page that says what to do.

    Not theirs: 404. No factor yet: off to set one up. Lacking the office: 403. Anything else: 409, in plain words.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404 from error
        except SecondFactorRequired as error:
            return _factor_first(request, error)
        except NotAllowed as error:
            return render(request, "403.html", {"refusal": str(error)}, status=403)
        except BirgeError as error:
            return render(request, "desk/refused.html", {"refusal": str(error)}, status=409)

    return guarded


def desk_page(view: Page[P]) -> Page[P]:
    """Make a view a page of the desk: for the signed-in only, never kept by a browser, refusals in words."""
    page: Page[P] = login_required(never_cache(page_refusals(view)))
    return page


def _factor_first(request: HttpRequest, error: SecondFactorRequired) -> HttpResponse:
    user = signed_in(request)
    if factor_enrolled(user):
        return render(request, "403.html", {"refusal": str(error)}, status=403)
    if user.factor_trusted_from is not None and clock.now() < user.factor_trusted_from:
        resting = _("Your second factor is new. For safety it can be used 48 hours after the old one was lost.")
        return render(request, "403.html", {"refusal": resting}, status=403)
    messages.warning(request, _("For this step you need a second factor. Set it up here, then come back."))
    return redirect("mfa_index")


def page_actor(request: HttpRequest) -> User | None:
    """Return the signed-in person, or None for a guest."""
    return request.user if isinstance(request.user, User) else None


def origin_of(request: HttpRequest) -> Origin:
    """Return from where somebody asks: for limits and for the officers' queue, and never stored as it is."""
    return Origin(client_address(request.META), str(request.headers.get("user-agent", ""))[:300])


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in person; the view is behind login_required."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def project_visible(request: HttpRequest, public_id: str) -> Project:
    """Return a project this reader may see: a public one, or a draft of their own administration. Else 404."""
    found = (
        projects_public().filter(public_id=public_id).select_related("village", "administration", "custodian").first()
    )
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
