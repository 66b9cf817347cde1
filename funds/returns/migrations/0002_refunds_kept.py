"""Let a division stay as it was written."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.returns.triggers import DIVISION


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.returns.triggers`."""

    dependencies = [("returns", "0001_refunds_batches")]
    operations = [InstallTriggers(DIVISION)]
