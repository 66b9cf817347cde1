"""What officers say about what does not agree."""

from __future__ import annotations

from api.fields import StrictSerializer, Text


class NoteInput(StrictSerializer):
    """What was found out."""

    note = Text(max_length=300)
