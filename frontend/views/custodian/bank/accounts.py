"""Accounts at banks: what waits, opening one, taking a statement in, and which column is what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.errors import BirgeError, NotFound
from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page, one_tap, refuse
from frontend.forms.bank import AccountForm, ColumnsForm, TakeInForm, UploadForm
from frontend.presenters.custodian import bank as shown
from frontend.presenters.custodian.subjects import back_to
from frontend.presenters.facts import Link
from frontend.presenters.rows import page_of
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.banking.reading import MAX_BYTES, XLSX, StatementError, columns_suggest, format_of, table_head
from funds.banking.services import (
    bank_account_open,
    columns_save,
    statement_import,
    upload_forget,
    upload_keep,
    upload_kept,
)
from funds.banking.wording import error_text
from funds.settlement.statements import lines_look

from ..finding import acting, custodian_for, mine

COLUMN_TROUBLE = frozenset({"headings", "columns", "amount_unclear", "day_unclear"})
SHOWN = ("waiting", "matched", "suggested", "unidentified", "out", "aside", "all")


@require_GET
@desk_page
def custodian_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the accounts at banks and all that waits about their lines."""
    return render(request, "custodian/bank.html", shown.bank_context(custodian_for(request, public_id)))


@desk_page
def bank_account_new(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Write down an account whose statements will be taken in."""
    custodian = custodian_for(request, public_id)
    names = ("number", "currency", "name", "opened_on")
    deed = Deed(
        name="open",
        title=_("An account at a bank"),
        button=_("Write it down"),
        form=AccountForm,
        run=lambda doing: bank_account_open(
            custodian=custodian, actor=doing.actor, **{name: doing.data[name] for name in names}
        ),
        thanks=_("Written down. Now its statements can be taken in."),
        to=lambda ref: reverse("bank_account", args=[ref]),
    )
    context = {"title": _("A new account"), "back": back_to(custodian, "custodian_bank", _("The bank"))}
    here = reverse("bank_account_new", args=[public_id])
    return deeds_page(request, context=context, deeds=[deed], here=here, wanted=wanted, target=public_id)


@require_GET
@desk_page
def bank_account(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an account: its statements, and its lines by what is known of them."""
    account = account_of(request, public_id)
    show = request.GET.get("show", "waiting")
    show = show if show in SHOWN else "waiting"
    found = lines_shown(account, show).select_related("account")
    page = page_of(found, request.GET.get("after", ""), lambda line: line)
    looks = lines_look(account, page["rows"])
    files = StatementFile.objects.filter(account=account).select_related("account", "uploaded_by").order_by("-id")[:10]
    context = {
        "title": account.name,
        "account": account,
        "facts": shown.account_facts(account),
        "files": [shown.file_row(each) for each in files],
        "back": back_to(account.custodian, "custodian_bank", _("The bank")),
        "show": show,
        "filters": [(name, words, name == show) for name, words in _filters()],
        **page,
        "rows": [shown.line_row(look) for look in looks],
    }
    return render(request, "custodian/bank_account.html", context)


@desk_page
def bank_upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a statement in, in two steps: look at what it says in words, then agree."""
    account = account_of(request, public_id)
    if request.method == "POST" and "kept" in request.POST:
        return _take_in(request, account)
    if request.method != "POST":
        return _upload_page(request, account, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, account, form)
    file = form.cleaned_data["file"]
    data = file.read(MAX_BYTES + 1)
    file_format = form.cleaned_data["format"]
    report = statement_import(
        account=account, data=data, actor=signed_in(request), file_format=file_format, dry_run=True
    )
    kept = upload_keep(account, data) if len(data) <= MAX_BYTES else ""
    if report.errors:
        for error in report.errors[:3]:
            form.add_error("file", str(error["message"]))
        trouble = kept and any(error["code"] in COLUMN_TROUBLE for error in report.errors)
        columns = f"{reverse('bank_columns', args=[public_id])}?file={kept}" if trouble else ""
        return _upload_page(request, account, form, columns_url=columns)
    context = {
        "title": _("Look before you take it in"),
        "account": account,
        "back": Link(reverse("bank_upload", args=[public_id]), _("Another file")),
        "lines": shown.report_lines(report),
        "nothing_new": report.new == 0,
        "form": TakeInForm(initial={"kept": kept, "format": file_format}),
    }
    return render(request, "custodian/bank_preview.html", context)


@desk_page
def bank_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say which heading of the bank's table is what, looking at the file's own first rows."""
    account = account_of(request, public_id)
    kept = request.GET.get("file", "")
    data = upload_kept(account, kept)
    if data is None:
        messages.info(request, _("Choose the bank’s file first."))
        return redirect("bank_upload", public_id=public_id)
    try:
        rows = table_head(data, sheet=format_of(data) == XLSX)
    except StatementError as error:
        messages.error(request, error_text(error))
        return redirect("bank_upload", public_id=public_id)
    chosen = _heading_row(rows, request.GET.get("row", ""))
    headings = rows[chosen] if rows else []
    form = ColumnsForm(request.POST or None, headings=headings, suggested=columns_suggest(headings))
    if request.method == "POST" and form.is_valid():
        try:
            columns_save(account=account, columns=form.mapping(), actor=signed_in(request))
            messages.success(request, _("Kept for this account. Now send the file once more."))
            return redirect("bank_upload", public_id=public_id)
        except BirgeError as error:
            error.field = ""
            refuse(form, error)
    context = {
        "title": _("Which column is what?"),
        "account": account,
        "back": Link(reverse("bank_upload", args=[public_id]), _("Take a statement in")),
        "rows": list(enumerate(rows)),
        "chosen": chosen,
        "kept": kept,
        "form": form,
    }
    return render(request, "custodian/bank_columns.html", context, status=422 if form.errors else 200)


def account_of(request: HttpRequest, public_id: str) -> BankAccount:
    """Return an account of this officer's custodian. Raises NotFound."""
    account = mine(request, BankAccount.objects.select_related("custodian"), public_id)
    acting(account.custodian)
    return account


def lines_shown(account: BankAccount, show: str) -> Any:
    """Return the lines of an account that a filter wants."""
    lines = BankLine.objects.filter(account=account)
    if show == "all":
        return lines
    if show == "aside":
        return lines.filter(status=BankLine.Status.IGNORED)
    waiting = lines.filter(payment_ref="").exclude(status=BankLine.Status.IGNORED)
    if show == "waiting":
        return waiting
    if show == "out":
        return waiting.filter(amount_minor__lt=0)
    return waiting.filter(status=show, amount_minor__gt=0)


def _filters() -> list[tuple[str, str]]:
    words = (_("To explain"), _("Matched"), _("Suggested"), _("Unidentified"), _("Went out"), _("Set aside"), _("All"))
    return list(zip(SHOWN, words, strict=True))


def _heading_row(rows: list[list[str]], named: str) -> int:
    if named.isdecimal() and int(named) < len(rows):
        return int(named)
    scores = [(len(columns_suggest(row)), -number) for number, row in enumerate(rows)]
    return -max(scores)[1] if scores else 0


def _take_in(request: HttpRequest, account: BankAccount) -> HttpResponse:
    form = TakeInForm(request.POST)
    actor = signed_in(request)
    if not form.is_valid():
        raise NotFound
    kept = form.cleaned_data["kept"]
    with one_tap(actor, form.cleaned_data["key"]):
        data = upload_kept(account, kept)
        if data is None:
            last = StatementFile.objects.filter(account=account, sha256=kept).first()
            if last is not None:  # a second tap
                return redirect("bank_statement", public_id=account.public_id, number=last.pk)
            messages.info(request, _("Choose the bank’s file first."))
            return redirect("bank_upload", public_id=account.public_id)
        report = statement_import(account=account, data=data, actor=actor, file_format=form.cleaned_data["format"])
        if report.errors:
            for error in report.errors:
                messages.error(request, str(error["message"]))
            return redirect("bank_upload", public_id=account.public_id)
        upload_forget(account, kept)
    messages.success(request, shown.report_lines(report)[0])
    file = StatementFile.objects.get(account=account, sha256=kept)
    return redirect("bank_statement", public_id=account.public_id, number=file.pk)


def _upload_page(request: HttpRequest, account: BankAccount, form: UploadForm, columns_url: str = "") -> HttpResponse:
    context = {
        "title": _("Take a statement in"),
        "account": account,
        "back": Link(reverse("bank_account", args=[account.public_id]), account.name),
        "form": form,
        "columns_url": columns_url,
    }
    return render(request, "custodian/bank_upload.html", context, status=422 if form.errors else 200)
