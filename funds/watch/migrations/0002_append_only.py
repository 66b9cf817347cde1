"""Let the history of flags stay as it is."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("watch", "0001_initial")]
    operations = [InstallTriggers(append_only("watch_flagstep"))]
