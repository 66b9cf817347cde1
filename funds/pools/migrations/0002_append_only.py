"""Let ballots and the history of proposals only grow."""

from django.db import migrations

from birge.appendonly import InstallTriggers, append_only


class Migration(migrations.Migration):
    """See `birge.appendonly`."""

    dependencies = [("pools", "0001_initial")]
    operations = [
        InstallTriggers(append_only("pools_ballot")),
        InstallTriggers(append_only("pools_proposalstep")),
    ]
