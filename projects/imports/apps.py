"""Django's record of this app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """A village's list of projects becomes drafts."""

    name = "projects.imports"
    label = "imports"
