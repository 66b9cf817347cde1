#!/usr/bin/env python
"""Prepare everything, then serve: the pages, the worker that sends messages, the sequencer, and time that passes.

Ctrl-C ends all of it. `PORT` chooses another port than 8000.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
HOST, PORT = "127.0.0.1", int(os.environ.get("PORT", "8000"))
TICK_SECONDS = 300
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "birge.settings.demo",
    "SITE_URL": f"http://{HOST}:{PORT}",
    "BIND": f"{HOST}:{PORT}",
    "LOG_LEVEL": "WARNING",
    "PYTHONUNBUFFERED": "1",
} | os.environ
Services = dict[str, subprocess.Popen[bytes]]


def main() -> NoReturn:
    """Serve until told to stop."""
    if _taken():
        raise SystemExit(f"Port {PORT} is in use. Choose another: make run PORT={PORT + 1}")
    subprocess.run([sys.executable, ROOT / "tools" / "prepare.py"], cwd=ROOT, env=ENVIRONMENT, check=True)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    services: Services = {}
    try:
        services["the web server"] = _start("-m", "gunicorn", "birge.wsgi:application")
        services["the worker"] = _start("manage.py", "db_worker")
        services["the sequencer"] = _start("manage.py", "sequence", "--every", "1")
        _wait_until_it_answers(services)
        sys.stdout.write(
            f"\nBirge is at http://{HOST}:{PORT}/  Whom to sign in as: http://{HOST}:{PORT}/en/demo/\nCtrl-C ends it.\n"
        )
        sys.stdout.flush()
        _watch(services)
    finally:
        _end(services)


def _taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, PORT))
        except OSError:
            return True
    return False


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us only, and we end the others in order.
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=ENVIRONMENT, start_new_session=True)


def _wait_until_it_answers(services: Services) -> None:
    while True:
        _all_alive(services)
        with socket.socket() as probe:
            if probe.connect_ex((HOST, PORT)) == 0:
                return
        time.sleep(0.2)


def _watch(services: Services) -> NoReturn:
    next_tick = time.monotonic()
    while True:
        _all_alive(services)
        if time.monotonic() >= next_tick:
            for command in (["tick"], ["ledger_export", "--if-due"]):
                subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=ENVIRONMENT, check=False)
            next_tick = time.monotonic() + TICK_SECONDS
        time.sleep(0.5)


def _all_alive(services: Services) -> None:
    for name, service in services.items():
        if service.poll() is not None:
            raise SystemExit(f"Ending, for {name} has ended with {service.returncode}.")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _end(services: Services) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    for service in services.values():
        service.terminate()
    for service in services.values():
        try:
            service.wait(timeout=15)
        except subprocess.TimeoutExpired:
            service.kill()


if __name__ == "__main__":
    main()
