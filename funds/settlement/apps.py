"""Django's record of this app."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """What one fact about money sets off, in one transaction."""

    name = "funds.settlement"
    label = "settlement"
