"""Reading news."""

from __future__ import annotations

from projects.works.models import Milestone

from .models import UpdatePhoto


def has_photos(milestone: Milestone) -> bool:
    """Say whether a stage was shown in at least one photo."""
    return UpdatePhoto.objects.filter(update__milestone=milestone).exists()
