"""The tables of the ledger only grow: the database itself refuses everything else, whoever asks."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from funds.ledger import models
from funds.ledger.commitments import commitment_make, opening_keep, openings_erase
from funds.ledger.models import Balance, Command, DonorOpening, Entry, Outbox
from funds.ledger.triggers import TRIGGERS
from tests.factories.ledger import BANK, HELD, K, draft, posted, received

pytestmark = pytest.mark.django_db
LEDGER = (models.Account, models.Entry, models.Posting, models.Balance, models.Command, models.Outbox, DonorOpening)
CLOSED = (models.Account, models.Entry, models.Posting, models.Outbox)  # no row of these ever changes
TABLES = [model._meta.db_table for model in LEDGER]
COLUMNS = [
    (model._meta.db_table, f'"{field.column}"') for model in CLOSED for field in model._meta.local_concrete_fields
]


@pytest.fixture(autouse=True)
def books():
    """Two payments stand in the books, one tied to a donor."""
    received(500)
    commitment, opening = commitment_make("payment", "GGGG7777")
    opening_keep(
        opening, posted(draft(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300), commitment=commitment), key="second")[0]
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    before = contents()
    yield
    assert contents() == before


def contents():
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(map(repr, cursor.fetchall()))
        return found


def quoted(column):
    return connection.ops.quote_name(column)


def refused(sql, why="this table only grows", after=()):
    """Whoever runs `sql`, after some statements that are taken, is refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in after:
            cursor.execute(statement)
        with pytest.raises(IntegrityError, match=why), transaction.atomic():
            cursor.execute(sql)
        transaction.set_rollback(True)


def test_all_tables_of_the_ledger_are_guarded():
    from django.apps import apps

    assert set(TABLES) == {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}
    assert set(TRIGGERS.tables) == set(TABLES)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_field_of_what_was_booked_is_updated(table, column):
    refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", [table for table in TABLES if table != "ledger_donoropening"])
def test_nothing_is_deleted(table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.sqlite
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_nothing_is_replaced(table, verb, recursive):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={recursive}")
    refused(f"{verb} INTO {table} SELECT * FROM {table}", "is there already|begins at nothing")


@pytest.mark.parametrize(
    ("table", "other"),
    [("ledger_entry", {"id": "'f'", "n": "n + 100"}), ("ledger_posting", {"entry_id": "'f'", "version": "NULL"})],
)
@pytest.mark.sqlite
def test_no_row_takes_the_hidden_place_of_another(table, other):
    """REPLACE removes the row with the same rowid as well, whatever its key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
        columns = [row[0] for row in cursor.fetchall()]
    names = ", ".join(map(quoted, columns))
    values = ", ".join(other.get(column, quoted(column)) for column in columns)
    refused(
        f"INSERT OR REPLACE INTO {table} (rowid, {names}) SELECT rowid, {values} FROM {table} LIMIT 1",
        "the row is there already",
        after=[
            "INSERT INTO ledger_posting (entry_id, k, account_id, amount, currency) "
            f"SELECT 'f', {k}, id, {amount}, currency FROM ledger_account WHERE code LIKE 'bank:%'"
            for k, amount in ((0, 5), (1, -5))
            if table == "ledger_entry"
        ],
    )


@pytest.mark.parametrize("table", [model._meta.db_table for model in CLOSED])
@pytest.mark.sqlite
def test_nothing_is_updated_by_replacing(table):
    refused(f"UPDATE OR REPLACE {table} SET rowid = 1")
    refused(f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET rowid = 1", "already")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.postgresql
def test_nothing_is_truncated(table):
    refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.postgresql
def test_nothing_is_changed_by_an_insert_that_conflicts_or_by_a_merge(table, column):
    any_refusal = "only grows|sealed|postings|next version|ended before"
    refused(
        f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ON CONSTRAINT {table}_pkey "
        f"DO UPDATE SET {column} = EXCLUDED.{column}",
        any_refusal,
    )
    refused(
        f"MERGE INTO {table} AS kept USING {table} AS new ON kept.ctid = new.ctid "
        f"WHEN MATCHED THEN UPDATE SET {column} = new.{column}"
    )
    refused(f"MERGE INTO {table} AS kept USING {table} AS new ON kept.ctid = new.ctid WHEN MATCHED THEN DELETE")


def test_django_is_refused_like_everyone():
    for act in (
        lambda: Entry.objects.update(group="X"),
        lambda: Outbox.objects.all().delete(),
        lambda: Command.objects.all()._raw_delete("default"),
        lambda: models.Posting.objects.update(amount=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


# What may change, and how far


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1",
        "amount = amount + 1, version = version + 1",
        "amount = 0, version = version + 1",
        "version = version + 1",
        "version = version - 1",
        "version = 1000000",
        "account_id = account_id + 1000",
        "amount = amount",
    ],
)
def test_a_balance_moves_with_its_postings_only(change):
    refused(f"UPDATE ledger_balance SET {change}", "only moves on|with its postings only")


def test_a_balance_begins_at_nothing():
    refused(
        "INSERT INTO ledger_balance (account_id, amount, version) "
        "SELECT id, 100000, 0 FROM ledger_account WHERE code LIKE 'bank:%'",
        "begins at nothing",
    )


@pytest.mark.parametrize("column", [field.column for field in Command._meta.local_concrete_fields])
def test_a_finished_command_stays_as_it_is(column):
    refused(f"UPDATE ledger_command SET {column} = {column}", "a result is set once")


@pytest.mark.parametrize(
    "change", ["scope = 'x'", "key = 'x'", "request_hash = 'x'", "id = 1000", "created_at = '2000-01-01'"]
)
def test_a_command_that_runs_gets_its_result_and_nothing_else(change):
    with transaction.atomic():
        command = Command.objects.create(scope="test", key="runs")
        refused(f"UPDATE ledger_command SET {change} WHERE id = {command.pk}", "a result is set once")
        transaction.set_rollback(True)


@pytest.mark.parametrize("column", [field.column for field in DonorOpening._meta.local_concrete_fields])
def test_what_opens_a_commitment_is_not_changed(column):
    refused(f"UPDATE ledger_donoropening SET {column} = {column}")


def test_but_it_is_erased_with_its_person_and_the_books_stay_true():
    with transaction.atomic():
        assert openings_erase(subject_ref="GGGG7777") == 1
        assert openings_erase(subject_ref="GGGG7777") == 0
        assert Entry.objects.exclude(commitment="").count() == 1
        from funds.ledger.checks import check_ledger

        assert check_ledger() == []
        transaction.set_rollback(True)


def test_a_balance_is_there_for_each_guarded_account_and_no_other():
    assert list(Balance.objects.values_list("account__code", "amount", "version")) == [(HELD, 800, 2)]
