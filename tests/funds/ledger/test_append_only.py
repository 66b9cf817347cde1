"""The tables of the ledger only grow: the database itself refuses everything else, whoever asks."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from birge_engine.note import COSIGNATURE, key_of, note_cosign, note_parse
from funds.ledger import models
from funds.ledger.checks import check_ledger
from funds.ledger.commitments import commitment_make, opening_keep, openings_erase
from funds.ledger.models import Balance, Checkpoint, Command, Cosignature, DonorOpening, Entry, Outbox
from funds.ledger.sequencing import sequence
from funds.ledger.triggers_log import TRIGGERS
from tests.factories.ledger import BANK, HELD, K, draft, posted, received

pytestmark = pytest.mark.django_db
CLOSED = (  # no row of these ever changes
    models.Account,
    models.Entry,
    models.Posting,
    models.LogLeaf,
    models.LogNode,
    models.LogKey,
    models.Checkpoint,
    models.Cosignature,
    models.StatementLine,
)
LEDGER = (*CLOSED, models.Balance, models.Command, models.Outbox, models.LogHead, DonorOpening)
TABLES = [model._meta.db_table for model in LEDGER]
COLUMNS = [
    (model._meta.db_table, f'"{field.column}"')
    for model in (*CLOSED, models.Outbox)
    for field in model._meta.local_concrete_fields
]
ALREADY = "is there already|begins at nothing|next place|being written"
LEAF = (  # for one of the entries that wait
    "INSERT INTO ledger_logleaf (idx, entry_id, hash) SELECT {}, entry_id, hash FROM ledger_outbox "
    "CROSS JOIN (SELECT hash FROM ledger_logleaf WHERE idx = 0) AS any_hash ORDER BY id LIMIT 1 OFFSET {}"
)


@pytest.fixture(autouse=True)
def books(signer, all_levels):
    """Two payments, one tied to a donor, stand in the books and in the signed log, which a witness saw; two wait."""
    received(500)
    commitment, opening = commitment_make("payment", "GGGG7777")
    opening_keep(
        opening, posted(draft(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300), commitment=commitment), key="second")[0]
    )
    sequence(signer=signer)
    cosign()
    received(20)
    received(30)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    before = contents()
    assert all(before.values()), "a table without a row shows nothing"
    yield
    assert contents() == before


def cosign():
    checkpoint, witness = Checkpoint.objects.get(), Ed25519PrivateKey.generate()
    line = note_cosign(note_parse(checkpoint.note).text, "witness.test", witness, 1_800_000_000).line()
    vkey = str(key_of("witness.test", witness, COSIGNATURE))
    Cosignature.objects.create(checkpoint=checkpoint, vkey=vkey, line=line)


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
    assert set(TABLES) == {model._meta.db_table for model in apps.get_app_config("ledger").get_models()}
    assert set(TRIGGERS.tables) == set(TABLES)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_field_of_what_was_booked_is_updated(table, column):
    refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", [table for table in TABLES if table not in ("ledger_donoropening", "ledger_outbox")])
def test_nothing_is_deleted(table):
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.sqlite
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_nothing_is_replaced(table, verb, recursive):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers={recursive}")
        try:
            refused(f"{verb} INTO {table} SELECT * FROM {table}", ALREADY)
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")  # the connection outlives the test


SLIPPED_IN = [
    f"INSERT INTO ledger_posting (entry_id, k, account_id, amount, currency) "
    f"SELECT 'f', {k}, id, {amount}, currency FROM ledger_account WHERE code LIKE 'bank:%'"
    for k, amount in ((0, 5), (1, -5))
]
PLACES = [LEAF.format(2, 0), LEAF.format(3, 1)]
WAITS = "(SELECT MIN(entry_id) FROM ledger_outbox)"


@pytest.mark.parametrize(
    ("table", "other", "after"),
    [
        ("ledger_entry", {"id": "'f'", "n": "n + 100"}, SLIPPED_IN),
        ("ledger_posting", {"entry_id": "'f'", "version": "NULL"}, []),
        ("ledger_logleaf", {"idx": "2", "entry_id": WAITS}, []),
        ("ledger_lognode", {"idx": "1"}, PLACES),
        ("ledger_statementline", {"idx": "2"}, PLACES),
    ],
)
@pytest.mark.sqlite
def test_no_row_takes_the_hidden_place_of_another(table, other, after):
    """REPLACE removes the row with the same rowid as well, whatever its key."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
        columns = [row[0] for row in cursor.fetchall()]
    names = ", ".join(map(quoted, columns))
    values = ", ".join(other.get(column, quoted(column)) for column in columns)
    refused(
        f"INSERT OR REPLACE INTO {table} (rowid, {names}) SELECT rowid, {values} FROM {table} LIMIT 1",
        "the row is there already",
        after=after,
    )


@pytest.mark.parametrize(
    "sql",
    [
        "INTO ledger_logleaf (idx, entry_id, hash) SELECT 4, entry_id, hash FROM ledger_logleaf WHERE idx = 3",
        "INTO ledger_lognode (level, idx, hash) SELECT 1, 1, hash FROM ledger_lognode",
        "INTO ledger_statementline (account_id, idx, amount, balance) SELECT id, 3, 1, 1 FROM ledger_account",
    ],
)
@pytest.mark.sqlite
def test_nothing_is_replaced_while_its_place_is_being_written(sql):
    written = [] if "logleaf" in sql else [f"INSERT {sql}"]
    refused(f"INSERT OR REPLACE {sql}", "the row is there already", after=[*PLACES, *written])


@pytest.mark.parametrize("table", [model._meta.db_table for model in (*CLOSED, models.Outbox)])
@pytest.mark.sqlite
def test_nothing_is_updated_by_replacing(table):
    refused(f"UPDATE OR REPLACE {table} SET rowid = 1")
    refused(f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET rowid = 1", ALREADY)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.postgresql
def test_nothing_is_truncated(table):
    refused(f"TRUNCATE {table} CASCADE", f"{table}: TRUNCATE is refused")  # by its own trigger


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
    refused(
        f"MERGE INTO {table} AS kept USING {table} AS new ON kept.ctid = new.ctid WHEN MATCHED THEN DELETE",
        "only grows|no place in the log yet",
    )


def test_django_is_refused_like_everyone():
    for act in (
        lambda: Entry.objects.update(group="X"),
        lambda: Outbox.objects.all().delete(),
        lambda: Command.objects.all()._raw_delete("default"),
        lambda: models.Posting.objects.update(amount=1),
        lambda: models.LogLeaf.objects.all().delete(),
        lambda: Checkpoint.objects.update(note=""),
        lambda: models.LogHead.objects.update(size=1),
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
        assert check_ledger() == []
        transaction.set_rollback(True)


def test_a_balance_is_there_for_each_guarded_account_and_no_other():
    assert list(Balance.objects.values_list("account__code", "amount", "version")) == [(HELD, 850, 4)]


# What waits for the log


def test_an_entry_waits_until_it_has_its_place():
    refused("DELETE FROM ledger_outbox", "no place in the log yet")
    refused("DELETE FROM ledger_outbox", "no place in the log yet", after=[LEAF.format(2, 0)])


def test_an_entry_that_has_its_place_waits_no_longer():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEAF.format(2, 0))
        cursor.execute("DELETE FROM ledger_outbox WHERE entry_id IN (SELECT entry_id FROM ledger_logleaf)")
        assert cursor.rowcount == 1
        transaction.set_rollback(True)


def test_an_entry_that_has_its_place_never_waits_again():
    refused("INSERT INTO ledger_outbox (entry_id) SELECT entry_id FROM ledger_logleaf", "has its place in the log")
    refused(
        "INSERT INTO ledger_outbox (entry_id) SELECT entry_id FROM ledger_logleaf WHERE idx = 2",
        "has its place in the log|is there already|unique",
        after=[LEAF.format(2, 0)],
    )


# How the log grows


@pytest.mark.parametrize("index", [-1, 3, 1_000_000])
def test_a_place_in_the_log_is_the_next_one(index):
    refused(LEAF.format(index, 0), "not the next place")


@pytest.mark.parametrize(("first", "second"), [(2, 4), (3, 4), (-1, 2)])
def test_places_that_are_given_at_once_have_no_gap(first, second):
    number = f"CASE id WHEN (SELECT MIN(id) FROM ledger_outbox) THEN {first} ELSE {second} END"
    refused(LEAF.format(number, 0).replace("LIMIT 1", "LIMIT 2"), "not the next place")


def test_an_entry_has_one_place():
    refused(
        "INSERT INTO ledger_logleaf (idx, entry_id, hash) SELECT 2, entry_id, hash FROM ledger_logleaf WHERE idx = 0",
        "is there already|unique",
    )


@pytest.mark.parametrize(
    "change", ["size = size", "size = size - 1", "size = 0", "frontier = frontier", "id = 2", "id = 2, size = size + 1"]
)
def test_the_head_of_the_log_moves_on(change):
    refused(f"UPDATE ledger_loghead SET {change}", "the log only grows")


@pytest.mark.parametrize("further", [1, 3, 1_000_000])
def test_the_head_of_the_log_stands_where_the_leaves_end(further):
    refused(f"UPDATE ledger_loghead SET size = size + {further}", "where the leaves end")
    refused(
        f"UPDATE ledger_loghead SET size = size + {further}",
        "where the leaves end",
        after=[LEAF.format(2, 0), LEAF.format(3, 1)],
    )


def test_the_head_of_the_log_moves_with_its_leaves():
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in (LEAF.format(2, 0), LEAF.format(3, 1), "UPDATE ledger_loghead SET size = size + 2"):
            cursor.execute(sql)
            assert cursor.rowcount == 1
        transaction.set_rollback(True)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_there_is_one_head_of_the_log(number):
    refused(
        f"INSERT INTO ledger_loghead (id, size, frontier) SELECT {number}, 5, frontier FROM ledger_loghead",
        "is there already|unique|one_log_head",
    )


@pytest.mark.parametrize("size", [0, 1, 3, 1_000_000])
def test_a_checkpoint_is_of_the_head(size):
    refused(
        "INSERT INTO ledger_checkpoint (size, root, note, created_at) "
        f"SELECT {size}, root, note, created_at FROM ledger_checkpoint",
        "not of the head",
    )


@pytest.mark.parametrize("index", [-1, 0, 1, 3])
def test_a_statement_line_is_of_a_place_that_is_being_written(index):
    sql = "INSERT INTO ledger_statementline (account_id, idx, amount, balance) SELECT id, {}, 1, 1 FROM ledger_account"
    refused(sql.format(index), "being written|is there already|unique", after=[LEAF.format(2, 0)])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEAF.format(2, 0))
        cursor.execute(sql.format(2))
        transaction.set_rollback(True)


@pytest.mark.parametrize(("level", "index"), [(1, -1), (2, 0), (1, 2), (8, 0)])
def test_a_node_is_of_places_that_are_being_written(level, index):
    sql = "INSERT INTO ledger_lognode (level, idx, hash) SELECT {}, {}, hash FROM ledger_lognode"
    refused(sql.format(level, index), "being written", after=[LEAF.format(2, 0)])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEAF.format(2, 0))
        cursor.execute(LEAF.format(3, 1))
        cursor.execute(sql.format(1, 1))
        transaction.set_rollback(True)
