"""Play money cannot be loaded outside the demonstration: the whole start is refused."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START = """
import sys
sys.path[1:1] = ["platform", "engine"]
from django.conf import settings
import birge.settings.tests as shape
values = {name: getattr(shape, name) for name in dir(shape) if name.isupper()}
settings.configure(**{**values, "BIRGE_DEMO": False})
import django
django.setup()
"""


def test_the_start_is_refused_with_a_clear_word():
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "play money" in done.stderr
