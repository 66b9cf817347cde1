"""Let the history of pledges only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("pledges", "0001_initial")]
    operations = [InstallTriggers(append_only("pledges_pledgetransition"))]
