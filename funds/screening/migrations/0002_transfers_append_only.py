"""Let lists, looks into them and decisions only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.screening.triggers import SCREENING


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.screening.triggers`."""

    dependencies = [("screening", "0001_initial")]
    operations = [InstallTriggers(SCREENING)]
