"""Django's record of this app."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Money on its way from one custodian to another, and who said that it left and arrived."""

    name = "funds.transfers"
    label = "transfers"
