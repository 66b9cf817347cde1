"""Django's record of this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and how they prove who they are."""

    name = "birge.accounts"
    label = "accounts"
