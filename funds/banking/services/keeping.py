"""A file between being looked at and being taken in: kept by its own hash, for a day at most."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from birge import clock

from ..models import BankAccount

KEPT_HOURS = 24
_HASH = re.compile(r"[0-9a-f]{64}")


def upload_keep(account: BankAccount, data: bytes) -> str:
    """Keep a file that an officer of this account uploaded; return by what it is found. Old ones go."""
    _sweep(account)
    key = hashlib.sha256(data).hexdigest()
    if not default_storage.exists(_path(account, key)):
        default_storage.save(_path(account, key), ContentFile(data))
    return key


def upload_kept(account: BankAccount, key: str) -> bytes | None:
    """Return a kept file of this account, or None. The caller knows that whoever asks may see the account."""
    if not _HASH.fullmatch(key) or not default_storage.exists(_path(account, key)):
        return None
    with default_storage.open(_path(account, key)) as stream:
        data: bytes = stream.read()
    return data


def upload_forget(account: BankAccount, key: str) -> None:
    """Delete a kept file."""
    if _HASH.fullmatch(key):
        default_storage.delete(_path(account, key))


def _sweep(account: BankAccount) -> None:
    folder = f"statements/{account.public_id}"
    before = clock.now() - dt.timedelta(hours=KEPT_HOURS)
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            if default_storage.get_modified_time(f"{folder}/{name}") < before:
                default_storage.delete(f"{folder}/{name}")


def _path(account: BankAccount, key: str) -> str:
    return f"statements/{account.public_id}/{key}"
