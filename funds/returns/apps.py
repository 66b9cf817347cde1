"""Django's record of this app."""

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Money on its way back: who gets which part of it, what donors want done with theirs, and how far it has come."""

    name = "funds.returns"
    label = "returns"
