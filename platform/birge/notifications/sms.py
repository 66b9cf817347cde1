"""The way out for text messages: a port with two small ends. A gateway is a third, chosen by SMS_BACKEND."""

from __future__ import annotations

import sys
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsBackend(Protocol):
    """What a gateway must be able to do."""

    def send(self, to: str, text: str) -> None:
        """Send `text` to an E.164 number, or raise."""
        ...


class ConsoleSms:
    """Prints the message: for one's own machine."""

    def send(self, to: str, text: str) -> None:
        """Write it to standard output."""
        sys.stdout.write(f"SMS to {to}:\n{text}\n")


class MemorySms:
    """Keeps the messages: for tests."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def send(self, to: str, text: str) -> None:
        """Put it into `sent`."""
        self.sent.append((to, text))


def sms_backend() -> SmsBackend:
    """Return the gateway of this installation."""
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    return backend
