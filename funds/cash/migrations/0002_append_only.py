"""Let receipts stay as they were written."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.cash.triggers import CASH


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.cash.triggers`."""

    dependencies = [("cash", "0001_initial")]
    operations = [InstallTriggers(CASH)]
