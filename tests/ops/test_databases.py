"""The suite's own promises: a committed change never reaches the next test, and what is deferred is still checked."""

import uuid

import pytest
from django.db import DatabaseError, connection, connections, transaction

from birge.accounts.models import User
from funds.ledger import codes
from funds.ledger.models import Account, Entry, Posting
from tests.factories.books import CUSTODIAN, money_arrives


def orphan() -> Posting:
    """Return a posting, not saved, whose entry does not exist: only a check at commit can refuse it."""
    account = Account.objects.get(code=codes.bank(CUSTODIAN))
    version = 1_000 if account.guarded else None
    return Posting(entry_id=uuid.uuid4(), k=0, account=account, amount=1, currency="KGS", version=version)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(again):
    assert (User.objects.count(), Entry.objects.count()) == (0, 0)
    User.objects.create_user(f"somebody{again}@example.org", "a long password")
    money_arrives()


@pytest.mark.django_db
def test_a_test_that_rolls_back_starts_from_nothing_too():
    assert (User.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_another_thread_would_see_what_is_committed():
    money_arrives()
    seen = []
    with connections["default"].copy().cursor() as elsewhere:
        seen += elsewhere.execute("SELECT amount FROM ledger_posting ORDER BY k").fetchall()
        elsewhere.connection.close()
    assert [row[0] for row in seen] == [100_00, -100_00]


@pytest.mark.django_db(transaction=True)
def test_a_posting_without_its_entry_dies_at_commit():
    money_arrives()
    with pytest.raises(DatabaseError), transaction.atomic():
        Posting.objects.bulk_create([orphan()])


@pytest.mark.django_db
def test_the_check_at_the_end_of_a_test_that_rolls_back_finds_it_too():
    money_arrives()
    with transaction.atomic():
        Posting.objects.bulk_create([orphan()])
        with pytest.raises(DatabaseError):
            connection.check_constraints()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)]
)
def test_sqlite_runs_with_the_pragmas_of_production(pragma, value):
    with connection.cursor() as cursor:
        assert cursor.execute(f"PRAGMA {pragma}").fetchone()[0] == value
