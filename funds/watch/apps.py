"""Django's record of this app."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """What looks like abuse, put before people: never a silent block."""

    name = "funds.watch"
    label = "watch"
