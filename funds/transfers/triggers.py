"""What the database itself keeps: the history of transfers only grows."""

from __future__ import annotations

from birge.appendonly import append_only

STEPS = append_only("transfers_transferstep")
