"""Events that are entries and nothing else: opened, written and finished in one call."""

import pytest
from django.db import connection, transaction

from birge.errors import InsufficientFunds, KeyReused
from funds.ledger.balances import balance
from funds.ledger.drafts import MalformedEntry
from funds.ledger.models import Command, Entry, Outbox
from funds.ledger.posting import post_once
from tests.factories.ledger import BANK, HELD, K, draft, received, undoing
from tests.support.threads import all_at_once

MANY = 50 if connection.vendor == "postgresql" else 12  # SQLite lets them in one by one


def gift(amount=100):
    return draft(K.PAYMENT_RECEIVED, (BANK, amount), (HELD, -amount))


def once(*drafts, key="k", request=None):
    return post_once(scope="test", key=key, request=request or {}, drafts=drafts or [gift()], result_ref="done")


@pytest.mark.django_db(transaction=True)
def test_it_writes_all_of_it_and_the_second_time_nothing():
    assert once(gift(100), gift(50))
    assert not once(gift(100), gift(50))
    assert Command.objects.get().result_ref == "done"
    assert Entry.objects.count() == Outbox.objects.count() == 2
    assert balance(HELD, "KGS") == 150


@pytest.mark.django_db(transaction=True)
def test_another_request_under_the_same_key_is_refused():
    once()
    with pytest.raises(KeyReused):
        once(request={"other": 1})
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_not_there_is_not_spent_and_nothing_is_written():
    received(100)
    with pytest.raises(InsufficientFunds):
        once(draft(K.FEE_CHARGED, (HELD, 101), (BANK, -101)))
    assert Command.objects.count() == Entry.objects.count() == 1
    assert once(draft(K.FEE_CHARGED, (HELD, 100), (BANK, -100)))


@pytest.mark.django_db(transaction=True)
def test_what_ends_another_entry_is_not_posted_this_way():
    with pytest.raises(MalformedEntry):
        once(undoing(received(100)))


@pytest.mark.django_db
def test_inside_a_transaction_it_stands_and_falls_with_it():
    with transaction.atomic():
        assert once()
        transaction.set_rollback(True)
    assert not Command.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_copies_at_once_write_one():
    received(1)
    said = all_at_once([once] * MANY)
    assert sorted(said) == [False] * (MANY - 1) + [True]
    assert Entry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_copies_of_what_takes_the_last_money_hear_that_it_was_done():
    received(100)
    said = all_at_once([lambda: once(draft(K.FEE_CHARGED, (HELD, 100), (BANK, -100)))] * MANY)
    assert sorted(said) == [False] * (MANY - 1) + [True]
