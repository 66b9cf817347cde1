"""Let what was compared, and the history of what did not agree, stay as they are."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("reconciliation", "0001_initial")]
    operations = [
        InstallTriggers(
            append_only("reconciliation_reconciliation")
            + append_only("reconciliation_differencestep")
            + append_only("reconciliation_explainedshare")
        )
    ]
