"""The ledger at a million entries: checking all of it, and looking at a page of it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from server import ROOT, Server


def grow(server: Server, environment: dict[str, str], entries: int, write: Callable[[], object]) -> None:
    """Post until there are so many entries, give them their places, sign."""
    while int(server.psql("SELECT count(*) FROM ledger_entry")) < entries:
        write()
    subprocess.run(
        [sys.executable, "manage.py", "sequence"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    server.psql("VACUUM ANALYZE")


def verification(environment: dict[str, str], folder: Path) -> list[str]:
    """Write the archive and let birge-verify check it in a process of its own; return time and peak memory."""
    subprocess.run(
        [sys.executable, "manage.py", "ledger_export"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    archive = next((folder / "exports").glob("*.tar.gz"))
    child = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "birge_engine.verify", str(archive)],
        env=child,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(done.stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        "| full verification by birge-verify | measured | goal |",
        "| --- | ---: | ---: |",
        f"| {done.stdout.split()[1]} entries, archive of {archive.stat().st_size / 1e6:.0f} MB | {took:.1f} s | 20 s |",
        f"| peak memory of any program in this run | {peak:.0f} MB | 300 MB |",
    ]


def explorer(environment: dict[str, str]) -> list[str]:
    """Ask for pages as a browser does; return queries and milliseconds of each."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("pages.py"))],
        env={**environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}:{ROOT / 'engine'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = ["| page of the explorer | queries | median of 20 | goal |", "| --- | ---: | ---: | ---: |"]
    for name, queries, took in json.loads(done.stdout):
        lines.append(f"| {name} | {queries} | {took * 1000:.0f} ms | 6 queries |")
    return lines
