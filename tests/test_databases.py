"""The empty database that tests start from: it may have been kept from an earlier run, and must be today's."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from funds.ledger.models import Entry


@pytest.mark.django_db
def test_every_migration_has_been_applied_and_nothing_is_in_it():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert not Entry.objects.exists()
