"""What a run says of itself: the seed of its order, and what was not run.

A test that could not run proves nothing, so it is named at the end; with BIRGE_NOTHING_SKIPPED=1 it fails.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
NOTHING_SKIPPED = os.environ.get("BIRGE_NOTHING_SKIPPED") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let what was skipped fail where nothing may be skipped."""
    report = yield
    return _strict(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for whole modules."""
    report = yield
    return _strict(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was not run, and the seed that gives the same order again."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"not run: {report.nodeid}: {reason(report)}")
    seed = config.getoption("randomly_seed", None)
    if seed not in (None, "default"):
        terminalreporter.write_line(f"the same order again: --randomly-seed={seed}")


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why it was skipped, without where."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _strict(report: Report) -> Report:
    if NOTHING_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        report.longrepr = f"not run, and here nothing may be skipped: {reason(report)}"
        report.outcome = "failed"
    return report
