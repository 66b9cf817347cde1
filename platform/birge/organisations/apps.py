"""Django's record of this app."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Whom people act for, and by which office."""

    name = "birge.organisations"
    label = "organisations"
