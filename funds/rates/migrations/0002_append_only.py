"""Let rates stay as they came."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.rates.triggers import RATES


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.rates.triggers`."""

    dependencies = [("rates", "0001_initial")]
    operations = [InstallTriggers(RATES)]
