"""The demonstration on one's own machine: SQLite, play money, accounts whose codes anyone may see."""

import os

from .base import *  # noqa: F403
from .base import PAYMENT_PROVIDERS, VAR

BIRGE_DEMO = True
DEBUG = os.environ.get("BIRGE_DEBUG") == "1"
SECRET_KEY = "demonstration-only-" + "not-a-secret-" * 4
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CASH_OTHER_DEVICE = False  # here one browser plays everybody
PAYMENT_PROVIDERS = [*PAYMENT_PROVIDERS, "funds.payments.providers.sandbox"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR / "mail"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
