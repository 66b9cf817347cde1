"""A pool's desk for its own people: what waits first, then money, proposals and who paid in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.errors import NotFound
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.pools.paying import CashRefuseForm
from frontend.presenters.pools.desk import payments_page, pool_desk, pools_desk
from funds.pools.services import pool_close
from funds.pools.states import PoolStatus

from .finding import holds, inside_check, pool_inside


@require_GET
@desk_page
def desk_pools(request: HttpRequest, organisation: str) -> HttpResponse:
    """List the pools of one's organisation; its chair or manager may open another."""
    found = Organisation.objects.filter(public_id=organisation).first()
    if found is None:
        raise NotFound
    user = signed_in(request)
    inside_check(user, found)
    return render(request, "pools/desk_list.html", pools_desk(found, user))


@desk_page
def desk_pool(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show one pool to its people, what waits for them on top; an empty one can be closed."""
    pool = pool_inside(request, public_id)
    user = signed_in(request)
    context = pool_desk(pool, user)
    deed = Deed(
        name="close",
        title=_("Close this pool"),
        text=_("Only when nothing is in it and nothing waits. It takes no more money then; its pages stay."),
        button=_("Close it"),
        form=CashRefuseForm,
        run=lambda doing: pool_close(pool=pool, actor=doing.actor, reason=doing.data["reason"]),
        thanks=_("Closed."),
        danger=True,
        offered=pool.status == PoolStatus.OPEN and holds(user, Action.POOL_OPEN, pool.organisation),
    )
    return deeds_page(
        request,
        template="pools/desk.html",
        context=context,
        deeds=[deed],
        here=reverse("desk_pool", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


@require_GET
@desk_page
def desk_pool_payments(request: HttpRequest, public_id: str) -> HttpResponse:
    """List all that was paid in, with names: for the pool's own people only."""
    return render(request, "pools/payments.html", payments_page(pool_inside(request, public_id)))
