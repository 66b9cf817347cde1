"""The one door: what is posted, in which order, and what is refused without a trace."""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from birge import clock
from birge.errors import Conflict, InsufficientFunds, KeyReused
from birge_engine.leaf import leaf_decode
from funds.ledger import codes
from funds.ledger.balances import balance, balances_of
from funds.ledger.kinds import EntryKind
from funds.ledger.models import Account, Balance, Command, Entry, Outbox, Posting
from funds.ledger.posting import EntryDraft, MalformedEntry, command_finish, command_open, post
from tests.factories.ledger import (
    ADVANCE,
    BANK,
    CUSTODIAN,
    HELD,
    HELD_ELSEWHERE,
    POOL,
    PROJECT,
    PROMISED,
    PROMISOR,
    RESERVED,
    UNIDENTIFIED,
    K,
    draft,
    legs,
    one,
    openings,
    posted,
    received,
    sample,
    undoing,
    undone,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing_written():
    """Whatever the test tries, nothing stands in the books afterwards that was not there before."""

    def rows():
        return [model.objects.count() for model in (Command, Account, Entry, Posting, Balance, Outbox)]

    before = rows()
    yield
    assert rows() == before


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_of_every_kind_can_be_posted(kind):
    entry = posted(sample(kind, openings()))[0]
    assert Entry.objects.get(pk=entry.pk).kind == kind


@pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind != K.ENTRY_REVERSED])
def test_an_entry_of_every_kind_can_be_corrected(kind):
    there = openings()
    before = everything()
    entry = posted(sample(kind, there))[0]
    ended = [] if entry.resolves is None else [entry.resolves]
    undone(entry, *ended)
    for posting in [posting for each in ended for posting in each.postings.select_related("account")]:
        before[posting.account.code, posting.currency] -= posting.account.normal * posting.amount
    assert everything() == {account: amount for account, amount in before.items() if amount}


def everything():
    found = {(each.code, each.currency): each.amount for each in balances_of(Account.objects.all())}
    return {account: amount for account, amount in found.items() if amount}


def test_an_entry_keeps_what_its_draft_said():
    digest = "ab" * 32
    entry = one(
        K.PAYMENT_RECEIVED,
        (BANK, 1_000_00),
        (HELD, -1_000_00),
        date=dt.date(2026, 3, 21),
        group="G",
        commitment="c0" * 32,
        tag="t",
        documents=[(digest, "receipt")],
        rule="village-1:1",
    )
    kept = Entry.objects.get(pk=entry.pk)
    assert leaf_decode(bytes(kept.leaf)) == {
        "v": 1,
        "id": str(entry.pk),
        "date": "2026-03-21",
        "kind": "payment.received",
        "book": "cash",
        "postings": [
            {"account": BANK, "amount": 1_000_00, "currency": "KGS"},
            {"account": HELD, "amount": -1_000_00, "currency": "KGS", "version": 1},
        ],
        "documents": [{"sha256": digest, "type": "receipt"}],
        "commitment": "c0" * 32,
        "tag": "t",
        "group": "G",
        "rule": "village-1:1",
    }
    assert (kept.book, kept.n_postings, kept.group, kept.commitment, kept.tag) == ("cash", 2, "G", "c0" * 32, "t")


def test_the_day_is_the_utc_day_unless_said_otherwise():
    with clock.moved_to(dt.datetime(2026, 3, 22, 4, 0, tzinfo=timezone.get_fixed_timezone(360))):
        assert received().date == dt.date(2026, 3, 21)


def test_an_account_comes_into_being_with_its_first_posting():
    assert balance(HELD, "KGS") == 0
    received(300)
    held = Account.objects.get(code=HELD)
    assert (held.type, held.book, held.normal, held.guarded) == ("held", "cash", -1, True)
    assert (held.custodian_ref, held.purpose_ref) == (CUSTODIAN, PROJECT)
    assert (held.balance.amount, held.balance.version) == (300, 1)
    assert not Balance.objects.filter(account__code=BANK).exists()


def test_each_currency_has_its_own_account():
    received(300)
    received(7, currency="USD")
    assert [balance(HELD, currency) for currency in ("KGS", "USD", "EUR")] == [300, 7, 0]
    assert Account.objects.filter(code=HELD).count() == 2


def test_guarded_accounts_count_their_postings():
    received(300)
    posted(
        draft(K.SURPLUS_MOVED, (HELD, 100), (HELD_ELSEWHERE, -100)),
        draft(K.SURPLUS_MOVED, (HELD_ELSEWHERE, 40), (HELD, -40)),
    )
    assert list(Posting.objects.filter(account__code=HELD).order_by("version").values_list("version", "amount")) == [
        (1, -300),
        (2, 100),
        (3, -40),
    ]
    assert balance(HELD, "KGS") == 240


def test_the_entries_of_a_command_are_numbered_over_all_its_posts():
    with transaction.atomic():
        command = command_open(scope="test", key="two posts", request={}).command
        one_by_one = [
            post(command=command, drafts=[draft(K.PAYMENT_RECEIVED, (BANK, n), (HELD, -n))])[0] for n in (1, 2)
        ]
        command_finish(command, "done")
    assert [entry.n for entry in one_by_one] == [0, 1]
    assert list(Outbox.objects.order_by("id").values_list("entry_id", flat=True)) == [each.pk for each in one_by_one]


def test_no_purpose_gives_more_than_it_holds():
    received(300)
    with pytest.raises(InsufficientFunds) as refusal:
        one(K.REFUND_PAID, (HELD, 301), (BANK, -301))
    assert refusal.value.data == {"account": HELD, "wanted": 301, "available": 300}
    assert Entry.objects.count() == 1
    one(K.REFUND_PAID, (HELD, 300), (BANK, -300))


def test_within_one_command_the_order_counts():
    received(300)
    moves = [
        draft(K.REFUND_PAID, (HELD, 350), (BANK, -350)),
        draft(K.PAYMENT_RECEIVED, (BANK, 50), (HELD, -50)),
    ]
    with pytest.raises(InsufficientFunds):
        posted(*moves)
    posted(*reversed(moves))
    assert balance(HELD, "KGS") == 0


def test_a_correction_respects_the_floor_too():
    gift = received(300)
    one(K.REFUND_PAID, (HELD, 200), (BANK, -200))
    with pytest.raises(InsufficientFunds):
        undone(gift)


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize(
    "bad",
    [
        draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -4)),
        draft(K.PAYMENT_RECEIVED, (HELD, 5), (BANK, -5)),
        draft(K.PAYMENT_RECEIVED, (BANK, 2**53), (HELD, -(2**53))),
        draft(K.PLEDGE_MET, (PROMISED, -5), (PROMISOR, 5)),
        draft(K.PLEDGE_MET, (PROMISED, -5), (PROMISOR, 5), resolves=uuid.uuid4()),
        draft(K.ENTRY_REVERSED, (BANK, -5), (HELD, 5)),
        draft(K.ENTRY_REVERSED, (BANK, -5), (HELD, 5), reverses=uuid.uuid4()),
        EntryDraft(K.PAYMENT_RECEIVED, []),
    ],
)
def test_what_the_books_do_not_know_leaves_nothing(bad):
    with pytest.raises(MalformedEntry):
        posted(draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5)), bad)


def test_nothing_is_written_outside_of_a_transaction(transactional_db):
    for write in (
        lambda: command_open(scope="test", key="k", request={}),
        lambda: post(command=Command(), drafts=[]),
        lambda: command_finish(Command(), "x"),
    ):
        with pytest.raises(RuntimeError, match="inside the caller's transaction"):
            write()


# What ends what


def promise(amount=300):
    return one(K.PLEDGE_CONFIRMED, (PROMISED, amount), (PROMISOR, -amount))


def kept(promised, amount=300):
    return draft(K.PLEDGE_MET, (PROMISED, -amount), (PROMISOR, amount), resolves=promised)


def withdrawn(promised, amount=300):
    return draft(K.PLEDGE_RELEASED, (PROMISED, -amount), (PROMISOR, amount), resolves=promised)


def test_a_promise_ends_once():
    promised = promise()
    promise(500)
    posted(kept(promised))
    for again in (kept(promised), withdrawn(promised), undoing(promised)):
        with pytest.raises(Conflict) as refusal:
            posted(again)
        assert refusal.value.code == "already_ended"
    assert balance(PROMISED, "KGS") == 500


def test_what_was_corrected_cannot_end_nor_be_corrected_again():
    promised = promise()
    undone(promised)
    for again in (kept(promised), withdrawn(promised), undoing(promised)):
        with pytest.raises(Conflict):
            posted(again)


def test_one_command_does_not_end_a_thing_twice_either():
    promised = promise()
    for twice in ([kept(promised), withdrawn(promised)], [kept(promised), undoing(promised)], [undoing(promised)] * 2):
        with pytest.raises(MalformedEntry, match="ended twice"):
            posted(*twice)
    assert balance(PROMISED, "KGS") == 300


def test_a_correction_is_final():
    correction = undone(received())[0]
    with pytest.raises(MalformedEntry, match="post anew what was right"):
        undone(correction)


def test_what_ended_an_opening_is_corrected_only_together_with_it():
    """Else it would stand open and could never be ended again."""
    unknown = one(K.PAYMENT_UNIDENTIFIED, (BANK, 500), (UNIDENTIFIED, -500))
    identified = one(K.PAYMENT_IDENTIFIED, (UNIDENTIFIED, 500), (HELD, -500), resolves=unknown)
    with pytest.raises(MalformedEntry, match="only together with"):
        undone(identified)
    with pytest.raises(Conflict):
        undone(unknown, identified)  # in this order the opening is not open yet
    undone(identified, unknown)
    assert [balance(code, "KGS") for code in (BANK, UNIDENTIFIED, HELD)] == [0, 0, 0]


def test_a_gift_goes_back_once_and_may_then_not_be_corrected():
    gift = received(700)
    received(700)
    back = one(K.REFUND_PAID, (HELD, 600), (BANK, -600), resolves=gift)
    for again in (draft(K.REFUND_PAID, (HELD, 100), (BANK, -100), resolves=gift), undoing(gift)):
        with pytest.raises(Conflict):
            posted(again)
    undone(back)  # the bank had refused it
    undone(gift)  # so now it may
    assert balance(HELD, "KGS") == 700


def test_a_reservation_goes_back_to_the_pool_it_came_from():
    one(K.VILLAGE_PROMISED, (POOL, 900), (codes.village_promisor(CUSTODIAN, PROJECT), -900))
    reserved = one(K.MATCH_RESERVED, (RESERVED, 300), (POOL, -300))
    with pytest.raises(InsufficientFunds):
        one(K.MATCH_RESERVED, (RESERVED, 601), (POOL, -601))
    one(K.MATCH_UNRESERVED, (RESERVED, -300), (POOL, 300), resolves=reserved)
    assert balance(POOL, "KGS") == 900


# Commands


def test_the_same_command_again_finds_its_result():
    received_once = posted(draft(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -5)), key="same")
    opened = command_open(scope="test", key="same", request={})
    assert opened.replayed
    assert opened.command.result_ref == "done"
    assert list(opened.command.entries.all()) == received_once


def test_keys_of_different_scopes_do_not_meet():
    assert not command_open(scope="user:a", key="k", request={"amount": 1}).replayed
    assert not command_open(scope="user:b", key="k", request={"amount": 2}).replayed


def test_another_request_under_the_same_key_is_refused():
    with transaction.atomic():
        command_finish(command_open(scope="test", key="k", request={"amount": 1, "to": "a"}).command, "x")
    assert command_open(scope="test", key="k", request={"to": "a", "amount": 1}).replayed
    with pytest.raises(KeyReused):
        command_open(scope="test", key="k", request={"amount": 2, "to": "a"})


def test_a_result_is_never_empty_when_it_is_asked_for_again():
    command = command_open(scope="test", key="k", request={}).command
    with pytest.raises(RuntimeError, match="never finished"):
        command_open(scope="test", key="k", request={})
    with pytest.raises(ValueError, match="has a result"):
        command_finish(command, "")


def test_a_refused_command_may_be_tried_again():
    received(100)
    for _try in range(2):
        with pytest.raises(InsufficientFunds):
            posted(draft(K.REFUND_PAID, (HELD, 101), (BANK, -101)), key="refund")
    received(1)
    posted(draft(K.REFUND_PAID, (HELD, 101), (BANK, -101)), key="refund")


# Cost


def test_posting_asks_the_database_little_however_many_entries(django_assert_max_num_queries):
    received(9_000_00)
    command = command_open(scope="test", key="k", request={}).command
    drafts = [draft(K.SURPLUS_MOVED, (HELD, 1), (HELD_ELSEWHERE, -1)) for _n in range(50)]
    post(command=command, drafts=drafts)  # makes the second account
    with django_assert_max_num_queries(10), transaction.atomic():
        post(command=command, drafts=drafts)
    command_finish(command, "done")


def test_naming_other_entries_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    promises = posted(*[draft(K.PLEDGE_CONFIRMED, (PROMISED, 5), (PROMISOR, -5)) for _n in range(20)])
    command = command_open(scope="test", key="k", request={}).command
    with django_assert_max_num_queries(13), transaction.atomic():
        post(command=command, drafts=[kept(each, 5) for each in promises])
    command_finish(command, "done")


def test_money_that_left_is_accounted_for():
    received(500)
    one(
        K.TRANCHE_RELEASED,
        (HELD, 500),
        (BANK, -500),
        (ADVANCE, 500),
        (codes.accountable(CUSTODIAN, PROJECT), -500),
    )
    one(K.EXPENSE_DOCUMENTED, (codes.spent(CUSTODIAN, PROJECT, 1), 400), (ADVANCE, -400))
    with pytest.raises(InsufficientFunds):
        one(K.EXPENSE_DOCUMENTED, (codes.spent(CUSTODIAN, PROJECT, 2), 101), (ADVANCE, -101))
    assert balance(ADVANCE, "KGS") == 100


def test_a_leg_on_an_account_of_another_currency_makes_another_account():
    mixed = [*legs((BANK, 5)), *legs((HELD, -5), currency="USD")]
    with pytest.raises(MalformedEntry, match="does not balance"):
        posted(EntryDraft(K.PAYMENT_RECEIVED, mixed))
