"""News from the site: what the village reports, with photos."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from birge import clock
from birge.ids import PublicIdField


class Update(models.Model):
    """One report. It is never edited: a better one is a new one."""

    public_id = PublicIdField()
    project = models.ForeignKey("works.Project", on_delete=models.PROTECT, related_name="updates")
    milestone = models.ForeignKey(
        "works.Milestone", on_delete=models.PROTECT, null=True, blank=True, related_name="updates"
    )
    text = models.TextField()
    language = models.CharField(max_length=2)
    taken_on = models.DateField(null=True, blank=True)  # the day of the photos, as the officer says
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["project", "-created_at"], name="update_by_project")]

    def __str__(self) -> str:
        """Return the public identifier."""
        return str(self.public_id)


class UpdatePhoto(models.Model):
    """A photo of an update, in its place among the others."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="photos")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=160, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["update_id", "position"]
        constraints = [models.UniqueConstraint(fields=["update", "position"], name="update_photo_position")]

    def __str__(self) -> str:
        """Return the caption, or the document."""
        return self.caption or str(self.document)
