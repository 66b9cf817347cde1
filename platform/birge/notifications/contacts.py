"""Where a person can be reached."""

from __future__ import annotations

from typing import NamedTuple


class Contact(NamedTuple):
    """`kind` is "email" or "sms"; `value` an address or an E.164 number."""

    kind: str
    value: str
