"""What can be proposed for a pool's money, each as one plain form; the rest is in `asking`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import NotFound
from birge.organisations.models import OrganisationStatus
from frontend.access import desk_page
from frontend.forms.pools.proposing import GiveForm, NewRuleForm, PassOnForm, ProposalForm, RuleTextForm
from frontend.forms.pools.rules import KINDS, RuleFields, fits
from frontend.presenters.cards import cards
from frontend.presenters.facts import Fact, Link, facts, say
from frontend.presenters.pools.kinds import kind_choices
from frontend.presenters.pools.words import rule_lines
from frontend.presenters.rows import Row
from frontend.presenters.words import language, place_line
from funds.matching.models import Rule, RuleStatus, RuleVersion
from funds.matching.rule_selectors import rule_offered
from funds.pools.models import Pool
from funds.pools.states import PoolStatus, ProposalKind
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .asking import Asking, ask
from .finding import pool_inside

MOST_PROJECTS = 300
MOST_SHOWN = 30
TEXT = "data"  # the kind of form that takes a rule as JSON
NOT_SAID = ("pool", "projects")  # a simulation says them, a published rule does not: the ledger does


@desk_page
def give(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for which project, among those whose money the same custodian holds."""
    pool = pool_inside(request, public_id)
    text = " ".join(request.GET.get("q", "").split())[:80]
    found = list(_projects(pool).order_by("-id")[:MOST_PROJECTS])
    fitting = [each for each in found if text.casefold() in _words(each).casefold()]
    context = {
        "pool": pool,
        "back": _back(pool),
        "text": text,
        "any": bool(found),
        "rows": [
            Row(
                title=card.title,
                text=f"{card.place_line} · {card.received_label}",
                url=reverse("proposal_new_give_to", args=[public_id, card.public_id]),
            )
            for card in cards(fitting[:MOST_SHOWN])
        ],
        "cut": len(fitting) > MOST_SHOWN,
        "custodian_name": pool.custodian.name(language()),
    }
    return render(request, "pools/choose_project.html", context)


@desk_page
def give_to(request: HttpRequest, public_id: str, project: str) -> HttpResponse:
    """Propose a sum for one project."""
    pool = pool_inside(request, public_id)
    chosen = Project.objects.filter(public_id=project, custodian=pool.custodian).select_related("village").first()
    if chosen is None:
        raise NotFound
    title = chosen.title(language())
    asking = Asking(
        kind=ProposalKind.GIVE,
        title=_("Give to “%(project)s”") % {"project": title},
        form=GiveForm,
        wish=lambda form: {"amount": form.cleaned_data["amount"], "project": chosen},
        about=[
            Fact(_("For"), title, reverse("project", args=[chosen.public_id])),
            Fact(_("Where"), place_line(chosen.village)),
        ],
        back=Link(reverse("proposal_new_give", args=[public_id]), _("Which project?")),
    )
    return ask(request, pool, asking)


@desk_page
def pass_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Propose to pass a sum on to another pool, those of the same custodian first."""
    pool = pool_inside(request, public_id)
    others = Pool.objects.filter(
        currency=pool.currency,
        status=PoolStatus.OPEN,
        organisation__status=OrganisationStatus.VERIFIED,
        custodian__status=OrganisationStatus.VERIFIED,
    )
    found = list(others.exclude(pk=pool.pk).select_related("organisation", "custodian"))
    found.sort(key=lambda each: each.custodian_id != pool.custodian_id)
    listed = {each.public_id: each for each in found}
    names = [(ref, _named(each, pool)) for ref, each in listed.items()]
    asking = Asking(
        kind=ProposalKind.PASS_ON,
        title=_("Pass on to another pool"),
        text=_("To a pool in the same currency. To another custodian the money has to travel, which takes days.")
        if names
        else _("There is no other pool in this currency."),
        form=PassOnForm,
        arguments={"pools": names},
        wish=lambda form: {
            "amount": form.cleaned_data["amount"],
            "to_pool": listed.get(form.cleaned_data["to_pool"]),
        },
    )
    return ask(request, pool, asking)


def _named(other: Pool, pool: Pool) -> str:
    parts = [other.name(language()), other.organisation.name(language())]
    if other.custodian_id != pool.custodian_id:
        parts.append(_("at another custodian: %(custodian)s") % {"custodian": other.custodian.name(language())})
    return " · ".join(parts)


@desk_page
def match(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask what kind of rule; or take one handed over as JSON (`rule`, `amount`) and show it in the form of its kind."""
    pool = pool_inside(request, public_id)
    handed = request.POST.get("rule") or request.GET.get("rule") or ""
    if handed:
        return _handed_over(request, pool, handed)
    context = {
        "pool": pool,
        "back": _back(pool),
        "kinds": [(reverse("proposal_new_match_kind", args=[public_id, kind]), *said) for kind, said in kind_choices()],
        "try_url": reverse("pool_simulate", args=[public_id]),
        "data_url": reverse("proposal_new_match_kind", args=[public_id, TEXT]),
    }
    return render(request, "pools/choose_kind.html", context)


@desk_page
def match_kind(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Propose a new rule of this kind, with money for it."""
    pool = pool_inside(request, public_id)
    if kind not in KINDS and kind != TEXT:
        raise NotFound
    return ask(request, pool, _new_rule(pool, kind, {}))


def _handed_over(request: HttpRequest, pool: Pool, handed: str) -> HttpResponse:
    try:
        data = json.loads(handed[:20_000])
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        messages.error(request, _("This cannot be read as JSON."))
        return ask(request, pool, _new_rule(pool, TEXT, {"rule": handed[:20_000]}), fresh=True)
    amount = request.POST.get("amount") or request.GET.get("amount") or data.get("pool")
    said = {name: value for name, value in data.items() if name not in NOT_SAID}
    said.setdefault("currency", pool.currency)
    kind, initial = _as_typed(pool, said, NewRuleForm)
    initial |= {"amount": amount if isinstance(amount, int | str) else "", "name": str(data.get("name") or "")}
    return ask(request, pool, _new_rule(pool, kind, initial), fresh=True)


def _new_rule(pool: Pool, kind: str, initial: dict[str, Any]) -> Asking:
    said = dict(kind_choices()).get(kind, (_("A rule as data"), _("For whoever has it from a simulation.")))
    return Asking(
        kind=ProposalKind.MATCH,
        title=said[0],
        text=said[1],
        form=form_of(kind, NewRuleForm),
        wish=lambda form: {
            "amount": form.cleaned_data["amount"],
            "name": form.cleaned_data["name"],
            "rule_data": form.rule_data(),
        },
        initial=initial,
        limits=KINDS[kind].limits if kind in KINDS else (),
        action=reverse("proposal_new_match_kind", args=[pool.public_id, kind]),
        back=Link(reverse("proposal_new_match", args=[pool.public_id]), _("What kind of rule?")),
    )


@desk_page
def rule_more(request: HttpRequest, public_id: str, rule: str) -> HttpResponse:
    """Propose to set more money aside for a rule that stands."""
    pool = pool_inside(request, public_id)
    version = _version(pool, rule)
    asking = Asking(
        kind=ProposalKind.MATCH,
        title=_("Put more into “%(rule)s”") % {"rule": version.rule.name},
        form=GiveForm,
        wish=lambda form: {"amount": form.cleaned_data["amount"], "rule_ref": rule},
        about=_rule_facts(version.rule),
        rule_now=rule_lines(version.data),
    )
    return ask(request, pool, asking)


@desk_page
def rule_change(request: HttpRequest, public_id: str, rule: str) -> HttpResponse:
    """Propose another text for a rule, in the form of its kind; one that says more than its form, as data."""
    pool = pool_inside(request, public_id)
    version = _version(pool, rule)
    kind, initial = _as_typed(pool, version.data, ProposalForm)
    if request.GET.get("as") == TEXT:
        kind, initial = TEXT, {"rule": _pretty(version.data)}
    asking = Asking(
        kind=ProposalKind.RULE_CHANGE,
        title=_("Change “%(rule)s”") % {"rule": version.rule.name},
        text=_("What is written now is filled in. What was matched before stays as it is."),
        form=form_of(kind, ProposalForm),
        wish=lambda form: {"rule_data": form.rule_data(), "rule_ref": rule},
        initial=initial,
        about=_rule_facts(version.rule),
        rule_now=rule_lines(version.data),
        limits=KINDS[kind].limits if kind in KINDS else (),
    )
    return ask(request, pool, asking)


@desk_page
def rule_end(request: HttpRequest, public_id: str, rule: str) -> HttpResponse:
    """Propose that a rule matches nothing more."""
    pool = pool_inside(request, public_id)
    version = _version(pool, rule)
    asking = Asking(
        kind=ProposalKind.RULE_END,
        title=_("End “%(rule)s”") % {"rule": version.rule.name},
        text=_("Promises that are matched already keep their match."),
        form=ProposalForm,
        wish=lambda _form: {"rule_ref": rule},
        about=_rule_facts(version.rule),
        rule_now=rule_lines(version.data),
    )
    return ask(request, pool, asking)


@cache
def form_of(kind: str, base: type[ProposalForm]) -> type[ProposalForm]:
    """Return the form that asks for a rule of this kind, and for what `base` asks."""
    fields = KINDS.get(kind, RuleTextForm)
    return cast("type[ProposalForm]", type(f"{fields.__name__}{base.__name__}", (base, fields), {}))


def _as_typed(pool: Pool, data: Mapping[str, Any], base: type[ProposalForm]) -> tuple[str, dict[str, Any]]:
    """Return the kind of form that can say exactly this rule, and what one would type; else the rule as data."""
    kind = data.get("kind")
    fields = KINDS.get(kind) if isinstance(kind, str) else None
    if fields is not None:
        try:
            typed = {name: value for name, value in fields.typed(data).items() if value not in (None, "", [])}
            if fits(_bound(fields, typed, pool.currency), data):
                return str(kind), typed
        except (AttributeError, TypeError, ValueError):
            pass  # not even the shape of a rule: shown as data, and refused there in words
    return TEXT, {"rule": _pretty(data)}


def _bound(fields: type[RuleFields], typed: dict[str, Any], currency: str) -> RuleFields:
    form = fields(typed)
    form.currency = currency
    for each in form.fields.values():
        if hasattr(each, "currency"):
            each.currency = currency
    return form


def _pretty(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


def _version(pool: Pool, rule: str) -> RuleVersion:
    found = RuleVersion.objects.select_related("rule__custodian").filter(
        rule__public_id=rule,
        rule__pool_ref=pool.public_id,
        rule__status=RuleStatus.PUBLISHED,
        superseded_at=None,
    )
    version = found.first()
    if version is None:
        raise NotFound
    return version


def _rule_facts(rule: Rule) -> list[Fact]:
    return facts(
        Fact(_("Rule"), rule.name),
        Fact(_("Still there to match"), say(rule_offered(rule), rule.currency), css="num"),
    )


def _projects(pool: Pool) -> Any:
    takes = Project.objects.filter(custodian=pool.custodian, currency=pool.currency, status=ProjectStatus.OPEN)
    return takes.select_related("village__parent__parent__parent", "picture")


def _words(project: Project) -> str:
    village = project.village
    return " ".join(
        [project.title_ky, project.title_ru, project.title_en, village.name_ky, village.name_ru, project.public_id]
    )


def _back(pool: Pool) -> Link:
    return Link(reverse("desk_pool", args=[pool.public_id]), pool.name(language()))
