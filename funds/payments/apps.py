"""Django's record of this app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money that came in."""

    name = "funds.payments"
    label = "payments"

    def ready(self) -> None:
        """Load every provider now, so that play money outside the demonstration stops the start, not a payer."""
        from .providers.registry import providers

        providers()
