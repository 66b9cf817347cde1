"""Let the record of privileged acts only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("audit", "0001_initial")]
    operations = [InstallTriggers(append_only("audit_auditrecord"))]
