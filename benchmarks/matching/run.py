"""Measure the matching engine beside pandas: read one million contributions, and add them up by project.

    python benchmarks/matching/run.py [--rows 1000000] [--rounds 5] [--full]

Each run is a process of its own. What is timed is from the file to the result, without starting Python and importing;
everything is a ratio to `pandas.read_csv` and a group-by of the same file in the same run. The rounds are interleaved,
medians are shown, and the most memory that a process had.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BASE = "pandas: read_csv, groupby(project).sum"
CURRENCY = "KGS"
POOL = 50_000_000
PARTIES = [{"party": party, "share": share} for party, share in (("donors", "0.25"), ("village", "0.25"))]
RULES: dict[str, dict[str, Any]] = {
    "proportional": {"kind": "proportional", "rate": "0.5", "cap_per_project": 1_000_000},
    "proportional, pool runs dry": {"kind": "proportional", "rate": "0.5", "pool": POOL, "cap_per_project": 1_000_000},
    "shares": {"kind": "shares", "parties": [*PARTIES, {"party": "matching", "share": "0.5"}], "pool": POOL},
    "quadratic: normalised": {"kind": "quadratic", "variant": "normalised", "pool": POOL},
    "quadratic: sum_of_roots": {"kind": "quadratic", "variant": "sum_of_roots", "pool": POOL},
    "quadratic: capital_constrained": {"kind": "quadratic", "variant": "capital_constrained", "pool": POOL},
    "quadratic: pairwise": {"kind": "quadratic", "variant": "pairwise", "threshold": 2500, "pool": POOL},
    "quadratic: pairwise_bounded": {
        "kind": "quadratic",
        "variant": "pairwise_bounded",
        "threshold": 2500,
        "pool": POOL,
    },
    "lump": {"kind": "lump", "pool": POOL},
}
# One gift after the other, as the platform does it; once, with --full.
SLOW: dict[str, dict[str, Any]] = {
    "proportional, cap per donor (gift by gift)": {"kind": "proportional", "rate": 1, "cap_per_donor": 1000},
    "tiers (gift by gift)": {
        "kind": "tiers",
        "per": "donor",
        "tiers": [{"up_to": 500, "rate": "0.5"}, {"up_to": None, "rate": 0}],
    },
    "challenge": {"kind": "challenge", "amount": 1000, "goal": {"donors": 100}},
}
GOALS = {name: 15 if "pairwise" in name else 3 for name in RULES if "bounded" not in name and name != "lump"}


def main() -> None:
    """Run everything and print it; `--child` is one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="the kinds that go gift by gift, too (minutes)")
    parser.add_argument("--child", nargs=2, metavar=("RULE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.stdout.write(json.dumps(_child(*options.child)))
        return
    with tempfile.TemporaryDirectory(prefix="birge-") as folder:
        path = Path(folder) / "contributions.csv"
        sys.stdout.write(contributions_write(path, options.rows) + "\n\n")
        sys.stdout.write("\n".join(_table(path, options.rounds, full=options.full)) + "\n")


def contributions_write(path: Path, rows: int) -> str:
    """Write the contributions, always the same; returns what they are like.

    200 000 donors, a few of whom give very often, to 2 000 projects, a few of which are very popular. Six of ten
    gifts go to the donor's own village; half are round sums, some have tyiyn; the file is in the order of time.
    """
    import numpy as np

    random = np.random.default_rng(20260314)
    projects, donors = 2_000, 200_000
    popular = random.lognormal(0, 1.2, projects)
    often = random.pareto(2.2, donors) + 0.3
    donor = random.choice(donors, rows, p=often / often.sum())
    home = random.choice(projects, donors, p=popular / popular.sum())
    abroad = random.choice(projects, rows, p=popular / popular.sum())
    project = np.where(random.random(rows) < 0.6, home[donor], abroad)
    amount = np.exp(random.normal(7, 1.1, rows))
    kind = random.random(rows)
    round_sum = np.maximum(100, np.round(amount / 500) * 500)
    amount = np.where(
        kind < 0.5, round_sum, np.maximum(10, np.where(kind < 0.8, np.round(amount, -1), np.round(amount)))
    )
    tyiyn = np.where(random.random(rows) < 0.15, random.integers(0, 100, rows), 0)
    at = np.datetime_as_string(np.sort(random.integers(1_700_000_000, 1_730_000_000, rows)).astype("datetime64[s]"))
    with path.open("w") as file:
        file.write("contribution_id,project_id,donor_id,amount,currency,confirmed_at\n")
        for number, row in enumerate(zip(project, donor, amount.astype(int), tyiyn, at, strict=True)):
            to, by, som, small, when = row
            file.write(f"c{number:07d},p{to:04d},d{by:06d},{som}.{small:02d},{CURRENCY},{when}Z\n")
    pairs = len(np.unique(project * donors + donor))
    return (
        f"{rows:,} contributions, {len(np.unique(project)):,} projects, {len(np.unique(donor)):,} donors, "
        f"{pairs:,} pairs of both, the most popular project has {np.bincount(project).max():,} gifts; "
        f"{path.stat().st_size / 1e6:.0f} MB. Python {platform.python_version()}, {os.cpu_count()} cores"
    )


def _table(path: Path, rounds: int, *, full: bool) -> list[str]:
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for _round in range(rounds):
        for name in (BASE, *RULES):
            found[name].append(_run(name, path))
    for name in SLOW if full else ():
        found[name].append(_run(name, path))
    base = statistics.median(each["seconds"] for each in found[BASE])
    lines = [
        f"| what ({rounds} rounds) | seconds | of which reading | ratio | goal | most memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, runs in found.items():
        seconds, reading = (statistics.median(each[part] for each in runs) for part in ("seconds", "reading"))
        goal = f"≤ {GOALS[name]}" if name in GOALS else ""
        memory = max(each["memory"] for each in runs)
        lines.append(f"| {name} | {seconds:.2f} | {reading:.2f} | {seconds / base:.2f} | {goal} | {memory:.0f} MB |")
    return lines


def _run(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _child(name: str, path: str) -> dict[str, float]:
    import resource
    import time

    if name == BASE:
        import pandas

        start = time.perf_counter()
        frame = pandas.read_csv(path)
        read = time.perf_counter()
        frame.groupby("project_id")["amount"].sum()
    else:
        sys.path.insert(0, str(ROOT / "engine"))
        from birge_engine.matching import fast, rules, tables

        rule = rules.rule_parse({"currency": CURRENCY, **(RULES | SLOW)[name]})
        start = time.perf_counter()
        gifts = tables.contributions_read(path, CURRENCY)
        read = time.perf_counter()
        fast.allocate(rule, gifts)
    end = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000  # kB on Linux
    return {"seconds": end - start, "reading": read - start, "memory": memory}


if __name__ == "__main__":
    main()
