"""Short addresses without a language, for messages and print; each leads into the reader's language."""

from django.urls import path

from frontend.views import cards, cash, documents, money, monthly, public, saved_cards
from frontend.views.pools import deciding, gifts, standing
from frontend.views.village.deciding import decide_link

urlpatterns = [
    path("", public.root, name="root"),
    path("m/monthly/<str:token>", monthly.monthly_link, name="monthly_short"),
    path("m/<str:token>", money.money_link, name="money_short"),
    path("g/<str:token>", gifts.gift_link, name="pool_gift_short"),
    path("g/monthly/<str:token>", standing.standing_link, name="pool_standing_short"),
    path("k/<str:public_id>", cash.receipt_link, name="cash_receipt_short"),
    path("c/<str:public_id>/<slug:how>/", cards.card_return, name="card_return"),
    path("k/<str:public_id>/<slug:how>/", saved_cards.saved_return, name="card_saved_return"),
    path("w/<str:public_id>", decide_link, name="village_decide_short"),
    path("v/<str:public_id>", deciding.proposal_link, name="proposal_short"),
    path("d/<str:public_id>/", documents.document_serve, name="document"),
    path("d/<str:public_id>/<int:width>/", documents.document_serve, name="document_sized"),
]
