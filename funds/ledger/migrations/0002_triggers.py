"""Let the ledger's tables only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.ledger.triggers import CORE


class Migration(migrations.Migration):
    """See `funds.ledger.triggers`."""

    dependencies = [("ledger", "0001_initial")]
    operations = [InstallTriggers(CORE)]
