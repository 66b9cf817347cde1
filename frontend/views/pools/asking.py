"""From a form to a proposal in two steps: what was typed is checked by making it and taking that back, then it is made.

The check page so says exactly what would be made: the same words, the same number of people, the same refusals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import MultipleChoiceField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.errors import BirgeError, NotAllowed
from birge.organisations.selectors import terms_now
from frontend.access import signed_in
from frontend.deeds import refuse
from frontend.forms.parts import OnceForm
from frontend.presenters.facts import Fact, Link, day, facts, say
from frontend.presenters.pools.public import how_decided
from frontend.presenters.pools.words import consequences, headline, how_many, rule_lines
from frontend.presenters.words import language
from funds.pools.models import Pool, Proposal
from funds.pools.selectors import pool_money
from funds.pools.services import proposal_make
from funds.pools.states import PoolStatus

LAST = ("name", "amount", "reason", "deadline")
TYPED = "proposal_typed"  # in the session, until it is made
# Where what the engine calls wrong stands in a form, if it has another name there.
FIELDS = {"from": "since", "amount": "amount_each", "donors": "goal_donors", "raised": "goal_raised", "tiers": "rate_1"}


@dataclass(frozen=True)
class Asking:
    """One kind of proposal. `wish` turns what was typed into arguments of the service; `limits` are shown folded."""

    kind: str
    title: str
    form: type[OnceForm]
    wish: Callable[[Any], dict[str, Any]]
    text: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    initial: dict[str, Any] = field(default_factory=dict)
    about: list[Fact] = field(default_factory=list)
    rule_now: list[str] = field(default_factory=list)
    limits: tuple[str, ...] = ()
    back: Link | None = None
    action: str = ""  # where the form is sent; empty: to its own page


def ask(request: HttpRequest, pool: Pool, asking: Asking, *, fresh: bool = False) -> HttpResponse:
    """Show the form; then the check page; then make the proposal and lead to it.

    `fresh`: show the form with what is filled in, whatever the request says.
    """
    user, terms = signed_in(request), terms_now(pool.organisation)
    if pool.status != PoolStatus.OPEN or terms is None:
        messages.warning(request, _("Nothing can be proposed here now."))
        return redirect("desk_pool", public_id=pool.public_id)

    def form_of(*data: Any, **more: Any) -> OnceForm:
        known = {"currency": pool.currency, "days": terms.days_to_decide, **asking.arguments}
        return asking.form(*data, **known, **more)

    if fresh:
        return _form_page(request, pool, asking, form_of(initial=asking.initial))
    if request.method != "POST":
        typed = request.session.get(TYPED, {})
        if "check" in request.GET and typed.get("path") == request.path:
            return _check(request, pool, asking, form_of(_query(typed["data"])), user)
        return _form_page(request, pool, asking, form_of(initial=asking.initial))
    data = request.POST
    if data.get("step") == "change":
        return _form_page(request, pool, asking, form_of(initial=_again(form_of(), data)))
    form = form_of(data)
    if data.get("step") == "make":
        return _make(request, pool, asking, form, user)
    if not form.is_valid() or _previewed(pool, asking, form, user) is None:
        return _form_page(request, pool, asking, form)
    # Kept apart from the address; the back button leads to a page, not to a question.
    request.session[TYPED] = {
        "path": request.path,
        "data": {name: data.getlist(name) for name in form.fields if name in data},
    }
    return redirect(f"{request.path}?check")


def _make(request: HttpRequest, pool: Pool, asking: Asking, form: OnceForm, user: User) -> HttpResponse:
    if not form.is_valid():
        return _form_page(request, pool, asking, form)
    try:
        made = _proposal(pool, asking, form, user)
    except NotAllowed:
        raise
    except BirgeError as error:
        _refuse(form, error)
        return _form_page(request, pool, asking, form)
    request.session.pop(TYPED, None)
    messages.success(request, _("Proposed. The others get a message and decide."))
    return redirect("proposal", public_id=made.public_id)


def _previewed(pool: Pool, asking: Asking, form: OnceForm, user: User) -> Proposal | None:
    """Return the proposal as it would be made, with nothing kept of it; None with the refusal in the form."""
    try:
        with transaction.atomic():
            made = _proposal(pool, asking, form, user)
            transaction.set_rollback(True)
    except NotAllowed:
        raise
    except BirgeError as error:
        _refuse(form, error)
        return None
    return made


def _proposal(pool: Pool, asking: Asking, form: OnceForm, user: User) -> Proposal:
    data = form.cleaned_data
    return proposal_make(
        pool=pool,
        kind=asking.kind,
        actor=user,
        reason=data["reason"],
        deadline=data["deadline"],
        idempotency=(f"user:{user.public_id}", data["key"]),
        **asking.wish(form),
    )


def _refuse(form: OnceForm, error: BirgeError) -> None:
    if error.field == "rule" and "rule" not in form.fields:
        inner = str(error.data.get("inner", "")).rpartition(".")[2].partition("[")[0]
        error.field = FIELDS.get(inner, inner) if FIELDS.get(inner, inner) in form.fields else inner
    refuse(form, error)


def _query(data: dict[str, list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query


def _again(form: OnceForm, data: QueryDict) -> dict[str, Any]:
    """Return what was typed, to be shown in a fresh form without looking for what is wrong."""
    several = {name for name, each in form.fields.items() if isinstance(each, MultipleChoiceField)}
    return {name: data.getlist(name) if name in several else data.get(name, "") for name in form.fields}


def _form_page(request: HttpRequest, pool: Pool, asking: Asking, form: OnceForm) -> HttpResponse:
    money = pool_money(pool)
    wrong = form.is_bound and bool(form.errors)
    context = {
        "pool": pool,
        "title": asking.title,
        "text": asking.text,
        "about": asking.about,
        "rule_now": asking.rule_now,
        "back": asking.back or Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language())),
        "form": form,
        "action": asking.action or request.path,
        "first_fields": [each for each in form.visible_fields() if each.name not in (*asking.limits, *LAST)],
        "last_fields": [each for each in form.visible_fields() if each.name in LAST],
        "limit_fields": [each for each in form.visible_fields() if each.name in asking.limits],
        "limits_open": any(name in asking.initial for name in asking.limits)
        or (wrong and any(each.errors for each in form.visible_fields() if each.name in asking.limits)),
        "free": say(money.free_minor - money.with_treasurer_minor, pool.currency),
        "cash": say(money.with_treasurer_minor, pool.currency) if money.with_treasurer_minor else "",
        "how": how_decided(pool.organisation),
    }
    return render(request, "pools/propose.html", context, status=422 if wrong else 200)


def _check(request: HttpRequest, pool: Pool, asking: Asking, form: OnceForm, user: User) -> HttpResponse:
    made = _previewed(pool, asking, form, user) if form.is_valid() else None
    if made is None:
        return _form_page(request, pool, asking, form)
    money = pool_money(pool)
    free = money.free_minor - money.with_treasurer_minor  # cash moves once it is at the bank
    short = made.amount_minor > free
    context = {
        "pool": pool,
        "title": headline(made),
        "back": Link(request.path, asking.title),
        "consequences": consequences(made),
        "rule": rule_lines(made.content.get("rule")),
        "facts": facts(
            Fact(_("How much"), say(made.amount_minor, made.currency) if made.amount_minor else "", css="big"),
            *asking.about,
            Fact(_("Why"), made.reason),
            Fact(_("Who decides"), how_many(made)),
            Fact(_("Last day to decide"), day(made.deadline)),
        ),
        "short": say(free, pool.currency) if short else "",
        "carried": [(name, value) for name in form.fields for value in _values(form, name)],
        "here": request.path,
    }
    return render(request, "pools/propose_check.html", context)


def _values(form: OnceForm, name: str) -> list[str]:
    data: Any = form.data
    return [str(value) for value in data.getlist(name)]
