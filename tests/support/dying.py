"""A process that dies before its n-th statement or call to Stripe: what is done by then is done, what is not is not."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any, NoReturn

from django.db import connection, connections

from funds.payments.providers.stripe import gateway

KILLED = 9


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
