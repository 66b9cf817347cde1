"""Both ends at once, on PostgreSQL with real threads: a transfer is booked once, or not at all."""

import pytest

from birge.errors import BirgeError
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.pools.services import pool_close
from funds.screening.models import ScreeningDecision, ScreeningRecord
from funds.screening.services import screening_decide
from funds.settlement.services import proposal_book, transfer_close_confirm, transfer_refuse
from funds.transfers.models import Transfer
from funds.transfers.services import transfer_close_ask
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.funds import factor
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def fresh(transfer):
    return Transfer.objects.select_related("sender", "receiver").get(pk=transfer.pk)


def kinds():
    return sorted(Entry.objects.exclude(kind="payment.received").values_list("kind", flat=True))


def test_confirmed_by_many_at_once_it_arrives_once():
    both = make.two()
    transfer = make.sent(both)
    acts = [
        lambda who=who: make.receive(both, fresh(transfer), actor=who)
        for who in (both.there.officer, both.there.second_officer)
        for _n in range(8)
    ]
    done = all_at_once(acts)
    assert {each.status for each in done} == {"received"}
    assert (both.owed(), both.transit(), kinds()) == (
        (4_000_00, 1_000_00), 0, ["transfer.received", "transfer.sent"],
    )  # fmt: skip


def test_sent_by_many_at_once_it_leaves_once():
    both = make.two()
    transfer = make.approved(both)
    done = all_at_once([lambda: make.send(both, fresh(transfer))] * 12)
    assert {each.status for each in done} == {"sent"}
    assert (both.transit(), both.banked()) == (1_000_00, (4_000_00, 0))


def test_two_sums_of_what_arrived_are_not_both_booked():
    both = make.two()
    transfer = make.sent(both)
    acts = [
        lambda sum_=sum_: make.receive(both, fresh(transfer), sum_) for sum_ in (1_000_00, 990_00) for _n in range(4)
    ]
    done = all_at_once(acts)
    codes = [getattr(each, "code", "received") for each in done]
    assert sorted(codes) == ["key_reused"] * 4 + ["received"] * 4
    assert (both.transit(), check_ledger()) == (0, [])


def test_one_end_says_it_arrived_while_the_other_says_it_came_back():
    both = make.two()
    transfer = make.closing(both)
    acts = [
        lambda: make.receive(both, fresh(transfer)),
        lambda: transfer_close_confirm(transfer=fresh(transfer), actor=both.second, proof=factor(both.second)),
    ] * 3
    done = all_at_once(acts)
    transfer.refresh_from_db()
    assert transfer.status in ("received", "came_back")
    refused = [each for each in done if isinstance(each, BirgeError)]
    assert [each.code for each in refused] == ["transition"] * 3
    assert both.owed() in ((4_000_00, 1_000_00), (5_000_00, 0))
    assert (both.transit(), sum(both.owed()), check_ledger()) == (0, 5_000_00, [])


def test_a_transfer_is_not_sent_and_refused_at_once():
    both = make.two()
    transfer = make.approved(both)
    done = all_at_once([
        lambda: make.send(both, fresh(transfer)),
        lambda: transfer_refuse(transfer=fresh(transfer), actor=both.second, reason="no"),
    ])  # fmt: skip
    transfer.refresh_from_db()
    assert sorted(getattr(each, "code", "done") for each in done) == ["done", "transition"]
    assert both.transit() == (1_000_00 if transfer.status == "sent" else 0)


def test_money_that_is_free_again_and_wanted_at_once_is_never_spent_twice():
    both = make.two(1_000_00)
    transfer = make.sent(both, 700_00)
    wanted = pools.approved(both.here, pools.matching(both.here, 600_00))
    transfer_close_ask(transfer=transfer, actor=both.clerk, how="came_back", reason="Wrong number")
    who = both.here.association.chair
    done = all_at_once([
        lambda: proposal_book(proposal=wanted, actor=who, proof=factor(who)),
        lambda: transfer_close_confirm(transfer=fresh(transfer), actor=both.second, proof=factor(both.second)),
        lambda: make.receive(both, fresh(transfer)),
    ])  # fmt: skip
    transfer.refresh_from_db()
    booked = getattr(done[0], "status", "") == "booked"
    assert not (booked and transfer.status == "received"), "the pool gave what had arrived elsewhere"
    assert (both.transit(), check_ledger()) == (0, [])


def test_a_pool_does_not_close_over_a_transfer_that_is_decided_at_the_same_moment():
    both = make.two()
    proposal = pools.approved(both.here, pools.proposed(both.here, 100_00, kind="pass_on", to_pool=both.there.pool))
    who, chair = both.here.association.chair, both.there.association.chair
    all_at_once([
        lambda: proposal_book(proposal=proposal, actor=who, proof=factor(who)),
        lambda: pool_close(pool=both.there.pool, actor=chair, reason="Done"),
    ])  # fmt: skip
    both.there.pool.refresh_from_db()
    assert (both.there.pool.status == "closed") != Transfer.objects.exists()


def test_money_passed_both_ways_at_once_does_not_wait_for_ever():
    both = make.two(2_000_00)
    pools.paid_in(both.there, 2_000_00)
    back = make.Two(here=both.there, there=both.here)
    out = [(ends, make.sent(ends, 100_00)) for ends in (both, back) for _n in range(4)]
    done = all_at_once([lambda ends=ends, each=each: make.receive(ends, fresh(each), 99_00) for ends, each in out])
    assert {each.status for each in done} == {"received"}
    assert (both.owed(), both.transit(), back.transit()) == ((1_996_00, 1_996_00), 0, 0)


def test_a_likeness_is_decided_on_once():
    make.listed()
    both = make.two()
    transfer = make.prepared(both, receiver_bank="Keremet Bank")
    record = ScreeningRecord.objects.get(subject_ref=transfer.public_id, screened_by=both.clerk)
    acts = [
        lambda verdict=verdict: screening_decide(
            record=record, actor=both.second, verdict=verdict, reason="Looked at", proof=factor(both.second)
        )
        for verdict in ("allowed", "blocked")
        for _n in range(4)
    ]
    done = all_at_once(acts)
    assert sorted(getattr(each, "code", "done") for each in done) == ["decided"] * 7 + ["done"]
    assert ScreeningDecision.objects.count() == 1
