"""Let what a bank said stay as it came."""

from django.db import migrations

from birge.appendonly import InstallTriggers
from funds.banking.triggers import LINES


class Migration(migrations.Migration):
    """See `birge.appendonly` and `funds.banking.triggers`."""

    dependencies = [("banking", "0003_bank_taking")]
    operations = [InstallTriggers(LINES)]
