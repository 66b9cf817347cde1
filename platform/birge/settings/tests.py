"""The test suite: as production, with a fast hasher and messages kept in memory. The database is chosen by tests/."""

from .base import *  # noqa: F403
from .base import PAYMENT_PROVIDERS, REST_FRAMEWORK, VAR

BIRGE_DEMO = True
SECRET_KEY = "tests-only-" * 6
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PAYMENT_PROVIDERS = [*PAYMENT_PROVIDERS, "funds.payments.providers.sandbox"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = VAR / "test-media"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
ACCOUNT_RATE_LIMITS = False
