"""Production refuses to start half configured, and has nothing of the demonstration in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMPLETE = {
    "SECRET_KEY": "not a secret, but long enough to look like one, and with many letters",
    "ALLOWED_HOSTS": "birge.example",
    "CSRF_TRUSTED_ORIGINS": "https://birge.example",
    "SITE_URL": "https://birge.example",
    "DATABASE_URL": "postgresql://birge_app@127.0.0.1/birge",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
}


def production(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a line of Python with the settings of production and this environment; an empty value is none."""
    ours = {name: value for name, value in (COMPLETE | changes).items() if value}
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("", "platform", "engine")),
        "DJANGO_SETTINGS_MODULE": "birge.settings.production",
        **ours,
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def value(expression: str) -> str:
    done = production(f"from django.conf import settings; print({expression})")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///birge.sqlite3"}, "DATABASE_URL"),
    ],
)
def test_production_does_not_start_half_configured(missing, named):
    done = production("from django.conf import settings; settings.DEBUG", **missing)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert named in done.stderr


def test_production_has_no_play_money_and_no_movable_clock():
    assert value("settings.DEBUG, settings.BIRGE_DEMO") == "False False"
    assert "sandbox" not in value("settings.PAYMENT_PROVIDERS")


def test_production_speaks_https_only():
    assert (
        value("settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE")
        == "True True True"
    )
    assert int(value("settings.SECURE_HSTS_SECONDS")) >= 31_536_000


def test_passwords_are_kept_with_argon2():
    assert value("settings.PASSWORD_HASHERS[0]").endswith("Argon2PasswordHasher")


def test_pages_load_nothing_from_elsewhere():
    directives = value("settings.CONTENT_SECURITY_POLICY['DIRECTIVES']")
    assert "unsafe" not in directives
    assert "http" not in directives


def test_djangos_own_check_of_a_deployment_finds_nothing():
    done = production(
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'])"
    )
    assert done.returncode == 0, done.stderr[-2000:]
