"""One line of the bank, and all that can be said of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.errors import InvalidInput
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, Doing, deeds_page
from frontend.forms.bank import ChoiceForm, ReferenceForm
from frontend.forms.custodian import CodeOnlyForm, ReasonForm
from frontend.forms.parts import OnceForm
from frontend.presenters.custodian import bank as shown
from funds.banking.models import BankLine
from funds.banking.services import group_of
from funds.payments.models import Payment
from funds.settlement.statements import (
    Look,
    line_aside_agree,
    line_aside_ask,
    line_aside_end,
    line_link,
    line_link_out,
    line_parts,
    line_take,
    line_take_unknown,
    line_unlink_out,
    lines_look,
    out_candidates,
    payments_like,
)

from ..finding import acting, mine

WITH_PARTS = ("account__custodian", "file", "aside_by", "aside_agreed_by")


@desk_page
def bank_line(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a line with what it may be and why; say what it is."""
    line = mine(request, BankLine.objects.select_related(*WITH_PARTS), public_id, "account__custodian")
    acting(line.account.custodian)
    (look,) = lines_look(line.account, [line])
    deeds = [*_coming(look), *_going(line), *_aside(line, signed_in(request).pk)]
    here = reverse("bank_line", args=[public_id])
    context = shown.line_context(look, signed_in(request))
    return deeds_page(request, context=context, deeds=deeds, here=here, wanted=wanted, target=public_id)


def _coming(look: Look) -> list[Deed]:
    line = look.line
    came = line.waits and line.amount_minor > 0
    thanks = _("Taken in. A colleague confirms it.")
    choices = shown.candidate_choices(look)
    by_hand = list(payments_like(line).select_related("recorded_by")) if came else []
    return [
        Deed(
            name="take",
            title=_("It is the money of this promise"),
            button=_("Take it in"),
            form=ChoiceForm,
            arguments={"choices": choices},
            run=lambda doing: line_take(line=line, group=doing.data["ref"], actor=doing.actor),
            thanks=thanks,
            offered=came and bool(choices),
        ),
        Deed(
            name="link",
            title=_("It is written down already"),
            button=_("It is this payment"),
            form=ChoiceForm,
            arguments={"choices": shown.payment_choices(by_hand)},
            run=lambda doing: line_link(
                line=line, payment=Payment.objects.get(public_id=doing.data["ref"]), actor=doing.actor
            ),
            thanks=_("Linked. Nothing is written down twice."),
            offered=came and bool(by_hand),
        ),
        Deed(
            name="reference",
            title=_("I know the promise"),
            button=_("Take it in"),
            form=ReferenceForm,
            run=lambda doing: _by_reference(line, doing),
            thanks=thanks,
            offered=came,
        ),
        Deed(
            name="unknown",
            title=_("Nobody knows whose it is"),
            text=_("In public only the total shows. Whoever paid it can say so, with a slip."),
            button=_("Take it as unknown money"),
            form=OnceForm,
            run=lambda doing: line_take_unknown(line=line, actor=doing.actor),
            thanks=thanks,
            offered=came,
        ),
    ]


def _going(line: BankLine) -> list[Deed]:
    found = out_candidates(line) if line.waits else []
    return [
        Deed(
            name="out",
            title=_("What left is this"),
            button=_("That is it"),
            form=ChoiceForm,
            arguments={"choices": shown.left_choices(found)},
            run=lambda doing: line_link_out(line=line, ref=doing.data["ref"], actor=doing.actor),
            thanks=_("Linked."),
            offered=bool(found),
        ),
        Deed(
            name="unlink",
            title=_("It was something else after all"),
            text=_("What was paid out stays in the books. Only the line waits again."),
            button=_("Untie it"),
            form=ReasonForm,
            run=lambda doing: line_unlink_out(line=line, reason=doing.data["reason"], actor=doing.actor),
            thanks=_("It waits again."),
            danger=True,
            offered=line_parts(line),
        ),
    ]


def _aside(line: BankLine, user: int) -> list[Deed]:
    asked = line.aside_by_id is not None
    return [
        Deed(
            name="agree",
            title=_("Yes, set it aside"),
            text=_("It is nothing of our books: a fee of the bank, interest, a move between own accounts."),
            button=_("Agree"),
            form=CodeOnlyForm,
            run=lambda doing: line_aside_agree(line=line, actor=doing.actor, proof=doing.proof),
            thanks=_("Set aside."),
            offered=line.waits and asked and line.aside_by_id != user,
        ),
        Deed(
            name="aside",
            title=_("It is nothing of our books"),
            text=_("A fee of the bank, interest, a move between own accounts. A colleague must agree."),
            button=_("Set it aside"),
            form=ReasonForm,
            run=lambda doing: line_aside_ask(line=line, reason=doing.data["reason"], actor=doing.actor),
            thanks=_("Asked. Another officer decides."),
            danger=True,
            offered=line.waits and not asked,
        ),
        Deed(
            name="again",
            title=_("Look at it again"),
            button=_("It is not to be set aside"),
            form=ReasonForm,
            run=lambda doing: line_aside_end(line=line, reason=doing.data["reason"], actor=doing.actor),
            thanks=_("It waits again."),
            danger=True,
            offered=asked,
        ),
    ]


def _by_reference(line: BankLine, doing: Doing) -> Payment:
    group = group_of(doing.data["reference"])
    if not group:
        raise InvalidInput(_("We do not know this reference."), field="reference")
    return line_take(line=line, group=group, actor=doing.actor)
