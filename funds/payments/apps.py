"""Django's record of this app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money that came in, and the ways it comes."""

    name = "funds.payments"
    label = "payments"
