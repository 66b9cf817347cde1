"""Pages below their language prefix."""

from django.urls import include, path

from frontend.views import associations, ledger, money, pledging, projects, public, rules, simulating, verify

urlpatterns = [
    path("", public.home, name="home"),
    path("about/", public.about, name="about"),
    path("terms/", public.terms, name="terms"),
    path("demo/", public.demo_people, name="demo_people"),
    path("projects/", projects.project_list, name="project_list"),
    path("p/<str:public_id>/", projects.project, name="project"),
    path("p/<str:public_id>/ask/", projects.question, name="question_ask"),
    path("p/<str:public_id>/ledger/", ledger.project_ledger, name="project_ledger"),
    path("p/<str:public_id>/give/", pledging.pledge, name="pledge"),
    path("give/<str:token>/code/", pledging.pledge_code, name="pledge_code"),
    path("give/<str:token>/code/again/", pledging.pledge_code_again, name="pledge_code_again"),
    path("give/<str:token>/confirm/", pledging.pledge_confirm, name="pledge_confirm"),
    path("money/<str:token>/", money.money, name="money"),
    path("money/<str:token>/receipt/<uuid:entry_id>/", money.receipt, name="my_receipt"),
    path("money/<str:token>/credit/", money.credit, name="pledge_credit"),
    path("money/<str:token>/withdraw/", money.withdraw, name="pledge_withdraw"),
    path("money/<str:token>/prolong/", money.prolong, name="pledge_prolong"),
    path("money/<str:token>/forget/", money.forget, name="pledge_forget"),
    path("money/<str:token>/pay/", money.pay_with_play_money, name="pay_with_play_money"),
    path("money/<str:token>/yes/<str:public_id>/", money.payment_confirm_mine, name="payment_confirm_mine"),
    path("money/<str:token>/no/<str:public_id>/", money.payment_refuse_mine, name="payment_refuse_mine"),
    path("associations/", associations.association_list, name="association_list"),
    path("associations/<str:public_id>/", associations.association, name="association"),
    path("associations/<str:public_id>/<slug:wanted>/", associations.association, name="association_deed"),
    path("rules/<str:public_id>/", rules.rule, name="rule"),
    path("rules/<str:public_id>/<int:number>/data.json", rules.rule_data, name="rule_data"),
    path("rules/<str:public_id>/<int:number>/round.json", rules.rule_run, name="rule_run"),
    path("", include("frontend.urls_pools")),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/verify/", verify.verify, name="ledger_verify"),
    path("ledger/<uuid:entry_id>/", ledger.entry, name="entry"),
    path("ledger/<uuid:entry_id>/receipt/", ledger.receipt, name="entry_receipt"),
    path("ledger/account/<str:code>/<str:currency>/", ledger.account, name="account"),
    path("desk/pools/<str:public_id>/simulate/", simulating.pool_simulate, name="pool_simulate"),
    path("desk/", include("frontend.urls_desk")),
]
