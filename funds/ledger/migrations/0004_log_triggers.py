"""Let the log only grow, and begin it with nothing."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from birge.appendonly import InstallTriggers
from funds.ledger.triggers_log import TRIGGERS


def begin(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Make the one row that the sequencer locks."""
    apps.get_model("ledger", "LogHead").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    """See `funds.ledger.triggers_log`. The triggers of the books are made anew, for some were changed."""

    dependencies = [("ledger", "0003_log")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop), InstallTriggers(TRIGGERS)]
