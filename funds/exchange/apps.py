"""Django's record of this app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """What custodians exchanged, and what they have not exchanged yet."""

    name = "funds.exchange"
    label = "exchange"
