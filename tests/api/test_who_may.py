"""Who may do what over the API: each role × each action × own and other village, cell by cell.

The table says who may; nothing in it is computed from the code's own. On every denial also: nothing changed.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests.api.acting import Act
from tests.api.acts_bank import BANK_ACTS
from tests.api.acts_cards import CARD_ACTS
from tests.api.acts_cash import CASH_ACTS
from tests.api.acts_exchange import EXCHANGE_ACTS
from tests.api.acts_money import MONEY_ACTS
from tests.api.acts_organisations import ORGANISATION_ACTS
from tests.api.acts_pools import POOL_ACTS
from tests.api.acts_projects import PROJECT_ACTS
from tests.api.acts_returns import RETURN_ACTS
from tests.api.acts_transfers import TRANSFER_ACTS
from tests.api.acts_watch import WATCH_ACTS
from tests.factories import roles
from tests.factories.api import caller
from tests.factories.funds import open_village_project

pytestmark = pytest.mark.django_db
ACTS = [
    *PROJECT_ACTS,
    *MONEY_ACTS,
    *BANK_ACTS,
    *ORGANISATION_ACTS,
    *POOL_ACTS,
    *CASH_ACTS,
    *EXCHANGE_ACTS,
    *CARD_ACTS,
    *TRANSFER_ACTS,
    *RETURN_ACTS,
    *WATCH_ACTS,
]
NOT_OURS = {"django_session", "birge_cache", "django_migrations"}
REFUSALS = {401: "not_authenticated", 403: "not_allowed", 404: "not_found", 400: "invalid", 409: "conflict"}


def digests(names: Iterable[str]) -> dict[str, str]:
    """Return a digest of the rows of each of these tables."""
    rows = {}
    with connection.cursor() as cursor:
        for table in names:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return rows


@functools.cache
def tables() -> list[str]:
    """Return the names of all tables with something of ours."""
    return [name for name in connection.introspection.table_names() if name not in NOT_OURS]


def expected(act: Act, who: str) -> int:
    """Return the status that this cell of the table stands for."""
    if who in act.may:
        return 200
    if who == "guest":
        return act.guest
    return next((status for status, people in act.told.items() if who in people), act.denied)


def written() -> dict[str, int]:
    """Return how many rows were written in this transaction so far, also by what was taken back since.

    By table where the database tells (PostgreSQL), else all in one: then any of them may be what was written to.
    """
    if connection.vendor == "sqlite":
        return dict.fromkeys(tables(), connection.connection.total_changes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def outcome(act: Act, scene: roles.Scene, who: str) -> int | str:
    """Let this person try, and return what came of it: 200 for done, the status of a refusal, or what is wrong.

    All is taken back. Where nothing was written, nothing changed; else the tables are compared with what they were.
    """
    user = scene.people[who]
    start = transaction.savepoint()
    method, path, body = act.send(scene, user)
    client = caller(user)
    cache.clear()
    ready, rows, changed = transaction.savepoint(), written(), []
    response = client.call(method, path, body, form=act.form)
    touched = [table for table, count in written().items() if count != rows.get(table, 0) and table not in NOT_OURS]
    if touched:
        now = digests(touched)
        transaction.savepoint_rollback(ready)
        before = digests(touched)
        changed = [table for table in touched if now[table] != before[table]]
    transaction.savepoint_rollback(start)
    if response.status_code < 300:
        return 200 if changed else "nothing happened"
    if changed:
        return f"refused with {response.status_code}, but {changed} changed"
    kind = response.json()["type"].rpartition("/")[2]
    return response.status_code if kind == REFUSALS.get(response.status_code) else f"{response.status_code} {kind}"


@pytest.mark.parametrize("act", ACTS, ids=[act.name for act in ACTS])
def test_cell_by_cell(act):
    scene = roles.scene(open_village_project())
    act.stage(scene)
    unknown = (act.may | set().union(*act.told.values())) - roles.EVERYONE
    assert not unknown, "the table names people who do not exist"
    wrong: dict[str, Any] = {}
    for who in scene.people:
        done = outcome(act, scene, who)
        if done != expected(act, who):
            wrong[who] = f"{done} instead of {expected(act, who)}"
    assert set(scene.people) == roles.EVERYONE
    assert not wrong
