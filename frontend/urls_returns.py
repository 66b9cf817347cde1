"""Money that goes back or on, and receipts on paper: the donors' pages."""

from django.urls import path

from frontend.views import returns

urlpatterns = [
    path("money/<str:token>/if-it-fails/", returns.wish, name="wish_change"),
    path("money/<str:token>/give-back/", returns.no_move, name="move_refuse"),
    path("money/<str:token>/account/", returns.account, name="back_account"),
    path("money/<str:token>/paid/<str:public_id>/receipt.pdf", returns.receipt, name="receipt_pdf"),
    path("money/<str:token>/back/<str:public_id>/receipt.pdf", returns.back_receipt, name="back_receipt_pdf"),
    path("pools/gift/<str:token>/paid/<str:public_id>/receipt.pdf", returns.pool_receipt, name="pool_receipt_pdf"),
    path("my-gifts/<int:year>/receipt.pdf", returns.my_year, name="my_year_pdf"),
]
