"""Accounts, balances, cover, commands and the log: each check of them finds what was changed behind their back."""

import pytest
from django.db import connection

from funds.ledger import codes
from funds.ledger.checks import Fault, check_ledger
from tests.factories.ledger import (
    ACCOUNTABLE,
    ADVANCE,
    ANOTHER,
    BANK,
    BANK_OF_OTHER,
    CUSTODIAN,
    HELD,
    PROMISED,
    UNIDENTIFIED,
    VILLAGE,
    K,
    draft,
    posted,
)
from tests.factories.tampering import account, change, checks_that_find, found, key, without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.plants_faults]


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


def test_money_set_aside_for_a_rule_that_does_not_offer_it(there):
    line = codes.held_rule(CUSTODIAN, "EEEE6666", "RULE8888")
    posted(draft(K.MATCH_BUDGETED, (codes.held_pool(CUSTODIAN, "EEEE6666"), 70), (line, -70)))
    assert found("matches") == {f"{CUSTODIAN} EEEE6666 RULE8888 KGS"}


def test_a_rule_that_offers_what_nobody_set_aside(there):
    offered, promisor = (build(CUSTODIAN, "EEEE6666", "RULE8888") for build in (codes.rule_pool, codes.rule_promisor))
    posted(draft(K.MATCH_OFFERED, (offered, 70), (promisor, -70)))
    assert found("matches") == {f"{CUSTODIAN} EEEE6666 RULE8888 KGS"}


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
    assert check_ledger() == [Fault("log", str(there["donor"].pk), "neither waits for the public log nor stands in it")]
