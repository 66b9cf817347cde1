"""One statement: its lines are taken together by one officer, and confirmed together by another."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.factors import factor_enrolled
from birge.accounts.models import User
from birge.errors import BirgeError, NotAllowed, NotFound, SecondFactorRequired
from frontend.access import desk_page, signed_in
from frontend.deeds import Act, Deed, factor_proof, one_tap, refuse
from frontend.forms.bank import LinesForm, PaymentsForm
from frontend.forms.parts import OnceForm
from frontend.presenters.custodian import bank as shown
from frontend.presenters.facts import Link, say
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.payments.models import Payment
from funds.settlement.statements import (
    Look,
    Taken,
    file_lines,
    lines_look,
    lines_take,
    lines_to_confirm,
    statement_confirm,
)

from .accounts import account_of

MOST_TOLD = 5
MOST_AT_ONCE = 200  # a list that a person really looks at


@desk_page
def bank_statement(request: HttpRequest, public_id: str, number: int, wanted: str = "") -> HttpResponse:
    """Show what a statement brought, take what is clear, and confirm what a colleague took."""
    account = account_of(request, public_id)
    file = StatementFile.objects.filter(account=account, pk=number).first()
    if file is None:
        raise NotFound
    user = signed_in(request)
    here = reverse("bank_statement", args=[public_id, number])
    looks = lines_look(account, file_lines(file))
    deeds = _deeds(looks, lines_to_confirm([look.line for look in looks], user)[:MOST_AT_ONCE])
    sent: OnceForm | None = None
    if wanted:
        deed = next((each for each in deeds if each.name == wanted), None)
        if deed is None:
            raise Http404
        if request.method == "POST":
            sent = deed.make(request.POST)
            if _done(request, user, account, wanted, sent):
                return redirect(here)
    acts = [
        Act(deed, sent if sent is not None and deed.name == wanted else deed.make(), f"{here}{deed.name}/")
        for deed in deeds
        if deed.offered
    ]
    context = {
        "title": _("Statement %(days)s") % {"days": shown.file_days(file)},
        "back": Link(reverse("bank_account", args=[public_id]), account.name),
        "acts": acts,
        "rows": [shown.line_row(look) for look in _shown(looks)],
        "more_url": f"{reverse('bank_account', args=[public_id])}?show=all" if len(looks) > MOST_AT_ONCE else "",
        "to_confirm": _to_confirm(looks, deeds),
    }
    return render(request, "custodian/bank_statement.html", context, status=422 if sent is not None else 200)


def _shown(looks: Sequence[Look]) -> list[Look]:
    """Return the lines that are shown: those that wait first, as many as one looks at."""
    return sorted(looks, key=lambda look: not look.line.waits)[:MOST_AT_ONCE]


def _deeds(looks: Sequence[Look], confirming: Sequence[Payment]) -> list[Deed]:
    waiting = [look for look in looks if look.line.waits and look.line.amount_minor > 0 and not look.line.aside_by_id]
    matched = [look for look in waiting if look.matched_group][:MOST_AT_ONCE]
    unknown = [look for look in waiting if look.status == BankLine.Status.UNIDENTIFIED][:MOST_AT_ONCE]
    return [
        _deed(
            "confirm",
            ngettext("Confirm %(n)s payment", "Confirm %(n)s payments", len(confirming)),
            _("You have looked at the list and at the bank’s statement. From now on they are in the books."),
            PaymentsForm,
            {"payments": ",".join(each.public_id for each in confirming)},
            len(confirming),
        ),
        _deed(
            "take",
            ngettext("Take %(n)s line with its reference", "Take %(n)s lines with their references", len(matched)),
            _("Each is written down for its promise. A colleague confirms them."),
            LinesForm,
            {"lines": ",".join(f"{look.line.public_id}:{look.matched_group}" for look in matched)},
            len(matched),
        ),
        _deed(
            "unknown",
            ngettext("Take %(n)s line as unknown money", "Take %(n)s lines as unknown money", len(unknown)),
            _("Nobody knows whose it is. In public only the total shows."),
            LinesForm,
            {"lines": ",".join(f"{look.line.public_id}:" for look in unknown)},
            len(unknown),
        ),
    ]


def _deed(name: str, title: str, text: str, form: type[OnceForm], initial: dict[str, str], count: int) -> Deed:
    return Deed(
        name=name,
        title=title % {"n": count},
        text=text,
        button=_("Confirm them") if name == "confirm" else _("Take them"),
        form=form,
        arguments={"initial": initial},
        run=lambda _doing: BankLine(),  # never called: each line has a transaction of its own, see `_done`
        thanks="",
        offered=bool(count),
    )


def _done(request: HttpRequest, user: User, account: BankAccount, wanted: str, form: OnceForm) -> bool:
    """Do it line by line and tell what came of it; False with the refusal in the form."""
    if not form.is_valid():
        return False
    try:
        with one_tap(user, form.cleaned_data["key"]):
            taken = _run(request, user, account, wanted, form)
    except SecondFactorRequired as error:
        if not factor_enrolled(user):
            raise
        refuse(form, error)
        return False
    except NotAllowed:
        raise
    except BirgeError as error:
        refuse(form, error)
        return False
    _tell(request, taken, confirmed=wanted == "confirm")
    return True


def _run(request: HttpRequest, user: User, account: BankAccount, wanted: str, form: OnceForm) -> Taken:
    if wanted == "confirm":
        named = form.cleaned_data["payments"].split(",")
        payments = Payment.objects.filter(public_id__in=named, custodian=account.custodian, status="recorded")
        proof = factor_proof(request, form)
        return statement_confirm(payments=list(payments.select_related("custodian")), actor=user, proof=proof)
    groups = dict(each.partition(":")[::2] for each in form.cleaned_data["lines"].split(",") if each)
    found = BankLine.objects.filter(public_id__in=groups, account=account, payment_ref="")
    lines = [
        (each, groups[each.public_id]) for each in found.select_related("account__custodian").order_by("day", "id")
    ]
    return lines_take(lines=lines, actor=user)


def _tell(request: HttpRequest, taken: Taken, *, confirmed: bool) -> None:
    count = len(taken.done)
    if confirmed:
        text = ngettext("%(n)s payment is in the books.", "%(n)s payments are in the books.", count)
    else:
        text = ngettext(
            "%(n)s line taken. A colleague confirms it.", "%(n)s lines taken. A colleague confirms them.", count
        )
    messages.success(request, text % {"n": count})
    for ref, why in taken.refused[:MOST_TOLD]:
        messages.warning(request, f"{ref}: {why}")


def _to_confirm(looks: Sequence[Look], deeds: Sequence[Deed]) -> list[tuple[str, str]]:
    """Return the payments that are about to be confirmed: what for, and how much."""
    named = set(filter(None, deeds[0].arguments["initial"]["payments"].split(",")))  # a line not taken names none
    lines = {look.line.payment_ref: look.line for look in looks if look.line.payment_ref in named}
    groups = dict(Payment.objects.filter(public_id__in=lines).values_list("public_id", "group"))
    return [
        (
            shown.purpose_text(groups[ref], line.account, amount=False)
            if groups.get(ref)
            else _("Nobody knows what for"),
            say(line.amount_minor, line.currency),
        )
        for ref, line in lines.items()
    ]
