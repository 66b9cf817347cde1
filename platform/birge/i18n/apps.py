"""Django's record of this app."""

from django.apps import AppConfig


class I18nConfig(AppConfig):
    """Languages, number and money formats."""

    name = "birge.i18n"
    label = "i18n"
