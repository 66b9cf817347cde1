"""Addresses of money on its way back, and of receipts."""

from django.urls import path

from . import donors, officers, papers

urlpatterns = [
    path("pledges/<pledge_token:token>/if-it-fails/", donors.WishView.as_view()),
    path("pledges/<pledge_token:token>/give-back/", donors.MoveRefuseView.as_view()),
    path("pledges/<pledge_token:token>/account/", donors.AccountView.as_view()),
    path("pledges/<pledge_token:token>/payments/<pid:public_id>/receipt.pdf", papers.PledgeReceiptView.as_view()),
    path("pledges/<pledge_token:token>/refunds/<pid:public_id>/receipt.pdf", papers.BackReceiptView.as_view()),
    path("pool-gifts/<pledge_token:token>/payments/<pid:public_id>/receipt.pdf", papers.PoolGiftReceiptView.as_view()),
    path("payments/<pid:public_id>/receipt.pdf", papers.PaymentReceiptView.as_view()),
    path("refunds/<pid:public_id>/receipt.pdf", papers.RefundReceiptView.as_view()),
    path("me/gifts/<int:year>/receipt.pdf", papers.MyYearView.as_view()),
    path("projects/<pid:public_id>/returns/", donors.ProjectReturnsView.as_view()),
    path("custodians/<pid:public_id>/refunds.csv", officers.SendingListView.as_view()),
    path("refund-batches/", officers.BatchListView.as_view()),
    path("refund-batches/send/", officers.SendManyView.as_view()),
    path("refund-batches/confirm/", officers.ConfirmManyView.as_view()),
    path("gifts-back/", officers.GiftBackListView.as_view()),
    path("gifts-back/<pid:public_id>/pay/", officers.GiftBackPayView.as_view()),
    path("gifts-back/<pid:public_id>/refuse/", officers.GiftBackRefuseView.as_view()),
]
