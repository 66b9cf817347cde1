"""The app's configuration."""

from django.apps import AppConfig


class StraysConfig(AppConfig):
    """Money of unknown origin: claimed by whoever paid it, or sent back."""

    name = "funds.strays"
    label = "strays"
