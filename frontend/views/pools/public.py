"""Pools for everyone: the list, and the page of each."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.access import page_actor, page_refusals
from frontend.presenters.pools.public import pool_page, pool_rows
from funds.pools.selectors import pools_public

from .finding import pool_shown

PAGE_SIZE = 30


@require_GET
def pools(request: HttpRequest) -> HttpResponse:
    """List the pools of checked organisations, by name, with what each holds."""
    found = pools_public()
    after = request.GET.get("after", "")
    last = pools_public().filter(public_id=after).first() if after else None
    if last is not None:
        found = found.filter(Q(name_ru__gt=last.name_ru) | Q(name_ru=last.name_ru, id__gt=last.pk))
    listed = list(found[: PAGE_SIZE + 1])
    context = {
        "rows": pool_rows(listed[:PAGE_SIZE]),
        "cursor": last is not None,
        "next_cursor": listed[PAGE_SIZE - 1].public_id if len(listed) > PAGE_SIZE else "",
    }
    return render(request, "pools/list.html", context)


@require_GET
@page_refusals
def pool(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one pool to everyone; who gives sees their own payments, and nobody another's."""
    return render(request, "pools/detail.html", pool_page(pool_shown(public_id), page_actor(request)))
