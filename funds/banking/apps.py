"""Django's record of this app."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    """What banks say came and went."""

    name = "funds.banking"
    label = "banking"
