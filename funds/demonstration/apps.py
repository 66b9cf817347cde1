"""Django's record of this app."""

from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    """Ten invented communities with their projects, for trying things out."""

    name = "funds.demonstration"
    label = "demonstration"
