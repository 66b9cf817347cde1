"""Pages of custodians, councils, outside signatories, organisations and administrators.

A page with deeds has two addresses: its own, and below it one for each deed, to which its form is sent.
"""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from frontend.views import council, donors, screening, signing
from frontend.views.custodian import (
    after,
    agreeing,
    cash,
    desk,
    exchange,
    paying,
    payments,
    promises,
    recording,
    returns,
    stripe,
    transfers,
    watching,
    ways,
)
from frontend.views.offices import administration, members, organisations, rates, requests, terms


def deeds(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Return the addresses of a page with deeds."""
    return [path(route, view, name=name), path(f"{route}<slug:wanted>/", view, name=f"{name}_deed")]


HELD = "custodian/<str:public_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("custodian/", desk.custodian_home, name="custodian_home"),
    path(HELD, desk.custodian, name="custodian"),
    path(f"{HELD}balances/", desk.custodian_balances, name="custodian_balances"),
    path(f"{HELD}payments/", desk.custodian_payments, name="custodian_payments"),
    path(f"{HELD}waiting/", desk.custodian_waiting, name="custodian_waiting"),
    path(f"{HELD}unknown/list/", desk.custodian_unknown_list, name="custodian_unknown_list"),
    path(f"{HELD}stripe/", stripe.custodian_stripe, name="custodian_stripe"),
    *deeds(f"{HELD}reserve/", after.custodian_reserve, "custodian_reserve"),
    *deeds(f"{HELD}agree/", agreeing.custodian_agreeing, "custodian_agreeing"),
    path(f"{HELD}watch/", watching.custodian_watch, name="custodian_watch"),
    path(f"{HELD}decisions/", desk.custodian_decisions, name="custodian_decisions"),
    path(f"{HELD}refunds/", desk.custodian_refunds, name="custodian_refunds"),
    path(f"{HELD}transfers/", transfers.custodian_transfers, name="custodian_transfers"),
    *deeds(f"{HELD}lists/", screening.custodian_screening, "custodian_screening"),
    path(f"{HELD}calls/", desk.custodian_pledges, name="custodian_pledges"),
    path(f"{HELD}projects/", desk.custodian_projects, name="custodian_projects"),
    path(f"{HELD}ways/", desk.custodian_ways, name="custodian_ways"),
    path(f"{HELD}money/", recording.custodian_money, name="custodian_money"),
    *deeds(f"{HELD}ways/<int:number>/", ways.custodian_way, "custodian_way"),
    *deeds(f"{HELD}cash/", cash.custodian_cash, "custodian_cash"),
    *deeds("banking/<str:public_id>/", cash.custodian_banking, "custodian_banking"),
    *deeds("banking-back/<str:public_id>/", cash.custodian_take_back, "custodian_take_back"),
    *deeds(f"{HELD}village/", recording.custodian_village, "custodian_village"),
    *deeds(f"{HELD}unknown/", recording.custodian_unknown, "custodian_unknown"),
    *deeds(f"{HELD}promise/", promises.custodian_promise, "custodian_promise"),
    *deeds("exchange/<str:public_id>/", exchange.custodian_exchange_item, "custodian_exchange_item"),
    *deeds(f"{HELD}exchange/", exchange.custodian_exchange, "custodian_exchange"),
    *deeds("promise/<str:public_id>/money/", recording.custodian_record, "custodian_record"),
    *deeds("promise/<str:public_id>/", promises.custodian_pledge, "custodian_pledge"),
    *deeds("payment/<str:public_id>/", payments.custodian_payment, "custodian_payment"),
    *deeds("claim/<str:public_id>/", payments.custodian_claim, "custodian_claim"),
    *deeds("stripe/<str:public_id>/", stripe.custodian_stripe_item, "custodian_stripe_item"),
    path("dispute/<str:public_id>/", after.custodian_dispute, name="custodian_dispute"),
    *deeds("card-refund/<str:public_id>/", after.custodian_card_refund, "custodian_card_refund"),
    *deeds("payout/<str:public_id>/", after.custodian_payout, "custodian_payout"),
    *deeds("reserve/<str:public_id>/", after.custodian_reserve_move, "custodian_reserve_move"),
    *deeds("difference/<str:public_id>/", agreeing.custodian_difference, "custodian_difference"),
    *deeds("flag/<str:public_id>/", watching.custodian_flag, "custodian_flag"),
    *deeds("correction/<str:public_id>/", payments.custodian_correction, "custodian_correction"),
    *deeds("pay/<str:public_id>/", paying.custodian_release, "custodian_release"),
    *deeds("refund/<str:public_id>/", paying.custodian_refund, "custodian_refund"),
    path(f"{HELD}gifts-back/", returns.custodian_gifts_back, name="custodian_gifts_back"),
    path(f"{HELD}refunds/list.csv", returns.custodian_sending_list, name="custodian_sending_list"),
    path("paper/<slug:what>/<str:public_id>/receipt.pdf", returns.custodian_paper, name="custodian_paper"),
    *deeds(f"{HELD}refunds/send/", returns.custodian_send_many, "custodian_send_many"),
    *deeds(f"{HELD}refunds/confirm/", returns.custodian_confirm_many, "custodian_confirm_many"),
    *deeds("gift-back/<str:public_id>/", returns.custodian_gift_back, "custodian_gift_back"),
    *deeds("transfer/<str:public_id>/", transfers.custodian_transfer, "custodian_transfer"),
    *deeds("looked-up/<str:public_id>/", screening.screening_record, "screening_record"),
    *deeds("stop/<str:public_id>/", ways.project_stop, "project_stop"),
    path("council/", council.council, name="council"),
    *deeds("council/<str:public_id>/", council.council_project, "council_project"),
    path("sign/", signing.signing, name="signing"),
    *deeds("sign/money/<str:public_id>/", signing.signing_release, "signing_release"),
    *deeds("sign/stage/<str:public_id>/<int:position>/", signing.signing_stage, "signing_stage"),
    *deeds("sign/receipt/<str:public_id>/", signing.signing_receipt, "signing_receipt"),
    *deeds("sign/project/<str:public_id>/", signing.signing_project, "signing_project"),
    *deeds("share/<str:public_id>/", donors.share_promise, "share_promise"),
    path("organisations/new/", organisations.organisation_apply, name="organisation_apply"),
    *deeds("organisations/new/<slug:kind>/", organisations.organisation_new, "organisation_new"),
    *deeds("organisations/new/<slug:kind>/in/<str:place>/", organisations.organisation_new, "organisation_new_in"),
    *deeds("organisations/<str:public_id>/members/", members.organisation_members, "organisation_members"),
    *deeds("organisations/<str:public_id>/terms/", terms.organisation_terms, "organisation_terms"),
    *deeds("organisations/<str:public_id>/", organisations.organisation, "organisation"),
    *deeds("organisations/<str:public_id>/ask/<slug:kind>/", requests.office_request_page, "office_request"),
    *deeds("wishes/<str:public_id>/", requests.office_decision, "office_decision"),
    path("administration/", administration.administration, name="administration"),
    path("administration/acts/", administration.audit, name="audit"),
    *deeds("administration/rates/<str:public_id>/", rates.rate_decision, "rate_decision"),
    *deeds("administration/lists/", screening.block_lists, "block_lists"),
    *deeds("administration/<str:public_id>/", administration.organisation_check, "organisation_check"),
]
