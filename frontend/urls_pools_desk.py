"""Pools for those who decide on them and those who hold their money. A page with deeds has an address for each."""

from django.urls import URLPattern, path

from frontend.views.pools import cash, custodian, deciding, desk, opening, proposing

from .urls_desk_others import deeds

ONE = "pools/<str:public_id>/"
urlpatterns: list[URLPattern] = [
    path("pools/of/<str:organisation>/", desk.desk_pools, name="desk_pools"),
    *deeds("pools/new/<str:organisation>/", opening.pool_new, "pool_new"),
    *deeds("pools/cash/<str:payment>/", cash.pool_cash, "pool_cash"),
    path(f"{ONE}payments/", desk.desk_pool_payments, name="desk_pool_payments"),
    path(f"{ONE}cash-book/pdf/", cash.pool_cash_book_pdf, name="pool_cash_book_pdf"),
    *deeds(f"{ONE}cash-book/", cash.pool_cash_book, "pool_cash_book"),
    *deeds(f"{ONE}cash/", cash.pool_cash_new, "pool_cash_new"),
    path(f"{ONE}give/", proposing.give, name="proposal_new_give"),
    path(f"{ONE}give/<str:project>/", proposing.give_to, name="proposal_new_give_to"),
    path(f"{ONE}pass-on/", proposing.pass_on, name="proposal_new_pass_on"),
    path(f"{ONE}match/", proposing.match, name="proposal_new_match"),
    path(f"{ONE}match/<slug:kind>/", proposing.match_kind, name="proposal_new_match_kind"),
    path(f"{ONE}rules/<str:rule>/more/", proposing.rule_more, name="proposal_new_more"),
    path(f"{ONE}rules/<str:rule>/change/", proposing.rule_change, name="proposal_new_change"),
    path(f"{ONE}rules/<str:rule>/end/", proposing.rule_end, name="proposal_new_end"),
    *deeds(ONE, desk.desk_pool, "desk_pool"),
    *deeds("proposals/<str:public_id>/", deciding.proposal, "proposal"),
    path("custodian/<str:public_id>/pools/", custodian.custodian_pools, name="custodian_pools"),
    *deeds("custodian/pool/<str:public_id>/bank/", custodian.custodian_pool_bank, "custodian_pool_bank"),
    *deeds("custodian/pool-gift/<str:public_id>/", custodian.custodian_pool_gift, "custodian_pool_gift"),
]
