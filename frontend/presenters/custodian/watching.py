"""What looks like abuse, in words for the officers. Formats; decides nothing."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from frontend.presenters.facts import Fact, day, facts, say, signed
from frontend.presenters.rows import Row
from frontend.presenters.words import language
from funds.banking.services import reference_for
from funds.pledges.models import PledgeRelation
from funds.watch.models import Flag, FlagStatus, FlagStep

from .subjects import back_to, project_fact

MOST_SHOWN = 50


def reason_words(code: str, count: int) -> str:
    """Return one reason as officers read it."""
    words = {
        "phones": _("phone numbers that differ in the last digits only: %(n)s"),
        "mailboxes": _("e-mail addresses that are one mailbox, or differ in a number only: %(n)s"),
        "origin": _("the same address and browser within hours: %(n)s"),
        "card": _("the same card: %(n)s"),
        "bank_sender": _("the same sender at the bank: %(n)s"),
        "office": _("the contact or account is of somebody in the ayil okmotu"),
        "signatory": _("the contact or account is of somebody who signs for the project"),
        "supplier": _("a receipt of the project names the same firm"),
        "pledge": _("attempts for one promise in one hour: %(n)s"),
        "contact": _("attempts by one contact in one hour: %(n)s"),
        "address": _("attempts from one address in one hour: %(n)s"),
        "declined": _("cards that banks declined in one hour: %(n)s"),
    }
    return words.get(code, code) % {"n": count}


def flag_row(flag: Flag) -> Row:
    """Return a flag as a line."""
    reasons = "; ".join(reason_words(code, count) for code, count in sorted(flag.reasons.items()))
    return Row(
        title=str(flag.get_kind_display()),
        text=" · ".join((flag.project.title(language()), day(flag.found_at), reasons)),
        url=reverse("custodian_flag", args=[flag.public_id]),
        tag=str(FlagStatus(flag.status).label),
        tone="" if flag.status == FlagStatus.DECIDED else "wait",
    )


def flag_context(flag: Flag, user: User) -> dict[str, Any]:
    """Return the page of one flag: why, about which promises, and what was said so far."""
    note, tone = _("Nothing is stopped by this. Look, ask, and decide."), "warn"
    if flag.status == FlagStatus.ASKED:
        note = _("A colleague has decided. Do you agree?")
        if flag.decided_by_id == user.pk:
            note = _("You have decided. Another officer must agree.")
    elif flag.status == FlagStatus.DECIDED:
        note, tone = _("Decided: %(decision)s") % {"decision": flag.get_decision_display()}, ""
    why = "\n".join(reason_words(code, count) for code, count in sorted(flag.reasons.items()))
    steps = flag.steps.select_related("actor")
    return {
        "title": str(flag.get_kind_display()),
        "back": back_to(flag.custodian, "custodian_watch", _("What looks wrong")),
        "note": note,
        "note_tone": tone,
        "facts": [
            *facts(project_fact(flag.project), Fact(_("Why it stands here"), why)),
            *(Fact(str(each.get_step_display()), _step_words(each)) for each in steps),
        ],
        "rows": _pledge_rows(flag),
        "rows_title": _("The promises"),
    }


def _pledge_rows(flag: Flag) -> list[Row]:
    listed = list(flag.pledges.select_related("pledge")[: MOST_SHOWN + 1])
    words = dict(PledgeRelation.objects.filter(pledge__flags__flag=flag).values_list("pledge_id", "words"))
    rows = [
        Row(
            title=reference_for(each.pledge.group),
            text=" · ".join(part for part in (day(each.pledge.made_at), words.get(each.pledge_id, "")) if part),
            url=reverse("custodian_pledge", args=[each.pledge.public_id]),
            amount=say(each.pledge.amount_minor, each.pledge.currency),
            tag=str(each.pledge.get_status_display()),
        )
        for each in listed[:MOST_SHOWN]
    ]
    more = flag.pledges.count() - MOST_SHOWN if len(listed) > MOST_SHOWN else 0
    if more:
        rows.append(Row(title=ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}, text="", url=""))
    return rows


def _step_words(step: FlagStep) -> str:
    said = str(step.get_decision_display()) if step.decision else ""
    return " · ".join(part for part in (signed(step.actor, step.at), said, step.note) if part)
