"""The desk: everything behind sign-in. The village's pages here, those of the other parties in a list of their own."""

from django.urls import include, path

from frontend.views import desk
from frontend.views.village import deciding, money, plan, projects, steps, talking, writing

village = [
    path("", projects.project, name="village_project"),
    path("words/", writing.words, name="village_words"),
    path("costs/", plan.costs, name="village_costs"),
    path("quotes/", plan.quotes, name="village_quotes"),
    path("quotes/<int:position>/", plan.quote, name="village_quote"),
    path("shares/", plan.shares, name="village_shares"),
    path("stages/", plan.stages, name="village_stages"),
    path("keeper/", writing.keeper, name="village_keeper"),
    path("people/", writing.people, name="village_people"),
    path("picture/", writing.picture, name="village_picture"),
    path("submit/", steps.submit, name="village_submit"),
    path("open/", steps.open_up, name="village_open"),
    path("start/", steps.start, name="village_start"),
    path("complete/", steps.complete, name="village_complete"),
    path("decide/", deciding.decide, name="village_decide"),
    path("cancel/", steps.cancel, name="village_cancel"),
    path("stages/<int:position>/report/", steps.report, name="village_report"),
    path("stages/<int:position>/ask/", money.ask, name="village_ask"),
    path("releases/<str:release>/", money.release, name="village_release"),
    path("releases/<str:release>/no/", money.release_no, name="village_release_no"),
    path("receipts/", money.receipts, name="village_receipts"),
    path("receipts/new/", money.receipt_new, name="village_receipt_new"),
    path("news/", talking.news, name="village_news"),
    path("questions/", talking.questions, name="village_questions"),
    path("questions/<str:question>/", talking.answer, name="village_answer"),
    path("signers/<str:change>/", talking.signer, name="village_signer"),
]

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("village/", projects.projects, name="village_projects"),
    path("village/new/<str:administration>/", writing.new, name="village_project_new"),
    path("village/<str:public_id>/", include(village)),
    path("", include("frontend.urls_desk_bank")),
    path("", include("frontend.urls_desk_others")),
    path("", include("frontend.urls_pools_desk")),
]
