"""Tables that only grow: triggers in the database itself, on SQLite and on PostgreSQL.

For a plain table one line in a migration after the one that makes it is enough::

    operations = [InstallTriggers(append_only("audit_auditrecord"))]

Triggers stop mistakes and ordinary access. They do not stop whoever owns the database; for that the ledger is signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?\$\$(.*)\$\$", re.DOTALL)
TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+) .*?\bON (\w+)", re.DOTALL)


@dataclass(frozen=True)
class TriggerSet:
    """The triggers of some tables, as SQL for each vendor. PostgreSQL functions stand before what calls them.

    A PostgreSQL trigger is written on one line, exactly as `pg_get_triggerdef` gives it back: that is how a changed
    one is found.
    """

    tables: tuple[str, ...]
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]

    def __add__(self, other: TriggerSet) -> TriggerSet:
        """Join two sets."""
        return TriggerSet(
            tables=tuple(dict.fromkeys(self.tables + other.tables)),
            sqlite=self.sqlite + other.sqlite,
            postgresql=self.postgresql + other.postgresql,
        )

    def statements(self, vendor: str) -> tuple[str, ...]:
        """Return what creates everything on this vendor's database."""
        return {"sqlite": self.sqlite, "postgresql": self.postgresql}[vendor]

    def create(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Create everything. Nothing of it may be there, but for functions."""
        for sql in self.statements(editor.connection.vendor):
            editor.execute(sql, params=None)

    def drop(self, editor: BaseDatabaseSchemaEditor) -> None:
        """Drop every trigger that stands on the tables, ours or not."""
        for name, (table, _sql) in _installed(editor.connection, self.tables).items():
            on_table = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
            editor.execute(f"DROP TRIGGER {name}{on_table}", params=None)

    def faults(self, connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
        """Return (name, what is wrong) for each trigger that is missing, off, not as written here, or not ours."""
        wanted = self.statements(connection.vendor)
        installed = _installed(connection, self.tables)
        triggers = {match[1]: sql for sql in wanted if (match := TRIGGER.match(sql))}
        found = [(name, "is not installed") for name in triggers if name not in installed]
        for name, (_table, sql) in installed.items():
            if name not in triggers:
                found.append((name, "is not ours"))
            elif sql.split() != triggers[name].split():
                found.append((name, "is not what it should be"))
        bodies = {match[1]: match[2] for sql in wanted if (match := FUNCTION.match(sql))}
        real = _function_bodies(connection, bodies)
        found += [(name, "does not do what it should") for name, body in bodies.items() if real.get(name) != body]
        return found


def refuse(table: str, verbs: Sequence[str] = ("UPDATE", "DELETE")) -> TriggerSet:
    """Refuse `verbs` on `table`, and TRUNCATE, which only PostgreSQL has."""
    sqlite = (
        "CREATE TRIGGER @table_no_@lower BEFORE @VERB ON @table "
        "BEGIN SELECT RAISE(ABORT, '@table: @VERB is refused, this table only grows'); END"
    )
    function = (
        "CREATE OR REPLACE FUNCTION @table_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '@table: % is refused, this table only grows', TG_OP "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    each_row = "CREATE TRIGGER @table_no_@lower BEFORE @VERB ON @table FOR EACH ROW EXECUTE FUNCTION @table_refuse()"
    truncate = each_row.replace("FOR EACH ROW", "FOR EACH STATEMENT")
    return TriggerSet(
        tables=(table,),
        sqlite=tuple(_fill(sqlite, table, verb) for verb in verbs),
        postgresql=(
            _fill(function, table),
            *(_fill(each_row, table, verb) for verb in verbs),
            _fill(truncate, table, "TRUNCATE"),
        ),
    )


def no_replace(table: str, same: str) -> TriggerSet:
    """Guard against SQLite's INSERT OR REPLACE, which removes rows without any DELETE trigger.

    `same` is the SQL condition that finds the row which NEW would replace. The hidden rowid is always part of it:
    REPLACE removes the row with an equal rowid too, whatever its key.
    """
    sql = (
        "CREATE TRIGGER @table_no_replace BEFORE INSERT ON @table "
        "WHEN EXISTS (SELECT 1 FROM @table WHERE rowid = NEW.rowid OR @same) "
        "BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: @table, the row is there already'); END"
    )
    return TriggerSet(tables=(table,), sqlite=(_fill(sql, table).replace("@same", same),), postgresql=())


def append_only(table: str, *, same: str = "id = NEW.id") -> TriggerSet:
    """Let `table` only grow: no UPDATE, DELETE, TRUNCATE, nor INSERT OR REPLACE (see `no_replace` for `same`)."""
    return refuse(table) + no_replace(table, same)


class InstallTriggers(Operation):
    """Run `operations` without the triggers, then create them (anew).

    A later migration that touches one of the tables wraps its operations in this one: SQLite rebuilds a table to
    change it and silently loses its triggers, or fails where one trigger names another table.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, triggers: TriggerSet, operations: Iterable[Operation] = ()) -> None:
        """`operations` are run between dropping and creating."""
        self.triggers = triggers
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the models as the operations inside do; triggers are none of Django's business."""
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop, run, create."""
        self.triggers.drop(schema_editor)
        for operation in self.operations:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after
        self.triggers.create(schema_editor)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop; where there are operations inside, undo them in reverse order and create again."""
        self.triggers.drop(schema_editor)
        if not self.operations:
            return
        states = [to_state]
        for operation in self.operations:
            after = states[-1].clone()
            operation.state_forwards(app_label, after)
            states.append(after)
        for index in reversed(range(len(self.operations))):
            self.operations[index].database_backwards(app_label, schema_editor, states[index + 1], states[index])
        self.triggers.create(schema_editor)

    def describe(self) -> str:
        """Say what it does."""
        return f"Let {', '.join(self.triggers.tables)} only grow"


def _fill(sql: str, table: str, verb: str = "") -> str:
    return sql.replace("@table", table).replace("@VERB", verb).replace("@lower", verb.lower())


def _installed(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return name → (table, definition) of the triggers that stand on `tables`; no definition if switched off."""
    query = {
        "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": (
            "SELECT tgname, relname, CASE WHEN tgenabled IN ('O', 'A') THEN pg_get_triggerdef(pg_trigger.oid, true) "
            "ELSE '' END FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: (table, sql) for name, table, sql in cursor.fetchall() if table in tables}


def _function_bodies(connection: BaseDatabaseWrapper, names: Iterable[str]) -> dict[str, str]:
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s) "
            "AND pronamespace = current_schema()::regnamespace",
            [list(names)],
        )
        return dict(cursor.fetchall())
