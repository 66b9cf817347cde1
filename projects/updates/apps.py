"""Django's record of this app."""

from django.apps import AppConfig


class UpdatesConfig(AppConfig):
    """Progress reports with photos."""

    name = "projects.updates"
    label = "updates"
