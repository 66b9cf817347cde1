"""Let exchanges stay as they were written down."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.exchange.triggers import EXCHANGES


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.exchange.triggers`."""

    dependencies = [("exchange", "0001_initial")]
    operations = [InstallTriggers(EXCHANGES)]
