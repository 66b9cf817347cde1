"""Questions to a village, in public, and its answers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from birge import clock
from birge.ids import PublicIdField


class Question(models.Model):
    """What somebody wants to know. While it is unanswered the page says since when."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asker_name = models.CharField(max_length=80, blank=True)  # as they want to be shown
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    language = models.CharField(max_length=2)
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(max_length=300, blank=True)  # abuse only, by a platform administrator

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-asked_at"], name="question_by_project")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="question_answered_by_someone",
            )
        ]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)
