"""Let the history of projects only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("works", "0001_initial")]
    operations = [InstallTriggers(append_only("works_transition"))]
