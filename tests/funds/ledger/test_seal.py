"""Whoever writes into the tables without `posting`, the database takes whole entries only."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from funds.ledger.checks import check_ledger
from funds.ledger.models import Account, Balance, Command, Entry, Outbox, Posting
from funds.ledger.posting import command_finish, command_open
from tests.factories.ledger import (
    BANK,
    HELD,
    PROMISED,
    PROMISOR,
    K,
    one,
    received,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books():
    """An account of each sort: bank (free) and held (guarded, holds 500, version 1) in soms and dollars."""
    received(500)
    received(500, currency="USD")
    one(K.PLEDGE_CONFIRMED, (PROMISED, 100), (PROMISOR, -100))


class Raw:
    """An entry as someone writes it who knows the tables, but not the rules."""

    def __init__(self, *legs, n_postings=None, kind="payment.received", book="cash", entry_id=None, **links):
        """`legs` are (code, amount, version) or (code, amount, version, currency)."""
        self.id = entry_id or uuid.uuid4()
        self.legs = [leg if len(leg) == 4 else (*leg, "KGS") for leg in legs]
        self.fields = {"kind": kind, "book": book, "n_postings": n_postings or len(legs), **links}

    def postings(self, account_currency=None):
        Posting.objects.bulk_create(
            Posting(
                entry_id=self.id,
                k=k,
                account=Account.objects.get(code=code, currency=account_currency or currency),
                amount=amount,
                currency=currency,
                version=version,
            )
            for k, (code, amount, version, currency) in enumerate(self.legs)
        )

    def balances(self):
        for code, amount, version, currency in self.legs:
            if version is not None:
                kept = Balance.objects.get(account__code=code, account__currency=currency)
                Balance.objects.filter(pk=kept.pk).update(amount=kept.amount - amount, version=version)

    def entry(self):
        command = command_open(scope="raw", key=str(uuid.uuid4()), request={}).command
        command_finish(command, "raw")
        Entry.objects.bulk_create([Entry(id=self.id, command=command, n=0, date="2026-11-24", leaf=b"", **self.fields)])

    def write(self):
        with transaction.atomic():
            self.postings()
            self.balances()
            self.entry()


def refused(act, why):
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        act()


@pytest.mark.plants_faults
def test_a_whole_entry_is_taken():
    """So that what follows is refused for its faults, and not for how it is written."""
    Raw((BANK, 5, None), (HELD, -5, 2)).write()
    assert {fault.check for fault in check_ledger()} == {"leaf", "log"}


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (Raw((BANK, 5, None), (HELD, -4, 2)), "does not balance"),
        (Raw((BANK, 5, None), (HELD, -5, 2, "USD")), "does not balance"),
        (Raw((BANK, 5, None), (HELD, -5, 2), n_postings=3), "wrong number of postings"),
        (Raw((BANK, 5, None), n_postings=2), "wrong number of postings"),
        (Raw((BANK, 5, None), n_postings=1), "wrong number of postings|entry_has_two_sides"),
        (Raw(n_postings=2), "wrong number of postings"),
        (Raw((BANK, 5, None), (PROMISOR, -5, None)), "an account of another book"),
        (Raw((BANK, 5, None), (HELD, -5, 2), book="pledge"), "an account of another book"),
        (Raw((BANK, 5, None), (HELD, -5, None)), "a guarded account needs a version"),
        (Raw((BANK, 5, 1), (HELD, -5, 2)), "another has none"),
        (Raw((BANK, 5, None), (HELD, -5, 1)), "next version|is there already"),
        (Raw((BANK, 5, None), (HELD, -5, 3)), "not the next version"),
        (Raw((BANK, 5, None), (HELD, -5, 0)), "not the next version"),
        (Raw((BANK, -501, None), (HELD, 501, 2)), "balance_floor"),
        (Raw((BANK, 0, None), (HELD, 0, 2)), "posting_moves_something"),
    ],
)
def test_an_entry_that_is_not_whole_is_refused(raw, why):
    refused(raw.write, why)


def test_a_posting_is_in_the_currency_of_its_account():
    raw = Raw((BANK, 5, None, "USD"), (HELD, -5, 2, "USD"))
    refused(lambda: raw.postings(account_currency="KGS"), "not the currency of the account")


def test_a_posting_is_never_added_to_a_sealed_entry():
    sealed = Entry.objects.get(kind="pledge.confirmed")
    account = Account.objects.get(code=PROMISED)
    added = Posting(entry_id=sealed.pk, k=2, account=account, amount=5, currency="KGS")
    refused(lambda: Posting.objects.bulk_create([added]), "the entry is sealed")


def test_a_guarded_account_moves_only_together_with_its_balance():
    raw = Raw((BANK, -5, None), (HELD, 5, 2))

    def without_balance():
        raw.postings()
        raw.entry()

    refused(without_balance, "a balance has not moved with it")


def test_the_floor_holds_for_whoever_tells_the_balance_otherwise():
    def cheating():
        raw = Raw((BANK, -501, None), (HELD, 501, 2))
        raw.postings()
        Balance.objects.filter(account__code=HELD, account__currency="KGS").update(amount=0, version=2)
        raw.entry()

    refused(cheating, "with its postings only")


@pytest.mark.django_db(transaction=True)
def test_postings_without_an_entry_die_at_commit():
    def orphans():
        Raw((PROMISED, 5, None), (PROMISOR, -5, None)).postings()

    refused(orphans, "its entry is missing|(?i:foreign key)")


@pytest.mark.django_db(transaction=True)
def test_a_balance_moved_for_an_entry_that_never_comes_dies_at_commit():
    def half():
        raw = Raw((BANK, -5, None), (HELD, 5, 2))
        raw.postings()
        raw.balances()

    refused(half, "its entry is missing|(?i:foreign key)")


# What an entry names


def promise_ended(**links):
    return Raw((PROMISED, -100, None), (PROMISOR, 100, None), kind="pledge.released", book="pledge", **links)


def test_an_entry_ends_what_stands_already():
    nowhere = uuid.uuid4()
    refused(promise_ended(resolves_id=nowhere).write, "what it names is not there")
    refused(promise_ended(reverses_id=nowhere).write, "what it names is not there")
    itself = promise_ended(entry_id=nowhere, resolves_id=nowhere)
    refused(itself.write, "what it names is not there")


def test_an_entry_ends_or_undoes_but_not_both():
    promised = Entry.objects.get(kind="pledge.confirmed").pk
    refused(promise_ended(resolves_id=promised, reverses_id=promised).write, "not both")


@pytest.mark.parametrize("first", ["resolves_id", "reverses_id"])
@pytest.mark.parametrize("second", ["resolves_id", "reverses_id"])
@pytest.mark.plants_faults
def test_nothing_is_ended_twice(first, second):
    promised = Entry.objects.get(kind="pledge.confirmed").pk
    promise_ended(**{first: promised}).write()
    refused(promise_ended(**{second: promised}).write, "ended before|already|unique")


def test_an_entry_whose_ending_was_undone_may_itself_be_undone_but_not_ended_again():
    gift = received(100)
    refund = one(K.REFUND_PAID, (HELD, 100), (BANK, -100), resolves=gift)
    undone(refund)
    again = Raw((BANK, -100, None), (HELD, 100, 5), kind="refund.paid", resolves_id=gift.pk)
    refused(again.write, "already|unique")


def test_entries_of_a_command_do_not_share_a_number():
    command = Command.objects.first()
    raw = Raw((PROMISED, 5, None), (PROMISOR, -5, None), kind="pledge.confirmed", book="pledge")

    def same_number():
        raw.postings()
        Entry.objects.bulk_create([Entry(id=raw.id, command=command, n=0, date="2026-11-24", leaf=b"", **raw.fields)])

    refused(same_number, "already|entry_once_per_command")


def test_an_entry_waits_for_the_log_once():
    refused(lambda: Outbox.objects.bulk_create([Outbox(entry=Entry.objects.first())]), "already|unique")
