"""Messages that wait to be sent, or were."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from birge import clock


class Notice(models.Model):
    """One message to one address. What it said is erased once it is sent; that it was sent is kept."""

    class Kind(models.TextChoices):
        """By which way."""

        EMAIL = "email", _("e-mail")
        SMS = "sms", _("text message")

    to_kind = models.CharField(max_length=5, choices=Kind.choices)
    to = models.CharField(max_length=254)  # emptied when sent
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    context = models.JSONField(default=dict)  # plain text values; emptied when sent
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["sent_at", "next_try_at"], name="notice_to_send")]

    def __str__(self) -> str:
        """Return the template: an address does not belong into a log."""
        return f"{self.template} {self.pk}"
