"""Trying out a matching rule before it is proposed: on what happened here, or on a table of one's own."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from birge import randomness
from birge.accounts.models import User
from birge.money import EXPONENTS
from birge.organisations.permissions import Action, require
from birge_engine.matching.tables import TableError
from frontend.access import desk_page, signed_in
from frontend.forms.rules import FORMS, KINDS, TableForm, TryForm
from frontend.presenters.simulating import oblasts, projects_tried, proposal_url, table_wrong, tried
from frontend.presenters.words import language
from funds.pools.models import Pool
from funds.pools.selectors import pool_free
from funds.settlement.simulating import MOST_BYTES, Past, past_from_table

KEPT_SECONDS = 3600
START = 100_000


@desk_page
@require_http_methods(["GET", "POST"])
def pool_simulate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the form and what the rule would give; take a table, and go on with it."""
    pool = Pool.objects.select_related("organisation").filter(public_id=public_id).first()
    if pool is None:
        raise Http404
    actor = signed_in(request)
    require(actor, Action.POOL_READ, pool.organisation)
    if request.method == "POST":
        return _table_sent(request, pool, actor)
    return _page(request, pool, actor, TableForm())


def _page(request: HttpRequest, pool: Pool, actor: User, table_form: TableForm, status: int = 200) -> HttpResponse:
    kind = request.GET.get("kind", "proportional")
    if kind not in FORMS:
        raise Http404
    projects = projects_tried(pool.currency)
    form = _form(request, pool, kind, [(each.public_id, each.title(language())) for each in projects])
    table = _table(request, pool, actor)
    shown: dict[str, Any] = {}
    if form.is_valid():
        shown = tried(form, projects, table)
    here = reverse("pool_simulate", args=[pool.public_id])
    kept = f"&table={request.GET['table']}" if table is not None else ""
    context = {
        "pool": pool,
        "pool_name": pool.name(language()),
        "form": form,
        "kind": kind,
        "kind_label": KINDS[kind],
        "kinds": [(f"{here}?kind={name}{kept}", label, name == kind) for name, label in KINDS.items()],
        "table_form": table_form,
        "table_url": f"{request.get_full_path()}#table",  # what is wrong with it is said there
        "has_table": table is not None,
        "without_table": f"{here}?kind={kind}",
        "propose": proposal_url(pool),
        "found": shown,
    }
    return render(request, "rules/simulate.html", context, status=status)


def _form(request: HttpRequest, pool: Pool, kind: str, projects: list[tuple[str, str]]) -> TryForm:
    more = {"currency": pool.currency, "oblasts": oblasts(), "projects": projects}
    if "pool" in request.GET:
        return FORMS[kind](request.GET, **more)
    empty = FORMS[kind](**more)
    # The first look is an answer already: the form's own numbers with the pool's free money.
    first = {name: field.initial for name, field in empty.fields.items() if field.initial is not None}
    free = (pool_free(pool) // 10 ** EXPONENTS[pool.currency]) or START
    return FORMS[kind]({**first, "kind": kind, "pool": str(free), "table": request.GET.get("table", "")}, **more)


def _table(request: HttpRequest, pool: Pool, actor: User) -> Past | None:
    """Return the table that was sent before, if it is this person's and still kept."""
    token = request.GET.get("table", "")
    content = cache.get(_name(actor, token)) if token.isalnum() else None
    return None if content is None else past_from_table(content, pool.currency)


def _table_sent(request: HttpRequest, pool: Pool, actor: User) -> HttpResponse:
    form = TableForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > MOST_BYTES:
            form.add_error("file", _("This file is larger than 1 MB."))
        else:
            content = file.read()
            try:
                past_from_table(content, pool.currency)
            except TableError as error:
                form.add_error("file", table_wrong(error))
            else:
                token = randomness.new_uuid().hex
                cache.set(_name(actor, token), content, KEPT_SECONDS)
                query = request.GET.copy()
                query["table"] = token
                return redirect(f"{reverse('pool_simulate', args=[pool.public_id])}?{query.urlencode()}")
    return _page(request, pool, actor, form, status=422)


def _name(actor: User, token: str) -> str:
    return f"simulate:{actor.pk}:{token}"
