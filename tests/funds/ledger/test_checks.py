"""Every check finds what it is there for: someone who owns the database changes one thing, and is found out.

The triggers are taken away for the change and put back, so that they are not what gives it away.
"""

import ast
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from funds.ledger import checks
from funds.ledger.checks import Fault, check_ledger
from funds.ledger.models import Entry
from tests.factories.ledger import (
    PROMISED,
    PROMISOR,
    K,
    draft,
    posted,
    received,
)
from tests.factories.tampering import Editor, change, checks_that_find, found, key, without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.plants_faults]


# The triggers themselves


def test_books_that_nobody_touched_agree(there):
    assert check_ledger() == []


def test_triggers_that_were_put_back_are_as_before(there):
    with without_triggers():
        assert checks_that_find() == {"triggers"}
    assert check_ledger() == []


def test_a_trigger_that_was_dropped(there):
    on_table = " ON ledger_entry" if connection.vendor == "postgresql" else ""
    if connection.vendor == "postgresql":
        Editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Editor.execute(f"DROP TRIGGER ledger_entry_no_update{on_table}")
    assert check_ledger() == [Fault("triggers", "ledger_entry_no_update", "is not installed")]


@pytest.mark.sqlite
def test_a_trigger_that_does_nothing_under_the_old_name(there):
    Editor.execute("DROP TRIGGER ledger_entry_no_update")
    Editor.execute("CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT 1; END")
    assert check_ledger() == [Fault("triggers", "ledger_entry_no_update", "is not what it should be")]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("sql", "name", "text"),
    [
        ("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_seal", "ledger_entry_seal", "is not what it should be"),
        (
            "ALTER TABLE ledger_entry ENABLE REPLICA TRIGGER ledger_entry_seal",
            "ledger_entry_seal",
            "is not what it should be",
        ),
        (
            "CREATE OR REPLACE FUNCTION ledger_entry_seal() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RETURN NEW; END $$",
            "ledger_entry_seal",
            "does not do what it should",
        ),
        (
            "CREATE OR REPLACE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH ROW "
            "WHEN (NEW.n_postings < 0) EXECUTE FUNCTION ledger_entry_refuse()",
            "ledger_entry_no_update",
            "is not what it should be",
        ),
        (
            "CREATE OR REPLACE TRIGGER ledger_entry_no_update BEFORE UPDATE OF kind ON ledger_entry FOR EACH ROW "
            "EXECUTE FUNCTION ledger_entry_refuse()",
            "ledger_entry_no_update",
            "is not what it should be",
        ),
    ],
)
def test_a_trigger_that_is_switched_off_or_rewritten(there, sql, name, text):
    Editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Editor.execute(sql)
    assert check_ledger() == [Fault("triggers", name, text)]


def test_a_trigger_of_somebody_else(there):
    if connection.vendor == "sqlite":
        Editor.execute("CREATE TRIGGER helper AFTER INSERT ON ledger_entry BEGIN SELECT 1; END")
    else:
        Editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        Editor.execute(
            "CREATE TRIGGER helper BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()"
        )
    assert check_ledger() == [Fault("triggers", "helper", "is not ours")]


# What rows name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_posting", "entry_id"),
        ("ledger_posting", "account_id"),
        ("ledger_entry", "command_id"),
        ("ledger_outbox", "entry_id"),
        ("ledger_donoropening", "entry_id"),
        ("ledger_logleaf", "entry_id"),
        ("ledger_statementline", "account_id"),
    ],
)
def test_a_row_that_names_what_does_not_exist(in_log, table, column):
    nothing = "'ffffffffffffffffffffffffffffffff'" if column == "entry_id" else "999999"
    off, on = {
        "sqlite": ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"),
        "postgresql": ("SET session_replication_role = replica", "SET session_replication_role = origin"),
    }[connection.vendor]
    Editor.execute(off)
    if connection.vendor == "sqlite":
        with without_triggers():
            Editor.execute(f"UPDATE {table} SET {column} = {nothing} WHERE rowid = (SELECT MIN(rowid) FROM {table})")
    else:
        Editor.execute(f"UPDATE {table} SET {column} = {nothing} WHERE ctid = (SELECT MIN(ctid) FROM {table})")
    Editor.execute(on)
    assert len(found("rows")) == 1


# Entries


def test_an_amount_that_was_changed_in_one_posting(there):
    change("UPDATE ledger_posting SET amount = amount + 1 WHERE entry_id = %s AND k = 0", key(there["donor"]))
    assert found("balance") == {str(there["donor"].pk)}
    assert checks_that_find() == {"balance", "leaf", "shape", "assets"}


def test_an_amount_that_was_changed_in_both_postings(there):
    change("UPDATE ledger_posting SET amount = amount * 2 WHERE entry_id = %s", key(there["donor"]))
    assert found("leaf") == {str(there["donor"].pk)}
    assert checks_that_find() == {"leaf", "balances"}


def test_an_amount_changed_together_with_its_leaf_and_balance(there):
    """Whoever changes it everywhere within an entry is found where the entry is ended."""
    gift = there[K.PLEDGE_CONFIRMED]
    leaf = bytes(gift.leaf).replace(b"30000", b"90000")
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_posting SET amount = amount * 3 WHERE entry_id = %s", [key(gift)])
        cursor.execute("UPDATE ledger_entry SET leaf = %s WHERE id = %s", [leaf, key(gift)])
    assert found("links") == {str(there["met"].pk)}
    assert found("openings") == {PROMISED}


def test_a_posting_that_was_taken_away(there):
    change("DELETE FROM ledger_posting WHERE entry_id = %s AND k = 0", key(there["donor"]))
    assert found("balance") == {str(there["donor"].pk)}


def test_a_number_of_postings_that_was_changed(there):
    change("UPDATE ledger_entry SET n_postings = 3 WHERE id = %s", key(there["donor"]))
    assert check_ledger() == [
        Fault("balance", str(there["donor"].pk), "has not as many postings as it was sealed with")
    ]


def test_another_currency_than_the_accounts(there):
    change("UPDATE ledger_posting SET currency = 'USD' WHERE entry_id = %s", key(there["donor"]))
    assert found("balance") == {str(there["donor"].pk)}
    assert "leaf" in checks_that_find()


def test_an_account_of_another_book(there):
    change("UPDATE ledger_entry SET book = 'pledge' WHERE id = %s", key(there["donor"]))
    assert found("balance") == {str(there["donor"].pk)}


@pytest.mark.parametrize(
    "column", ["date = '2020-01-01'", "kind = 'village.paid'", "\"group\" = 'G'", "tag = 't'", "commitment = ''"]
)
def test_what_the_leaf_says_otherwise(there, column):
    change(f"UPDATE ledger_entry SET {column} WHERE id = %s", key(there["donor"]))
    assert found("leaf") == {str(there["donor"].pk)}


@pytest.mark.parametrize("leaf", [b"", b"{}", b"not json", b"\xff\x00"])
def test_a_leaf_that_is_none(there, leaf):
    change("UPDATE ledger_entry SET leaf = %s WHERE id = %s", leaf, key(there["donor"]))
    assert checks_that_find() == {"leaf"}
    assert found("leaf") == {str(there["donor"].pk)}


def test_a_leaf_of_another_entry(there):
    change("UPDATE ledger_entry SET leaf = %s WHERE id = %s", bytes(there["wrong"].leaf), key(there["donor"]))
    assert found("leaf") == {str(there["donor"].pk)}


@pytest.mark.parametrize("kind", ["fee.charged", "pledge.confirmed", "made.up"])
def test_a_kind_that_does_not_look_like_this(there, kind):
    change("UPDATE ledger_entry SET kind = %s WHERE id = %s", kind, key(there["donor"]))
    assert found("shape") == {str(there["donor"].pk)}


def test_a_correction_that_names_another_entry(there):
    change("UPDATE ledger_entry SET reverses_id = %s WHERE id = %s", key(there["donor"]), key(there["undone"]))
    assert found("links") == {str(there["undone"].pk)}


def test_an_ending_that_names_nothing(there):
    change("UPDATE ledger_entry SET resolves_id = NULL WHERE id = %s", key(there["met"]))
    assert found("links") == {str(there["met"].pk)}
    assert found("openings") == {PROMISED}


def test_an_ending_that_names_another_promise(there):
    change("UPDATE ledger_entry SET resolves_id = %s WHERE id = %s", key(there["more"]), key(there["met"]))
    assert found("links") == {str(there["met"].pk)}
    assert found("openings") == {PROMISED}


def test_what_was_ended_in_two_ways(there):
    change("UPDATE ledger_entry SET resolves_id = %s WHERE id = %s", key(there["wrong"]), key(there["spent"]))
    assert found("ending") == {str(there["wrong"].pk)}


def test_an_ending_that_was_undone_without_what_it_ended(there):
    change("UPDATE ledger_entry SET reverses_id = %s WHERE id = %s", key(there["met"]), key(there["undone"]))
    assert found("ending") == {str(there[K.PLEDGE_CONFIRMED].pk)}


@pytest.mark.parametrize("column", ["label = 'pledge'", "subject_ref = 'HHHH8888'", "r = 'x'"])
def test_what_does_not_open_its_commitment(there, column):
    change(f"UPDATE ledger_donoropening SET {column}")
    assert check_ledger() == [
        Fault("opening", str(there["donor"].pk), "its commitment is not opened by what was kept for it")
    ]


# All of them

FINDS = {  # what each pass calls its faults
    "triggers_installed": {"triggers"},
    "rows_complete": {"rows"},
    "entries_balance": {"balance"},
    "entries_hold": {"leaf", "shape", "links", "ending", "opening"},
    "accounts_match": {"accounts"},
    "balances_match": {"balances"},
    "floors_held": {"floor"},
    "openings_stand": {"openings"},
    "promises_match": {"promises"},
    "assets_cover": {"assets"},
    "matches_held": {"matches"},
    "spending_accounted": {"spending"},
    "commands_finished": {"commands"},
    "log_complete": {"log"},
    "tree_stands": {"tree"},
    "checkpoints_signed": {"checkpoint"},
    "statements_stand": {"statement"},
}


def test_each_pass_has_found_something_in_these_tests():
    """A new pass needs a planted fault: a test that sees it named, here or in one of the files beside."""
    assert {check.__name__ for check in checks.PASSES} == set(FINDS)
    for name, faults in FINDS.items():
        assert faults <= _seen_named(), f"no test sees what {name} finds"


def _seen_named():
    """Return which faults the tests of the checks look for, by `found("it")` or by `Fault("it", ...)`."""
    calls = [
        node
        for path in Path(__file__).parent.glob("test_checks*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("found", "Fault")
    ]
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def test_the_command_lists_the_faults_and_fails(there):
    change("DELETE FROM ledger_outbox WHERE entry_id = %s", key(there["donor"]))
    errors = StringIO()
    with pytest.raises(CommandError, match="1 fault"):
        call_command("check_ledger", stderr=errors)
    assert errors.getvalue().strip().startswith(f"log: {there['donor'].pk}: neither waits")


def test_the_command_says_so_when_the_books_agree(there):
    said = StringIO()
    call_command("check_ledger", stdout=said)
    assert said.getvalue().strip() == f"The books agree: {Entry.objects.count()} entries, no fault."


def test_the_checks_ask_no_more_for_many_entries_than_for_few(there, django_assert_max_num_queries):
    with django_assert_max_num_queries(1000) as few:
        check_ledger()
    received(1)
    posted(*[draft(K.PLEDGE_CONFIRMED, (PROMISED, 5), (PROMISOR, -5)) for _n in range(100)])
    with django_assert_max_num_queries(len(few)):
        check_ledger()
