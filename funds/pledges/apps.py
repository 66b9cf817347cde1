"""Django's record of this app."""

from django.apps import AppConfig


class PledgesConfig(AppConfig):
    """Promises of money."""

    name = "funds.pledges"
    label = "pledges"
