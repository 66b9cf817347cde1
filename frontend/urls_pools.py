"""Pools for everyone: what they hold and gave, paying in, and the pages behind signed links."""

from django.urls import path

from frontend.views import saved_cards
from frontend.views.pools import gifts, paying, public, report, standing, statements

ONE = "pools/<str:public_id>/"
urlpatterns = [
    path("pools/", public.pools, name="pools"),
    path("pools/gift/<str:token>/", gifts.gift, name="pool_gift"),
    path("pools/gift/<str:token>/credit/", gifts.credit, name="pool_gift_credit"),
    path("pools/gift/<str:token>/withdraw/", gifts.withdraw, name="pool_gift_withdraw"),
    path("pools/gift/<str:token>/card/", saved_cards.gift_by_card, name="pool_gift_card"),
    path("pools/gift/<str:token>/forget/", gifts.forget, name="pool_gift_forget"),
    path("pools/gift/<str:token>/yes/<str:public_id>/", gifts.payment_yes, name="pool_gift_yes"),
    path("pools/gift/<str:token>/no/<str:public_id>/", gifts.payment_no, name="pool_gift_no"),
    path("pools/monthly/<str:token>/", standing.by_link, name="pool_standing"),
    path("pools/monthly/<str:token>/<slug:verb>/", standing.by_link_do, name="pool_standing_do"),
    path(ONE, public.pool, name="pool"),
    path(f"{ONE}pay/", paying.pay, name="pool_pay"),
    path(f"{ONE}monthly/", standing.monthly, name="pool_monthly"),
    path(f"{ONE}monthly/<slug:verb>/", standing.monthly_do, name="pool_monthly_do"),
    path(f"{ONE}report/", report.pool_report, name="pool_report"),
    path(f"{ONE}report/csv/", report.pool_report_csv, name="pool_report_csv"),
    path(f"{ONE}<int:year>/<int:month>/", statements.statement, name="pool_statement"),
    path(f"{ONE}<int:year>/<int:month>/pdf/", statements.statement_pdf, name="pool_statement_pdf"),
    path(f"{ONE}<int:year>/<int:month>/csv/", statements.statement_csv, name="pool_statement_csv"),
]
