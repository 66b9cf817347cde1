"""Django's record of this app."""

from django.apps import AppConfig


class PoolsConfig(AppConfig):
    """Money held together for a purpose, and who decides on it."""

    name = "funds.pools"
    label = "pools"
