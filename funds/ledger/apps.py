"""Django's record of this app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Double-entry books that only grow."""

    name = "funds.ledger"
    label = "ledger"
