"""Django's record of this app."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """What follows a gift, by published rule."""

    name = "funds.matching"
    label = "matching"
