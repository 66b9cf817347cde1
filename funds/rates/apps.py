"""Django's record of this app."""

from django.apps import AppConfig


class RatesConfig(AppConfig):
    """What other currencies are worth, by whom it is said and for which day."""

    name = "funds.rates"
    label = "rates"
