"""Measure the ledger beside pgbench on one PostgreSQL, and print the table of docs/benchmarks.md.

    python benchmarks/ledger/run.py [--seconds 10] [--rounds 3] [--million 1000000] [--write]

Everything is a ratio to TPC-B with 8 clients in the same run; the rounds are interleaved, medians are shown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from million import explorer, grow, verification
from server import ROOT, Server

HERE = Path(__file__).resolve().parent
WAYS = {  # name → (way, spread, processes, threads)
    "in the caller's transaction, 1 writer, spread": ("service", "spread", 1, 1),
    "in the caller's transaction, 8 writers, spread": ("service", "spread", 2, 4),
    "in the caller's transaction, 8 writers, one hot account": ("service", "hot", 2, 4),
    "in one call, 1 writer, spread": ("call", "spread", 1, 1),
    "in one call, 8 writers, spread": ("call", "spread", 2, 4),
    "in one call, 1 writer, one hot account": ("call", "hot", 1, 1),
    "in one call, 8 writers, one hot account": ("call", "hot", 2, 4),
    "in batches of 500, 1 writer, spread": ("batch", "spread", 1, 1),
    "in batches of 500, 8 writers, spread": ("batch", "spread", 2, 4),
}
POSTING = "in the caller's transaction, 8 writers, spread"  # what the sequencer is measured against
GOALS = {
    "in one call, 8 writers, spread": 0.45,
    "in one call, 8 writers, one hot account": 0.25,
    "in batches of 500, 8 writers, spread": 1.5,
}


def main() -> None:
    """Run everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", type=int, default=1_000_000, help="entries for the last part; 0 leaves it out")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md too")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="birge-", dir="/tmp"))
    server = Server(folder / "pg")
    try:
        text = "\n".join(_all(server, folder, options))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(text + "\n")
    if options.write:
        (ROOT / "docs" / "benchmarks.md").write_text(_page(text))


def _all(server: Server, folder: Path, options: argparse.Namespace) -> list[str]:
    server.prepare()
    _warm(server)
    rates: dict[str, list[float]] = defaultdict(list)
    late: dict[str, list[float]] = defaultdict(list)
    for _round in range(options.rounds):
        for clients in (2, 8):
            rates[f"TPC-B, {clients} clients"].append(server.tpcb(clients, options.seconds))
        for name, way in WAYS.items():
            rate, p99 = _write(server, options.seconds, *way)
            rates[name].append(rate)
            late[name].append(p99)
    base = statistics.median(rates["TPC-B, 8 clients"])
    lines = [
        _machine(server),
        "",
        "| what | per second | ratio to TPC-B, 8 clients | goal | p99 of a call |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, found in rates.items():
        rate, goal = statistics.median(found), GOALS.get(name)
        p99 = f"{statistics.median(late[name]) * 1000:.0f} ms" if late.get(name) else ""
        lines.append(f"| {name} | {rate:,.0f} | {rate / base:.2f} | {goal or ''} | {p99} |")
    lines += ["", *_sequencer(server, folder, options, statistics.median(rates[POSTING]))]
    if options.million:
        lines += ["", *_million(server, folder, options.million)]
    return lines


def _warm(server: Server) -> None:
    """Let all accounts come into being, and the database know its tables, as after a first day."""
    _write(server, 8, "batch", "spread", 1, 1)
    _write(server, 2, "batch", "hot", 1, 1)
    server.psql("VACUUM ANALYZE")


def _write(server: Server, seconds: int, way: str, spread: str, processes: int, threads: int) -> tuple[float, float]:
    """Return entries per second and the 99th percentile of a call in seconds."""
    seeds = [f"{time.time_ns()}-{n}" for n in range(processes)]
    command = [sys.executable, str(HERE / "writer.py"), way, spread, str(threads), str(seconds)]
    running = [
        subprocess.Popen([*command, seed], env=server.environment(), stdout=subprocess.PIPE, text=True)
        for seed in seeds
    ]
    said = [json.loads(process.communicate()[0]) for process in running]
    calls = sorted(call for each in said for call in each["calls"])
    return sum(each["entries"] / each["seconds"] for each in said), calls[int(len(calls) * 0.99)]


def _sequencer(server: Server, folder: Path, options: argparse.Namespace, rate: float) -> list[str]:
    environment = {**server.environment(), "LEDGER_SIGNER": str(folder / "signer")}
    _manage(environment, "ledger_key")
    backlog = int(server.psql("SELECT count(*) FROM ledger_outbox"))
    begun = time.perf_counter()
    _manage(environment, "sequence")
    drained = backlog / (time.perf_counter() - begun)
    alone, beside = [], []
    server.psql("VACUUM ANALYZE")
    start = server.psql("SELECT COALESCE(max(size), 0) FROM ledger_checkpoint")
    for _round in range(options.rounds):
        alone.append(_write(server, options.seconds, "service", "spread", 2, 4)[0])
        _manage(environment, "sequence")
        start = server.psql("SELECT max(size) FROM ledger_checkpoint") if not beside else start
        sequencer = subprocess.Popen(
            [sys.executable, "manage.py", "sequence", "--every", "1"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(1)
        beside.append(_write(server, options.seconds, "service", "spread", 2, 4)[0])
        time.sleep(3)
        sequencer.terminate()
        sequencer.wait()
        lag = _lag(server, start)
    cost = 1 - statistics.median(beside) / statistics.median(alone)
    return [
        "| sequencer, every second | measured | goal |",
        "| --- | ---: | ---: |",
        f"| what it costs 8 writers | {cost:.1%} | under 5% |",
        f"| from writing to the signed checkpoint, p50 | {lag[0]:.2f} s | |",
        f"| from writing to the signed checkpoint, p99 | {lag[1]:.2f} s | 2 s |",
        f"| a backlog of {backlog:,} drained, per second | {drained:,.0f} | {5 * rate:,.0f} (5 × posting) |",
    ]


def _lag(server: Server, start: str) -> tuple[float, float]:
    """Return the median and 99th percentile of seconds between an entry's writing and its checkpoint."""
    said = server.psql(
        "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP "
        "(ORDER BY extract(epoch FROM c.created_at - e.created_at)) FROM "
        "(SELECT size, created_at, COALESCE(lag(size) OVER (ORDER BY size), 0) AS before FROM ledger_checkpoint) c "
        "JOIN ledger_logleaf l ON l.idx >= c.before AND l.idx < c.size JOIN ledger_entry e ON e.id = l.entry_id "
        f"WHERE c.before >= {start} AND e.created_at > (SELECT max(created_at) FROM ledger_entry) - interval '8 s'"
    )
    half, most = said.strip().strip("{}").split(",")
    return float(half), float(most)


def _million(server: Server, folder: Path, entries: int) -> list[str]:
    environment = {
        **server.environment(),
        "LEDGER_SIGNER": str(folder / "signer"),
        "LEDGER_EXPORTS": str(folder / "exports"),
    }
    grow(server, environment, entries, lambda: _write(server, 20, "batch", "spread", 2, 4))
    return [*verification(environment, folder), "", *explorer(environment)]


def _manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
    )


def _machine(server: Server) -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(": ")[2] for line in lines if "model name" in line), "an unknown kind")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    return (
        f"{time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores of {cpu}, {memory} GB, "
        f"Python {platform.python_version()}, PostgreSQL {server.psql('SHOW server_version').strip()} with its default "
        "durability; writers and server share the cores."
    )


SHORT = """## Where it falls short, and why

Writers and server share two cores, and most of the work is PostgreSQL's: triggers check every entry whoever writes
it, its sum, its book, the versions and balances of guarded accounts, that it is sealed once. TPC-B checks nothing. We
keep them: a faster ledger that can be made to lie is not what this one is for. What was tried and kept: one function
in the database instead of ten round trips, lookups by key with lasting plans, fewer indexes, no foreign keys to rows
that nobody can delete (they lock what they name), texts instead of small arrays over the wire. A hot account waits
for the disk: its lock is held until the commit is flushed.
"""


def _page(text: str) -> str:
    return (
        "# What the ledger takes\n\nPrinted by `make benchmark` (`benchmarks/ledger/run.py`). Trust the ratios, not "
        f"the figures: they are of one machine on one day.\n\n{text}\n\n{SHORT}"
    )


if __name__ == "__main__":
    main()
