"""Addresses of the bank."""

from django.urls import path

from . import lines, strays, views

LINE = "bank-lines/<pid:public_id>/"
urlpatterns = [
    path("bank-accounts/", views.BankAccountListView.as_view()),
    path("bank-accounts/<pid:public_id>/", views.BankAccountView.as_view()),
    path("bank-accounts/<pid:public_id>/statements/", views.StatementListView.as_view()),
    path("bank-lines/", lines.BankLineListView.as_view()),
    path(LINE, lines.BankLineView.as_view()),
    path(f"{LINE}accept/", lines.BankLineAcceptView.as_view()),
    path(f"{LINE}link/", lines.BankLineLinkView.as_view()),
    path(f"{LINE}unlink/", lines.BankLineUnlinkView.as_view()),
    path(f"{LINE}set-aside/", lines.BankLineAsideView.as_view()),
    path(f"{LINE}set-aside/agree/", lines.BankLineAsideAgreeView.as_view()),
    path(f"{LINE}look-again/", lines.BankLineAgainView.as_view()),
    path("unknown-returns/", strays.StrayReturnListView.as_view()),
    path("unknown-returns/<pid:public_id>/confirm/", strays.StrayReturnConfirmView.as_view()),
    path("unknown-returns/<pid:public_id>/not-sent/", strays.StrayReturnNotSentView.as_view()),
    path("payer-claims/", strays.PayerClaimListView.as_view()),
    path("payer-claims/<pid:public_id>/found/", strays.PayerClaimFoundView.as_view()),
    path("payer-claims/<pid:public_id>/answer/", strays.PayerClaimAnswerView.as_view()),
    path("pledges/<pledge_token:token>/missing/", strays.PledgeMissingView.as_view()),
]
