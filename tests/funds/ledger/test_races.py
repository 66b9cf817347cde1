"""Many writers at once, each with a connection of its own: nothing is lost, doubled or overdrawn."""

import random
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from birge.errors import Conflict, InsufficientFunds, KeyReused
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Account, Balance, Command, Entry, Posting
from funds.ledger.posting import command_finish, command_open, post
from tests.factories.ledger import (
    BANK,
    CUSTODIAN,
    HELD,
    HELD_ELSEWHERE,
    PROMISED,
    PROMISOR,
    SANDBOX,
    K,
    draft,
    one,
    posted,
    received,
    undoing,
)
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50 if connection.vendor == "postgresql" else 12  # SQLite lets them in one by one


def happened(done):
    return [each for each in done if not isinstance(each, Exception)]


def test_eight_threads_cannot_overdraw_an_account():
    received(1_000)
    done = all_at_once([lambda: one(K.REFUND_PAID, (HELD, 300), (BANK, -300))] * 8)
    assert len(happened(done)) == 3
    assert {type(each) for each in done if isinstance(each, Exception)} == {InsufficientFunds}
    assert balance(HELD, "KGS") == 100


def test_the_same_command_from_many_threads_is_done_once():
    def act():
        with transaction.atomic():
            opened = command_open(scope="user:a", key="one and the same", request={"amount": 5})
            if not opened.replayed:
                entry = post(command=opened.command, drafts=[draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5))])[0]
                command_finish(opened.command, entry.pk.hex)
            return opened.command.result_ref

    done = all_at_once([act] * MANY)
    assert set(done) == {Entry.objects.get().pk.hex}


def test_of_two_requests_under_one_key_one_is_refused():
    def act(amount):
        with transaction.atomic():
            opened = command_open(scope="user:a", key="one and the same", request={"amount": amount})
            if not opened.replayed:
                command_finish(opened.command, str(amount))
            return opened.command.result_ref

    done = all_at_once([lambda amount=amount: act(amount) for amount in (1, 2) * 6])
    winner = Command.objects.get().result_ref
    assert done.count(winner) == 6
    assert sum(isinstance(each, KeyReused) for each in done) == 6


def test_whoever_comes_while_the_first_still_fails_does_it_instead():
    def act(fails):
        with transaction.atomic():
            opened = command_open(scope="user:a", key="one and the same", request={})
            if opened.replayed:
                return "replayed"
            post(command=opened.command, drafts=[draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5))])
            if fails:
                raise Conflict("the first has bad luck")
            command_finish(opened.command, "done")
            return "done"

    done = all_at_once([lambda fails=fails: act(fails) for fails in [True] * 4 + [False] * 4])
    assert done.count("done") == 1
    assert Entry.objects.count() == 1


def test_an_account_that_many_make_at_once_is_made_once():
    done = all_at_once([lambda n=n: received(n) for n in range(1, MANY + 1)])
    assert len(happened(done)) == MANY
    assert Account.objects.filter(code=HELD).count() == Account.objects.filter(code=BANK).count() == 1
    assert Balance.objects.get().version == MANY
    assert balance(HELD, "KGS") == MANY * (MANY + 1) // 2


def test_money_moved_in_circles_by_many_locks_nobody_in():
    """Each takes several guarded accounts, named in another order every time."""
    held = [codes.held_project(CUSTODIAN, f"P{n}") for n in range(4)]
    for code in held:
        received(1_000, to=code)
    dice = random.Random(7)

    def act(pairs):
        return posted(*[draft(K.SURPLUS_MOVED, (giver, 10), (taker, -10)) for giver, taker in pairs])

    plans = [[dice.sample(held, 2) for _move in range(3)] for _thread in range(MANY)]
    done = all_at_once([lambda plan=plan: act(plan) for plan in plans])
    assert len(happened(done)) == MANY
    assert sum(balance(code, "KGS") for code in held) == 4_000


def test_accounts_made_by_many_in_any_order_lock_nobody_in():
    new = [codes.held_project(CUSTODIAN, f"P{n}") for n in range(10)]
    dice = random.Random(7)

    def act(some):
        return posted(*[draft(K.PAYMENT_RECEIVED, (SANDBOX, 5), (code, -5)) for code in some])

    plans = [dice.sample(new, 10) for _thread in range(8)]
    assert len(happened(all_at_once([lambda plan=plan: act(plan) for plan in plans]))) == 8
    assert {balance(code, "KGS") for code in new} == {40}


@pytest.mark.parametrize("round_", range(3))
def test_a_promise_that_many_end_in_different_ways_ends_once(round_):
    promised = one(K.PLEDGE_CONFIRMED, (PROMISED, 300), (PROMISOR, -300))
    ends = [
        draft(K.PLEDGE_MET, (PROMISED, -300), (PROMISOR, 300), resolves=promised),
        draft(K.PLEDGE_RELEASED, (PROMISED, -300), (PROMISOR, 300), resolves=promised),
        undoing(promised),
    ]
    done = all_at_once([lambda end=end: posted(end) for end in ends * 4])
    assert len(happened(done)) == 1
    assert {each.code for each in done if isinstance(each, Exception)} == {"already_ended"}
    assert balance(PROMISED, "KGS") == 0


def test_a_gift_is_refunded_or_corrected_but_not_both():
    for _round in range(4):
        gift = received(300)
        received(300)  # so that the floor is not what stops the second
        refund = draft(K.REFUND_PAID, (HELD, 300), (BANK, -300), resolves=gift)
        done = all_at_once([lambda end=end: posted(end) for end in (refund, undoing(gift)) * 2])
        assert len(happened(done)) == 1
    assert balance(HELD, "KGS") == 4 * 300


# An entry that is not committed yet, attacked from another session (PostgreSQL; SQLite lets one writer in at a time)


class Elsewhere:
    """A second session, in a transaction of its own until it is told to commit."""

    def __enter__(self):
        self.connection = connections["default"].copy()
        self.connection.set_autocommit(False)
        return self

    def __exit__(self, *_exc):
        self.connection.close()

    def run(self, sql, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def commit(self):
        self.connection.commit()


ADD = (
    "INSERT INTO ledger_posting (entry_id, k, account_id, amount, currency) "
    "SELECT %s, %s, id, %s, currency FROM ledger_account WHERE code = %s"
)
SEAL = (
    'INSERT INTO ledger_entry (id, command_id, n, kind, book, date, n_postings, "group", commitment, tag, leaf, '
    "created_at, {link}) SELECT %s, command_id, %s, 'pledge.released', book, now(), 2, '', '', '', '', now(), {named} "
    "FROM ledger_entry WHERE id = COALESCE(%s, id) LIMIT 1"
)


@pytest.fixture
def account_exists():
    received(500)
    received(1, to=HELD_ELSEWHERE)


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_a_posting_slipped_into_an_entry_that_is_not_yet_committed_dies_at_commit():
    with Elsewhere() as attacker:
        with transaction.atomic():
            entry = posted(draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5)))[0]
            attacker.run(ADD, entry.pk, 2, 100, BANK)  # the entry cannot be seen from there: it is taken
        with pytest.raises(IntegrityError, match="wrong number of postings"):
            attacker.commit()
    assert Posting.objects.filter(entry=entry).count() == 2


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_two_postings_that_balance_do_not_slip_in_either():
    with Elsewhere() as attacker:
        with transaction.atomic():
            entry = posted(draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5)))[0]
            attacker.run(ADD, entry.pk, 2, 100, BANK)
            attacker.run(ADD, entry.pk, 3, -100, BANK)
        with pytest.raises(IntegrityError, match="wrong number of postings"):
            attacker.commit()


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_whoever_commits_first_has_no_entry_to_add_to():
    entry_id = uuid.uuid4()
    with Elsewhere() as attacker:
        attacker.run(ADD, entry_id, 2, 100, BANK)
        with pytest.raises(IntegrityError, match=r"foreign key|its entry is missing"):
            attacker.commit()


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_two_sessions_do_not_build_one_entry_together():
    """One seals it with postings of its own; what the other had prepared for the same identifier is too much."""
    entry_id = uuid.uuid4()
    with Elsewhere() as first, Elsewhere() as second:
        second.run(ADD, entry_id, 2, 100, BANK)
        first.run(ADD, entry_id, 0, 5, BANK)
        first.run(ADD, entry_id, 1, -5, BANK)
        first.run(SEAL.format(link="resolves_id", named="NULL"), entry_id, 99, None)
        first.run("SET CONSTRAINTS ALL IMMEDIATE")  # whole, as far as it can see
        with pytest.raises(IntegrityError):
            second.commit()
        first.connection.rollback()


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_a_version_is_not_taken_twice():
    with Elsewhere() as attacker:
        posting = (
            "INSERT INTO ledger_posting (entry_id, k, account_id, amount, currency, version) "
            "SELECT %s, 0, id, 100, 'KGS', 2 FROM ledger_account WHERE code = %s"
        )
        attacker.run(posting, uuid.uuid4(), HELD)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(DatabaseError, match="lock timeout"):
            one(K.REFUND_PAID, (HELD, 5), (BANK, -5))  # waits for the other's number, and does not take it
    one(K.REFUND_PAID, (HELD, 5), (BANK, -5))
    assert Balance.objects.get(account__code=HELD).version == 2


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
@pytest.mark.plants_faults
def test_raw_sessions_do_not_end_one_entry_twice():
    """Resolved by one, reversed by the other: no unique index sees it, the lock on the command does."""
    promised = one(K.PLEDGE_CONFIRMED, (PROMISED, 300), (PROMISOR, -300))

    def act(link, n):
        entry_id = uuid.uuid4()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ADD, [entry_id, 0, -300, PROMISED])
            cursor.execute(ADD, [entry_id, 1, 300, PROMISOR])
            cursor.execute("SELECT pg_sleep(0.1)")
            cursor.execute(SEAL.format(link=link, named="id"), [entry_id, n, promised.pk])
            cursor.execute("SELECT pg_sleep(0.1)")

    done = all_at_once(
        [lambda link=link, n=n: act(link, n) for n, link in enumerate(["resolves_id", "reverses_id"] * 3, start=10)],
        IntegrityError,
    )
    assert len(happened(done)) == 1
    assert all("ended before" in str(each) or "unique" in str(each) for each in done if isinstance(each, Exception))


@pytest.mark.postgresql
@pytest.mark.usefixtures("account_exists")
def test_nobody_ends_an_entry_out_of_an_old_snapshot():
    """A session that does not see what was committed meanwhile could end what has been ended."""
    promised = one(K.PLEDGE_CONFIRMED, (PROMISED, 300), (PROMISOR, -300))
    with Elsewhere() as old:
        old.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.run("SELECT 1 FROM ledger_entry")
        posted(undoing(promised))
        entry_id = uuid.uuid4()
        old.run(ADD, entry_id, 0, -300, PROMISED)
        old.run(ADD, entry_id, 1, 300, PROMISOR)
        with pytest.raises(IntegrityError, match="read committed"):
            old.run(SEAL.format(link="resolves_id", named="id"), entry_id, 99, promised.pk)
