"""Drop indexes that others cover or nobody asks, and foreign keys that triggers see to: every posting pays for them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from birge.appendonly import InstallTriggers
from funds.ledger.triggers_log import TRIGGERS


def posting_without_key(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the foreign key from a posting to its entry where a trigger at commit does the same; SQLite has none."""
    if editor.connection.vendor != "postgresql":
        return
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, "ledger_posting")
    for name, what in found.items():
        if what["foreign_key"] == ("ledger_entry", "id"):
            editor.execute(f'ALTER TABLE ledger_posting DROP CONSTRAINT "{name}"')


class Migration(migrations.Migration):
    """SQLite makes the tables anew for this and loses their triggers: they are created again."""

    dependencies = [("ledger", "0004_log_triggers")]
    operations = [
        InstallTriggers(
            TRIGGERS,
            [
                migrations.RemoveIndex(
                    model_name="entry",
                    name="entry_by_kind",
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="command",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.command",
                    ),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="group",
                    field=models.CharField(blank=True, max_length=32),
                ),
                migrations.AlterField(
                    model_name="logleaf",
                    name="entry",
                    field=models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log_leaf",
                        to="ledger.entry",
                    ),
                ),
                migrations.AlterField(
                    model_name="outbox",
                    name="entry",
                    field=models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbox",
                        to="ledger.entry",
                    ),
                ),
                migrations.AlterField(
                    model_name="posting",
                    name="account",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.account",
                    ),
                ),
                migrations.AlterField(
                    model_name="posting",
                    name="entry",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="ledger.entry",
                    ),
                ),
                migrations.AlterField(
                    model_name="statementline",
                    name="account",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.account",
                    ),
                ),
                migrations.RunPython(posting_without_key, migrations.RunPython.noop),
            ],
        )
    ]
