"""Django's record of this app."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Our books beside what banks and providers say, every day."""

    name = "funds.reconciliation"
    label = "reconciliation"
