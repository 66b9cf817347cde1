"""Django's record of this app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to people: e-mail and SMS."""

    name = "birge.notifications"
    label = "notifications"
