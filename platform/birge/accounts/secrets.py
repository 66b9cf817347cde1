"""Secrets of second factors are encrypted where they lie: a stolen copy of the database opens no desk."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def _cipher() -> MultiFernet:
    """Return the cipher of settings.MFA_KEYS: the first key encrypts, all of them decrypt (so that keys can change)."""
    keys = [
        hashlib.sha256(b"birge/mfa/v1|" + key.encode()).digest() for key in settings.MFA_KEYS or [settings.SECRET_KEY]
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class MFAAdapter(DefaultMFAAdapter):
    """allauth's second factors, with their secrets and recovery seeds encrypted."""

    def encrypt(self, text: str) -> str:
        """Return what is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises ValueError if none of the keys fits: then the factor must be set up anew."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ValueError("no key of MFA_KEYS opens this second factor") from error
