"""Let the history of transfers only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.transfers.triggers import STEPS


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.transfers.triggers`."""

    dependencies = [("transfers", "0001_initial")]
    operations = [InstallTriggers(STEPS)]
