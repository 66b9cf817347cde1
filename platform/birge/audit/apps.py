"""Django's record of this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What was done by whom, never changed afterwards."""

    name = "birge.audit"
    label = "audit"
