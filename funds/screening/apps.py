"""Django's record of this app."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Dated lists of banks, persons and firms that may not be dealt with, and who decided what about a likeness."""

    name = "funds.screening"
    label = "screening"
