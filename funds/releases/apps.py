"""Django's record of this app."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Letting a tranche go, and the receipts for it."""

    name = "funds.releases"
    label = "releases"
