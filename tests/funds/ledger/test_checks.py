"""Every check finds what it is there for: someone who owns the database changes one thing, and is found out.

The triggers are taken away for the change and put back, so that they are not what gives it away.
"""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from funds.ledger import checks, codes
from funds.ledger.checks import Fault, check_ledger
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.models import Account, Entry
from funds.ledger.triggers import TRIGGERS
from tests.factories.ledger import (
    ACCOUNTABLE,
    ADVANCE,
    ANOTHER,
    BANK,
    BANK_OF_OTHER,
    CUSTODIAN,
    HELD,
    HELD_BY_OTHER,
    PROMISED,
    PROMISOR,
    UNIDENTIFIED,
    VILLAGE,
    K,
    draft,
    one,
    openings,
    posted,
    received,
    undone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.plants_faults]


class Editor:
    """As much of Django's schema editor as triggers need."""

    connection = connection

    @staticmethod
    def execute(sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


@contextmanager
def without_triggers():
    if connection.vendor == "postgresql":
        Editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    TRIGGERS.drop(Editor)
    yield
    TRIGGERS.create(Editor)


@pytest.fixture
def there():
    """Books with a bit of everything; the entries that others may name."""
    there = openings()
    commitment, opening = commitment_make("payment", "GGGG7777")
    there["donor"] = one(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300), commitment=commitment)
    opening_keep(opening, there["donor"])
    there["met"] = one(K.PLEDGE_MET, (PROMISED, -300_00), (PROMISOR, 300_00), resolves=there[K.PLEDGE_CONFIRMED])
    there["more"] = one(K.PLEDGE_CONFIRMED, (PROMISED, 77), (PROMISOR, -77))
    there["wrong"] = received(88)
    there["undone"] = undone(there["wrong"])[0]
    there["spent"] = one(K.EXPENSE_DOCUMENTED, (codes.spent(CUSTODIAN, "BBBB3333", 1), 99), (ADVANCE, -99))
    received(5, to=HELD_BY_OTHER, of=BANK_OF_OTHER)  # another custodian's accounts
    one(K.VILLAGE_SPENT, (codes.spent(CUSTODIAN, ANOTHER, 1), 5), (codes.accountable(CUSTODIAN, ANOTHER), -5))
    assert check_ledger() == []
    return there


def account(code, currency="KGS"):
    return Account.objects.get(code=code, currency=currency).pk


def change(sql, *parameters):
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0


def key(entry):
    return entry.pk.hex if connection.vendor == "sqlite" else entry.pk


def found(check):
    """Return where a check finds faults."""
    return {fault.where for fault in check_ledger() if fault.check == check}


def checks_that_find():
    return {fault.check for fault in check_ledger()}


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
    ],
)
def test_a_row_that_names_what_does_not_exist(there, table, column):
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


# Accounts


@pytest.mark.parametrize(
    "column",
    ["type = 'reserve'", "normal = -normal", "guarded = NOT guarded", "purpose_ref = 'X'", "custodian_ref = ''"],
)
def test_an_account_that_says_of_itself_what_its_code_does_not(there, column):
    change(f"UPDATE ledger_account SET {column} WHERE id = %s", account(HELD))
    assert found("accounts") == {HELD}


@pytest.mark.parametrize("code", ["gold:AAAA2222:main", "held"])
def test_an_account_that_is_none(there, code):
    change("UPDATE ledger_account SET code = %s WHERE id = %s", code, account(HELD))
    assert found("accounts") == {code}


@pytest.mark.parametrize("column", ["amount = amount + 1", "amount = 0", "version = version + 1"])
def test_a_balance_that_was_changed(there, column):
    change(f"UPDATE ledger_balance SET {column} WHERE account_id = %s", account(HELD))
    assert checks_that_find() == {"balances"}
    assert found("balances") == {HELD}


def test_a_balance_that_was_taken_away(there):
    change("DELETE FROM ledger_balance WHERE account_id = %s", account(HELD))
    assert check_ledger() == [Fault("balances", HELD, "is guarded but keeps no balance")]


def test_a_version_that_was_left_out(there):
    change(
        "UPDATE ledger_posting SET version = version + 1 WHERE account_id = %s AND version = "
        "(SELECT MAX(version) FROM ledger_posting p WHERE p.account_id = ledger_posting.account_id)",
        account(HELD),
    )
    assert HELD in found("balances")


def test_a_version_where_none_belongs(there):
    change("UPDATE ledger_posting SET version = 1 WHERE entry_id = %s AND k = 0", key(there["donor"]))
    assert found("balances") == {str(there["donor"].pk)}


def test_an_order_in_which_there_was_not_enough(there):
    """The same postings, but the money leaves before it came."""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("SELECT MAX(version) FROM ledger_posting WHERE account_id = %s", [account(ADVANCE)])
        assert cursor.fetchone() == (2,)
        for before, after in ((1, 9), (2, 1), (9, 2)):
            cursor.execute(
                "UPDATE ledger_posting SET version = %s WHERE account_id = %s AND version = %s",
                [after, account(ADVANCE), before],
            )
    assert found("floor") == {ADVANCE}
    assert checks_that_find() == {"floor", "leaf"}


def test_a_promise_below_nothing(there):
    change("UPDATE ledger_posting SET amount = -amount WHERE entry_id = %s", key(there["more"]))
    assert Fault("openings", PROMISED, "is below nothing: -77") in check_ledger()


def test_a_promise_that_another_stands_for(there):
    change(
        "UPDATE ledger_posting SET account_id = %s WHERE entry_id = %s AND k = 1", account(VILLAGE), key(there["more"])
    )
    assert found("promises") == {f"{CUSTODIAN}:village-BBBB3333 KGS", "donors KGS"}


def test_money_that_lies_with_another_custodian(there):
    change(
        "UPDATE ledger_posting SET account_id = %s WHERE entry_id = %s AND k = 0",
        account(BANK_OF_OTHER),
        key(there["donor"]),
    )
    assert found("assets") == {"AAAA2222 KGS", "CCCC4444 KGS"}


def test_spending_that_another_project_accounts_for(there):
    change(
        "UPDATE ledger_posting SET account_id = %s WHERE account_id = %s",
        account(codes.accountable(CUSTODIAN, ANOTHER)),
        account(ACCOUNTABLE),
    )
    assert found("spending") == {f"{CUSTODIAN} {project} KGS" for project in ("BBBB3333", ANOTHER)}


# Commands and the log


def test_a_command_without_its_result(there):
    change("UPDATE ledger_command SET result_ref = '' WHERE id = %s", there["donor"].command_id)
    assert check_ledger() == [Fault("commands", str(there["donor"].command), "was never finished")]


def test_an_entry_that_vanished_with_all_that_named_it(there):
    """The last traces: its command, and the balance of what it moved."""
    gone = posted(
        draft(K.PAYMENT_UNIDENTIFIED, (BANK, 5), (UNIDENTIFIED, -5)),
        draft(K.PAYMENT_UNIDENTIFIED, (BANK, 6), (UNIDENTIFIED, -6)),
        key="two entries",
    )[0]
    with without_triggers(), connection.cursor() as cursor:
        for table, column in (("ledger_outbox", "entry_id"), ("ledger_posting", "entry_id"), ("ledger_entry", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [key(gone)])
    assert found("commands") == {"test two entries"}
    assert found("balances") == {UNIDENTIFIED}


def test_an_entry_that_is_kept_from_the_log(there):
    change("DELETE FROM ledger_outbox WHERE entry_id = %s", key(there["donor"]))
    assert check_ledger() == [Fault("outbox", str(there["donor"].pk), "was never put into the outbox")]


# All of them


def test_each_pass_has_found_something_in_these_tests():
    """A new pass needs a planted fault: name it here once it has one."""
    assert {check.__name__ for check in checks.PASSES} == {
        "triggers_installed",
        "rows_complete",
        "entries_balance",
        "entries_hold",
        "accounts_match",
        "balances_match",
        "floors_held",
        "openings_stand",
        "promises_match",
        "assets_cover",
        "spending_accounted",
        "commands_finished",
        "outbox_complete",
    }


def test_the_command_lists_the_faults_and_fails(there):
    change("DELETE FROM ledger_outbox WHERE entry_id = %s", key(there["donor"]))
    errors = StringIO()
    with pytest.raises(CommandError, match="1 fault"):
        call_command("check_ledger", stderr=errors)
    assert errors.getvalue().strip() == f"outbox: {there['donor'].pk}: was never put into the outbox"


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
