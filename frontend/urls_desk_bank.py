"""The bank at the custodian's desk."""

from django.urls import URLPattern, path

from frontend.views.custodian.bank import accounts, lines, picture, statements, strays

from .urls_desk_others import deeds

HELD = "custodian/<str:public_id>/"
ONE = "bank/<str:public_id>/"
urlpatterns: list[URLPattern] = [
    path(f"{HELD}bank/", accounts.custodian_bank, name="custodian_bank"),
    *deeds(f"{HELD}bank/new/", accounts.bank_account_new, "bank_account_new"),
    *deeds(f"{HELD}ways/<int:number>/picture/", picture.custodian_picture, "custodian_picture"),
    *deeds("bank/line/<str:public_id>/", lines.bank_line, "bank_line"),
    *deeds("bank/return/<str:public_id>/", strays.custodian_return, "custodian_return"),
    *deeds("bank/said/<str:public_id>/", strays.custodian_said, "custodian_said"),
    path(ONE, accounts.bank_account, name="bank_account"),
    path(f"{ONE}upload/", accounts.bank_upload, name="bank_upload"),
    path(f"{ONE}columns/", accounts.bank_columns, name="bank_columns"),
    *deeds(f"{ONE}statements/<int:number>/", statements.bank_statement, "bank_statement"),
]
