"""The same form sent many times at the same moment: done once, and every answer says so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from funds.ledger.models import Entry
from tests.factories import funds as make
from tests.factories.pages import Visitor

# SQLite lets one writer in at a time
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
TAPS = 4


def test_taps_at_once_confirm_once_and_none_is_told_that_its_code_was_wrong():
    world = make.open_village_project()
    payment = make.record(world, make.confirmed_pledge(world.project))
    visitor = Visitor(world.second_officer)
    page, code = visitor.open("custodian_payment", payment.public_id), visitor.code
    before, start = Entry.objects.count(), threading.Barrier(TAPS)

    def tap(_n: int) -> tuple[int, str]:
        one = Visitor(world.second_officer)
        one.client.cookies = visitor.client.cookies
        try:
            start.wait(timeout=30)
            sent = one.send(page, "confirm/", code=code)
            return sent.status, sent.url
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=TAPS) as pool:
        answers = set(pool.map(tap, range(TAPS)))
    assert answers == {(200, page.url)}
    assert Entry.objects.count() - before == 2  # the money, and the promise it met
