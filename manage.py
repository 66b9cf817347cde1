#!/usr/bin/env python
"""Run a management command of Birge."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[1:1] = [str(ROOT / "platform"), str(ROOT / "engine")]

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
