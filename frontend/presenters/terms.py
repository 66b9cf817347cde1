"""Terms of reference in words, and what about them and about new members waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.money import EXPONENTS
from birge.organisations.models import (
    DecidedHow,
    JoinRequest,
    Organisation,
    OrganisationKind,
    OrganisationStatus,
    RequestStatus,
    Role,
    TermsOfReference,
)
from birge.organisations.permissions import ALLOWED, Action, may
from birge.organisations.selectors import (
    members,
    signers,
    terms_agreed,
    terms_agreements,
    terms_asked,
    terms_now,
    terms_today,
)

from .facts import Link, day, say, signed
from .tasks import Task
from .words import language

SMALL = 5  # groups under five are not broken down


@dataclass(frozen=True)
class TermsText:
    """One version as pages show it. `who` says who wrote it and who agreed: for its own people only."""

    version: int
    rule: str
    how: str
    days: str
    text: str
    language: str
    since: str
    paper: str = ""
    who: str = ""
    agreed: str = ""


def rule_sentence(terms: TermsOfReference, people: int) -> str:
    """Say in one line how many must agree. `people` is how many may decide today; few members are not counted out."""
    above = _so_many(terms, terms.needed_above, people)
    if terms.threshold_minor == 0 or terms.needed_above == terms.needed_below:
        return _("For every sum: %(who)s must agree.") % {"who": above}
    below = ngettext("one more person", "%(n)s more people", terms.needed_below) % {"n": terms.needed_below}
    total = say(terms.threshold_minor, terms.currency)
    return _("Up to %(sum)s: %(who)s must agree. Above: %(more)s.") % {"sum": total, "who": below, "more": above}


def _so_many(terms: TermsOfReference, needed: int, people: int) -> str:
    known, vote = {"n": needed, "people": people}, terms.how == DecidedHow.VOTE
    if needed == 1 or people < max(needed, SMALL if vote else 1):
        return ngettext("one more person", "%(n)s more people", needed) % known
    if vote:
        return _("%(n)s of %(people)s members") % known
    return _("%(n)s of %(people)s who sign") % known


def terms_text(terms: TermsOfReference, people: int, *, names: bool = False) -> TermsText:
    """Return one version as a page shows it."""
    days = ngettext("%(n)s day", "%(n)s days", terms.days_to_decide) % {"n": terms.days_to_decide}
    who = _("Written by %(who)s") % {"who": signed(terms.asked_by, terms.asked_at)} if names else ""
    if names and terms.decided_by is not None:
        who += " · " + _("agreed by %(who)s") % {"who": signed(terms.decided_by, terms.decided_at)}
    return TermsText(
        version=terms.version,
        rule=rule_sentence(terms, people),
        how=capfirst(str(DecidedHow(terms.how).label)),
        days=days,
        text=terms.text,
        language=terms.language,
        since=day(terms.decided_at),
        paper=reverse("document", args=[terms.paper.public_id]) if terms.paper else "",
        who=who,
        agreed=_so_far(terms) if terms.status == RequestStatus.ASKED else "",
    )


def _so_far(terms: TermsOfReference) -> str:
    agreed = terms_agreements(terms)
    return _("%(agreed)s of %(needed)s have agreed") % {"agreed": agreed, "needed": terms.agreements_needed}


def has_agreed(terms: TermsOfReference, user: User) -> bool:
    """Say whether this person's yes to a text is written down."""
    return terms.agreements.filter(person=user).exists()


def people_who_decide(organisation: Organisation, how: str) -> int:
    """Return how many may decide today, whoever proposes among them."""
    return (members(organisation) if how == DecidedHow.VOTE else signers(organisation)).count()


def terms_shown(organisation: Organisation) -> dict[str, Any]:
    """Return the terms in force and the older versions, for everyone."""
    agreed = list(terms_agreed(organisation))
    counted = {how: people_who_decide(organisation, how) for how in {terms.how for terms in agreed}}
    now = terms_text(agreed[0], counted[agreed[0].how]) if agreed else None
    # An older rule is told without how many could decide then: only today's number is known.
    return {"terms": now, "older_terms": [terms_text(terms, 0) for terms in agreed[1:]]}


def terms_desk(organisation: Organisation, user: User) -> dict[str, Any]:
    """Return the page of its own people: what counts, what waits, and what one is to know."""
    now, asked = terms_now(organisation), terms_asked(organisation)
    note, tone = _note(organisation, now, asked, user)
    return {
        "title": _("Terms of reference"),
        "note": note,
        "note_tone": tone,
        "terms": _told(organisation, now),
        "asked": _told(organisation, asked),
        "back": Link(reverse("organisation", args=[organisation.public_id]), organisation.name(language())),
    }


def _told(organisation: Organisation, terms: TermsOfReference | None) -> TermsText | None:
    if terms is None:
        return None
    return terms_text(terms, people_who_decide(organisation, terms.how), names=True)


def _note(
    organisation: Organisation, now: TermsOfReference | None, asked: TermsOfReference | None, user: User
) -> tuple[str, str]:
    if asked is not None and asked.asked_by_id == user.pk:
        return _("Your text waits for the others who sign. They get a message."), "warn"
    if asked is not None:
        return _("A new text waits. It counts once enough of those who sign have agreed."), "warn"
    if not signers(organisation).exclude(pk=user.pk).exists():
        return _("Nobody else signs for it yet, and one person cannot decide alone. First name another."), "warn"
    if now is None:
        return _("Nothing is agreed on yet. Without it no common fund can be opened."), "warn"
    return "", ""


def terms_card(organisation: Organisation, user: User) -> dict[str, Any] | None:
    """Return what the organisation's page says of them, and where they are; None for who has no pools."""
    if organisation.kind not in (OrganisationKind.MIGRANT_ASSOCIATION, OrganisationKind.MATCHING_DONOR):
        return None
    now, asked = terms_now(organisation), terms_asked(organisation)
    decides = (
        asked is not None
        and asked.asked_by_id != user.pk
        and not has_agreed(asked, user)
        and may(user, Action.TERMS_APPROVE, organisation)
    )
    if decides:
        button = _("Read and decide")
    elif asked is None and now is None and may(user, Action.TERMS_ASK, organisation):
        button = _("Write them")
    else:
        button = _("Read them") if now or asked else ""
    return {
        "rule": rule_sentence(now, people_who_decide(organisation, now.how)) if now else "",
        "waits": asked is not None,
        "button": button,
        "url": reverse("organisation_terms", args=[organisation.public_id]),
    }


def terms_initial(organisation: Organisation) -> dict[str, Any]:
    """Return what the form for a new text begins with: what counts today."""
    now = terms_now(organisation)
    if now is None:
        return {"how": DecidedHow.SIGNATURES, "needed_below": 1, "days": 7}
    plain = Decimal(now.threshold_minor).scaleb(-EXPONENTS[now.currency])
    return {
        "text": now.text,
        "how": now.how,
        "threshold": f"{plain:f}".replace(".", ",").removesuffix(",00"),
        "needed_below": now.needed_below,
        "needed_above": now.needed_above,
        "days": now.days_to_decide,
    }


def belonging_tasks(user: User) -> Iterator[Task]:
    """Return who asks to join an association this person chairs, and texts that wait for their yes."""
    mine = terms_today().filter(user=user, office__organisation__status=OrganisationStatus.VERIFIED)
    chaired = mine.filter(office__role=Role.CHAIR).values("office__organisation")
    asking = JoinRequest.objects.filter(organisation__in=chaired, status=JoinRequest.Status.ASKED)
    counted = asking.values("organisation").annotate(n=Count("id"), since=Min("asked_at")).order_by("organisation")
    names = Organisation.objects.in_bulk([row["organisation"] for row in counted])
    for row in counted:
        where = names[row["organisation"]]
        yield Task(
            title=ngettext("%(n)s person asks to join", "%(n)s people ask to join", row["n"]) % {"n": row["n"]},
            text=where.name(language()),
            url=reverse("organisation_members", args=[where.public_id]),
            waiting_since=row["since"],
        )
    signing = mine.filter(office__role__in=ALLOWED[Action.TERMS_APPROVE]).values("office__organisation")
    texts = TermsOfReference.objects.filter(organisation__in=signing, status=RequestStatus.ASKED)
    texts = texts.exclude(agreements__person=user)
    for terms in texts.exclude(asked_by=user).select_related("organisation").order_by("pk"):
        yield Task(
            title=_("Terms of reference wait for your yes"),
            text=terms.organisation.name(language()),
            url=reverse("organisation_terms", args=[terms.organisation.public_id]),
            waiting_since=terms.asked_at,
        )
