"""A process that dies before its n-th statement or call to Stripe: what is done by then is done, what is not is not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any, NoReturn

from django.db import connection, connections

from funds.ledger.checks import check_ledger
from funds.payments.providers.stripe import gateway

KILLED = 9
MOST_STEPS = 500


def kill_at_each_step(
    act: Callable[[], object], *, look: Callable[[], object] | None = None, state: Callable[[], object] | None = None
) -> int:
    """Let the act die before its first step, its second, and so on; return how often it died.

    It ends when the act comes through, or, with `state` (which returns what the act may change), when that has changed:
    it was killed after its commit, while messages left. `look` looks after each death. The books are looked at whenever
    anything was committed (PostgreSQL tells): else they are what they were.
    """
    before, checked = (state() if state else None), None
    for step in range(1, MOST_STEPS):
        if run_until(act, step) != KILLED:
            return step - 1
        if look:
            look()
        changed = state is not None and state() != before
        if (last := last_commit()) != checked:
            assert check_ledger() == []
            checked = last
        if changed:
            return step
    raise AssertionError("it has more steps than we count")


def last_commit() -> Any:
    """Return which transaction that wrote anything was committed last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xid::text FROM pg_last_committed_xact()")
        return cursor.fetchone()


def run_until(act: Callable[[], object], step: int) -> int:
    """Run the act in a process of its own that dies before its n-th statement or call; return its exit status."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        _die_before(act, step)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _die_before(act: Callable[[], object], step: int) -> NoReturn:
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1
        if counted == step:
            os._exit(KILLED)

    def statement(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        count()
        return execute(sql, params, many, context)

    asked = gateway.RequestsClient.request

    def call(self: Any, *given: Any, **more: Any) -> Any:
        count()
        said = asked(self, *given, **more)
        count()  # Stripe has done it, and we are killed before we know
        return said

    gateway.RequestsClient.request = call
    code = 1
    with contextlib.suppress(BaseException):
        with connection.execute_wrapper(statement):
            act()
        connections.close_all()
        code = 0
    os._exit(code)
