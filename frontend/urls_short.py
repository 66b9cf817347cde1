"""Short addresses without a language, for messages and print; each leads into the reader's language."""

from django.urls import path

from frontend.views import documents, money, public

urlpatterns = [
    path("", public.root, name="root"),
    path("m/<str:token>", money.money_link, name="money_short"),
    path("d/<str:public_id>/", documents.document_serve, name="document"),
    path("d/<str:public_id>/<int:width>/", documents.document_serve, name="document_sized"),
]
