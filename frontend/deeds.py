"""What can be done on a page of the desk: each deed has a form, an address of its own, and one service behind it.

A deed is done once however often its form is sent: the form carries a key, and a repeat finds what the first one did.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from birge.accounts.devices import device_of
from birge.accounts.factors import FactorProof, factor_enrolled, factor_from_session, factor_verify_code
from birge.accounts.models import User
from birge.documents.models import Document
from birge.errors import BirgeError, KeyReused, NotAllowed, SecondFactorRequired
from funds.ledger.models import Command
from funds.ledger.posting import command_finish, command_open

from .access import signed_in
from .forms.parts import OnceForm, PaperForm
from .refusals import refuse_in_form

TURNS, TURN_SECONDS, CLAIM_SECONDS = 40, 0.1, 60  # a second tap waits four seconds at most
PaperStore = Callable[[PaperForm, User], Document | None]


@dataclass
class Doing:
    """A deed while it is done: who does it, what was typed, and the proof and the paper if it asks for them."""

    actor: User
    data: dict[str, Any]
    proof: FactorProof | None = None
    paper: Document | None = None
    device: str = ""  # see `birge.accounts.devices`

    @property
    def key(self) -> tuple[str, str]:
        """Return (scope, key) for a service that wants to know them."""
        return f"user:{self.actor.public_id}", self.data["key"]


@dataclass(frozen=True)
class Deed:
    """`run` calls the service. `paper` stores the form's paper first; `to` is where to go on, by the result's id.

    A deed that is not `offered` is not shown; if its form comes from an old page, the service says why not.
    """

    name: str
    title: str
    button: str
    form: type[OnceForm]
    run: Callable[[Doing], Model]
    thanks: str
    text: str = ""
    danger: bool = False
    offered: bool = True
    arguments: dict[str, Any] = field(default_factory=dict)
    paper: PaperStore | None = None
    to: Callable[[str], str] | None = None

    def make(self, *data: Any) -> OnceForm:
        """Return its form, empty or with what was sent. The ids of several forms on one page differ."""
        return self.form(*data, auto_id=f"{self.name}_%s", **self.arguments)


@dataclass(frozen=True)
class Act:
    """A deed as the page shows it."""

    deed: Deed
    form: OnceForm
    url: str


def deeds_page(
    request: HttpRequest,
    *,
    context: dict[str, Any],
    deeds: Sequence[Deed],
    here: str,
    wanted: str,
    target: str,
    template: str = "components/subject.html",
) -> HttpResponse:
    """Answer for a page with deeds: show it, or do the one that is `wanted` and lead on.

    `here` is the page's address; a deed's is its name below it. `target` is what it is done to.
    """
    forms_sent: dict[str, OnceForm] = {}
    if wanted:
        deed = next((each for each in deeds if each.name == wanted), None)
        if deed is None:
            raise Http404
        if request.method != "POST":
            return redirect(here)
        form = deed.make(request.POST, request.FILES)
        ref = deed_do(request, deed, form, target)
        if ref is not None:
            return redirect(deed.to(ref) if deed.to else here)
        if not deed.offered:
            messages.error(request, _first_error(form))
            return redirect(here)
        forms_sent[deed.name] = form
    acts = [
        Act(deed, forms_sent.get(deed.name) or deed.make(), f"{here}{deed.name}/") for deed in deeds if deed.offered
    ]
    shown = {**context, "acts": acts, "has_passkey": _has_passkey(request, acts)}
    return render(request, template, shown, status=422 if wanted else 200)


def deed_do(request: HttpRequest, deed: Deed, form: OnceForm, target: str) -> str | None:
    """Do it, once; return the public id of its result, or None with the refusal beside its field.

    NotAllowed is raised on, and SecondFactorRequired where the person has no second factor at all: pages of their own.
    """
    if not form.is_valid():
        return None
    actor = signed_in(request)
    key = form.cleaned_data["key"]
    try:
        with one_tap(actor, key):
            doing = Doing(actor, form.cleaned_data, device=device_of(request))
            if not done_already(actor, key):
                doing.paper = deed.paper(form, actor) if deed.paper and isinstance(form, PaperForm) else None
                doing.proof = factor_proof(request, form) if form.takes_code else None
            what = {"verb": deed.name, "target": target, **said(form)}
            ref = run_once(actor, key, what=what, run=lambda: deed.run(doing))
        messages.success(request, deed.thanks)
        return ref
    except SecondFactorRequired as error:
        if not factor_enrolled(actor):
            raise
        refuse(form, error)
    except NotAllowed:
        raise
    except BirgeError as error:
        refuse(form, error)
    return None


def run_once(actor: User, key: str, *, what: dict[str, str], run: Callable[[], Model]) -> str:
    """Run it under the form's key, once, and return its result's identifier; on a repeat the first one's.

    Raises KeyReused where the same form says something else than the first time.
    """
    with transaction.atomic():
        opened = command_open(scope=_scope(actor), key=key, request=what)
        if opened.replayed:
            return opened.command.result_ref
        result = run()
        ref = str(getattr(result, "public_id", result.pk))
        command_finish(opened.command, ref)
    return ref


@contextmanager
def one_tap(actor: User, key: str) -> Iterator[None]:
    """Let a second tap on the same form wait for the first: it would find the code used up, and say it was wrong."""
    name = "tap:" + hashlib.sha256(f"{_scope(actor)}:{key}".encode()).hexdigest()
    mine = False
    for _turn in range(TURNS):
        mine = cache.add(name, 1, CLAIM_SECONDS)
        if mine or done_already(actor, key):
            break
        time.sleep(TURN_SECONDS)
    try:
        yield
    finally:
        if mine:
            cache.delete(name)


def done_already(actor: User, key: str) -> bool:
    """Say whether this very form has been used up."""
    return Command.objects.filter(scope=_scope(actor), key=key).exists()


def said(form: OnceForm) -> dict[str, str]:
    """Return what a form says, for comparing a repeat with the first time: without code, papers and key."""
    apart = {"code", "key", "paper", "paper_kept"}
    return {name: str(value) for name, value in form.cleaned_data.items() if name not in apart}


def factor_proof(request: HttpRequest, form: forms.Form) -> FactorProof:
    """Return the proof of the code in the form, or of a passkey shown in the last minutes.

    Raises SecondFactorRequired (field `code`).
    """
    actor = signed_in(request)
    code = form.cleaned_data.get("code", "")
    if not code:
        shown = factor_from_session(request)
        if shown is None:
            raise SecondFactorRequired(_("Please write the code of your second factor."), field="code")
        return shown
    if not factor_enrolled(actor):
        raise SecondFactorRequired(_("Please set up your second factor first."))
    return factor_verify_code(user=actor, code=code)


def refuse(form: OnceForm, error: BirgeError) -> None:
    """Put a refusal beside its field, in words for somebody who sent a form."""
    if isinstance(error, KeyReused):
        form.add_error(None, _("You have sent this form before. Please open it anew for something else."))
        return
    if error.field not in form.fields:
        error.field = form.aliases.get(error.field, error.field)
    refuse_in_form(form, error)


def _has_passkey(request: HttpRequest, acts: Sequence[Act]) -> bool:
    passkeys = Authenticator.objects.filter(user=signed_in(request), type=Authenticator.Type.WEBAUTHN)
    return any(act.form.takes_code for act in acts) and passkeys.exists()


def _scope(actor: User) -> str:
    return f"page:{actor.public_id}"


def _first_error(form: forms.Form) -> str:
    for messages_of_field in form.errors.values():
        return str(messages_of_field[0])
    return _("This is done already.")
