"""Pages of custodians, councils, outside signatories, organisations and administrators.

A page with deeds has two addresses: its own, and below it one for each deed, to which its form is sent.
"""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from frontend.views import council, donors, signing
from frontend.views.custodian import agreeing, desk, paying, payments, promises, recording, stripe, watching, ways
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
    *deeds(f"{HELD}agree/", agreeing.custodian_agreeing, "custodian_agreeing"),
    path(f"{HELD}watch/", watching.custodian_watch, name="custodian_watch"),
    path(f"{HELD}decisions/", desk.custodian_decisions, name="custodian_decisions"),
    path(f"{HELD}refunds/", desk.custodian_refunds, name="custodian_refunds"),
    path(f"{HELD}calls/", desk.custodian_pledges, name="custodian_pledges"),
    path(f"{HELD}projects/", desk.custodian_projects, name="custodian_projects"),
    path(f"{HELD}ways/", desk.custodian_ways, name="custodian_ways"),
    path(f"{HELD}money/", recording.custodian_money, name="custodian_money"),
    *deeds(f"{HELD}ways/<int:number>/", ways.custodian_way, "custodian_way"),
    *deeds(f"{HELD}village/", recording.custodian_village, "custodian_village"),
    *deeds(f"{HELD}unknown/", recording.custodian_unknown, "custodian_unknown"),
    *deeds(f"{HELD}promise/", promises.custodian_promise, "custodian_promise"),
    *deeds("promise/<str:public_id>/money/", recording.custodian_record, "custodian_record"),
    *deeds("promise/<str:public_id>/", promises.custodian_pledge, "custodian_pledge"),
    *deeds("payment/<str:public_id>/", payments.custodian_payment, "custodian_payment"),
    *deeds("claim/<str:public_id>/", payments.custodian_claim, "custodian_claim"),
    *deeds("stripe/<str:public_id>/", stripe.custodian_stripe_item, "custodian_stripe_item"),
    *deeds("difference/<str:public_id>/", agreeing.custodian_difference, "custodian_difference"),
    *deeds("flag/<str:public_id>/", watching.custodian_flag, "custodian_flag"),
    *deeds("correction/<str:public_id>/", payments.custodian_correction, "custodian_correction"),
    *deeds("pay/<str:public_id>/", paying.custodian_release, "custodian_release"),
    *deeds("refund/<str:public_id>/", paying.custodian_refund, "custodian_refund"),
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
    *deeds("administration/<str:public_id>/", administration.organisation_check, "organisation_check"),
]
