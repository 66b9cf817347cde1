"""Django's record of this app."""

from django.apps import AppConfig


class CashConfig(AppConfig):
    """Cash in somebody's hands: its receipts, how long it lies there, and how it came to the bank."""

    name = "funds.cash"
    label = "cash"
