"""What a rule would give: `python -m birge_engine.matching.simulate --rule RULE.json --contributions FILE.csv`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from .fast import allocate
from .model import Result, RuleError
from .quadratic import Quadratic
from .rules import projects_parse, rule_parse
from .tables import Writable, contributions_read, project_sums_read, result_write

T = TypeVar("T")


class SimulationError(Exception):
    """The simulation cannot be made; the text is one line for whoever asked for it."""


def rule_read(path: Path | str) -> Mapping[str, Any]:
    """Return the data of a rule. Raises RuleError for what is no plain JSON, OSError if there is no such file."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        data = json.loads(text, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)
    except RuleError:
        raise
    except (ValueError, RecursionError) as error:
        raise RuleError("rule", f"is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise RuleError("rule", "is an object with named fields")
    return data


def simulate(
    rule_data: Mapping[str, Any],
    contributions: Path | str | None = None,
    project_sums: Path | str | None = None,
) -> Result:
    """Return what a rule gives for the contributions, or the project sums, of a file.

    Raises RuleError, TableError (both are ValueErrors), and OSError if there is no such file.
    """
    rule, projects = rule_parse(rule_data), projects_parse(rule_data)
    if project_sums is None:
        if contributions is None:
            raise ValueError("either contributions or project sums")
        if isinstance(rule, Quadratic) and rule.unit_value is not None:
            raise RuleError("unit_value", "belongs to project sums")
        return allocate(rule, contributions_read(contributions, rule.currency), projects)
    if not isinstance(rule, Quadratic):
        raise RuleError("kind", "project sums are for quadratic rules")
    return rule.settle_sums(project_sums_read(project_sums), projects)


def simulation_write(
    rule: Path | str,
    contributions: Path | str | None,
    project_sums: Path | str | None,
    out: Path | str | None,
    stdout: Writable,
) -> None:
    """Read the rule and its file, and write the allocations as CSV to `out` (None: to `stdout`).

    Raises SimulationError with one line for everything that can be wrong with what is read.
    """
    named = contributions if project_sums is None else project_sums
    data = _in_words(rule, rule, lambda: rule_read(rule))
    result = _in_words(named, rule, lambda: simulate(data, contributions, project_sums))
    _in_words(out, rule, lambda: _written(result, data["currency"], out, stdout))


def _in_words(named: Path | str | None, rule: Path | str, call: Callable[[], T]) -> T:
    """Return what `call` returns; whatever it raises about files and what is in them becomes one line."""
    try:
        return call()
    except RuleError as error:
        text = f"{rule}: {error}"
    except OSError as error:
        text = f"{error.filename or named or 'output'}: {error.strerror or error}"
    except ValueError as error:
        text = f"{named or 'output'}: {error}"
    raise SimulationError(" ".join(text.split()))


def _written(result: Result, currency: str, out: Path | str | None, stdout: Writable) -> None:
    if out is None:
        result_write(result, currency, stdout)
        return
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        result_write(result, currency, file)


def _no_float(text: str) -> NoReturn:
    raise RuleError(
        "rule", f"has a floating-point number, which is not exact everywhere: write it as text: {text[:40]!r}"
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise RuleError(next(name for name in names if names.count(name) > 1)[:80], "stands there twice")
    return found


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the simulation."""
    parser.add_argument("--rule", required=True, metavar="RULE.json", help="the rule")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--contributions",
        metavar="FILE.csv",
        help="contribution_id,project_id,donor_id,amount, and perhaps currency,confirmed_at",
    )
    source.add_argument(
        "--project-sums", metavar="FILE.csv", help="project_id,contributed,sum_sqrt, for rounds with secret donors"
    )
    parser.add_argument("--out", metavar="FILE.csv", help="where to write; standard output without it")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the simulation. Returns 0, or 2 after one line of what was wrong."""
    parser = argparse.ArgumentParser(prog="birge_engine.matching.simulate", description=__doc__)
    arguments(parser)
    options = parser.parse_args(argv)
    try:
        simulation_write(options.rule, options.contributions, options.project_sums, options.out, sys.stdout)
    except SimulationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
