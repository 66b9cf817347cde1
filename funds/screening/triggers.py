"""What the database itself keeps: lists, looks into them and decisions only grow."""

from __future__ import annotations

from birge.appendonly import append_only

SCREENING = (
    append_only(
        "screening_blocklist",
        same=(
            "id = NEW.id OR public_id = NEW.public_id "
            "OR (source = NEW.source AND version = NEW.version AND sha256 = NEW.sha256)"
        ),
    )
    + append_only("screening_blockedname")
    + append_only("screening_blockedword")
    + append_only("screening_screeningrecord", same="id = NEW.id OR public_id = NEW.public_id")
    + append_only(
        "screening_screeningdecision",
        same="id = NEW.id OR public_id = NEW.public_id OR record_id = NEW.record_id",
    )
)
