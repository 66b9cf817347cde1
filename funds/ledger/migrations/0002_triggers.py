from django.db import migrations

from birge.appendonly import AppendOnlyTriggers
from funds.ledger.triggers import STATEMENTS, TABLES


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [AppendOnlyTriggers(TABLES, STATEMENTS)]
