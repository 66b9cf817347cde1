"""Money of a pool goes to a pool at another custodian: what is booked, who says what, and what is owed meanwhile."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, KeyReused, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from birge.organisations.models import Role
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.ledger.checks import check_ledger
from funds.ledger.models import Entry
from funds.pools.selectors import pool_money, pools_money
from funds.pools.services import pool_close
from funds.pools.statements import statement
from funds.settlement.services import (
    tick,
    transfer_close_confirm,
    transfer_refuse,
)
from funds.transfers.models import TransferStep
from funds.transfers.selectors import is_late, late
from funds.transfers.services import transfer_approve, transfer_close_ask, transfer_close_refuse, transfer_prepare
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.funds import factor, notices
from tests.factories.organisations import seated

pytestmark = pytest.mark.django_db


def test_the_sum_owed_is_the_same_before_on_the_way_and_after():
    both = make.two(5_000_00)
    transfer = make.sent(both, 1_000_00)
    assert (both.owed(), both.banked(), both.transit()) == ((5_000_00, 0), (4_000_00, 0), 1_000_00)
    assert check_ledger() == []
    transfer = make.receive(both, transfer)
    assert (both.owed(), both.banked(), both.transit()) == ((4_000_00, 1_000_00), (4_000_00, 1_000_00), 0)
    assert transfer.status == "received"
    entry = Entry.objects.get(pk=transfer.received_entry_id)
    assert (entry.kind, entry.resolves_id) == ("transfer.received", transfer.sent_entry_id)


def test_a_decision_alone_moves_nothing_but_binds_the_money():
    both = make.two(5_000_00)
    make.asked(both, 4_500_00)
    money = pool_money(both.here.pool)
    assert (money.free_minor, money.bound_minor, money.held_minor) == (500_00, 4_500_00, 5_000_00)
    assert pools_money([both.here.pool])[both.here.pool.public_id] == money
    assert not Entry.objects.filter(kind__startswith="transfer").exists()
    with pytest.raises(Conflict) as refused:
        pools.booked(both.here, pools.proposed(both.here, 600_00, kind="pass_on", to_pool=both.there.pool))
    assert refused.value.code == "insufficient_funds"


@pytest.mark.parametrize("stage", [make.prepared, make.approved, make.sent, make.closing])
def test_what_is_on_its_way_is_not_spent(stage):
    both = make.two(1_000_00)
    stage(both, 800_00)
    with pytest.raises(Conflict) as refused:
        pools.booked(both.here, pools.matching(both.here, 300_00))
    assert (refused.value.code, refused.value.data["available"]) == ("insufficient_funds", 200_00)


def test_each_step_takes_another_person():
    both = make.two()
    transfer = make.prepared(both)
    with pytest.raises(NotAllowed) as refused:
        transfer_approve(transfer=transfer, actor=both.clerk, proof=factor(both.clerk))
    assert refused.value.code == "same_person"
    transfer = make.send(both, transfer_approve(transfer=transfer, actor=both.second, proof=factor(both.second)))
    with pytest.raises(NotAllowed):
        make.receive(both, transfer, actor=both.clerk)
    both_sides = seated(both.there.custodian, Role.CUSTODIAN_OFFICER, who=both.second, seat=9).user
    with pytest.raises(NotAllowed) as refused:
        make.receive(both, transfer, actor=both_sides)
    assert refused.value.code == "same_person"


@pytest.mark.parametrize(
    "step",
    [
        lambda both: transfer_approve(transfer=make.prepared(both), actor=both.second, proof=None),
        lambda both: make.send(both, make.approved(both), proof=None),
        lambda both: make.receive(both, make.sent(both), proof=None),
        lambda both: transfer_close_confirm(transfer=make.closing(both), actor=both.second, proof=None),
    ],
    ids=["approve", "send", "receive", "close"],
)
def test_each_word_that_counts_takes_a_second_factor(step):
    with pytest.raises(SecondFactorRequired):
        step(make.two())


def test_officers_of_other_custodians_have_no_say():
    both, elsewhere = make.two(), pools.pool_of()
    stranger = elsewhere.officer
    with pytest.raises(NotAllowed):
        transfer_prepare(transfer=make.asked(both), actor=both.cashier, route=make.Route(**make.ROUTE))
    approved = make.approved(both)
    with pytest.raises(NotAllowed):
        make.send(both, approved, actor=stranger)
    with pytest.raises(NotAllowed):
        make.receive(both, make.send(both, approved), actor=stranger)


def test_only_what_was_approved_is_sent():
    both = make.two()
    with pytest.raises(RuleNotMet) as refused:
        make.send(both, make.prepared(both))
    assert refused.value.code == "transition"


def test_other_banks_need_another_approval():
    both = make.two()
    approved = make.approved(both)
    with pytest.raises(RuleNotMet):
        make.prepared(both, transfer=approved, receiver_bank="Другой банк")


def test_sent_and_received_twice_it_happens_once():
    both = make.two()
    transfer = make.sent(both)
    again = make.send(both, transfer)
    assert (again.status, both.transit()) == ("sent", 1_000_00)
    make.receive(both, transfer)
    assert make.receive(both, transfer).status == "received"
    assert Entry.objects.filter(kind__startswith="transfer").count() == 2
    with pytest.raises(KeyReused):
        make.receive(both, transfer, 900_00)


def test_two_transfers_in_opposite_directions_are_never_netted():
    both = make.two()
    pools.paid_in(both.there, 2_000_00)
    back = make.Two(here=both.there, there=both.here)
    there, here = make.sent(both, 1_000_00), make.sent(back, 400_00)
    assert (both.transit(), back.transit()) == (1_000_00, 400_00)
    make.receive(both, there)
    assert (both.transit(), back.transit()) == (0, 400_00)
    make.receive(back, here)
    assert both.owed() == (4_400_00, 2_600_00)


def test_where_less_arrives_both_sums_are_kept_and_the_sender_bears_the_fee():
    both = make.two(5_000_00)
    transfer = make.received(both, 1_000_00, 985_00)
    assert (transfer.amount_minor, transfer.received_minor, transfer.fee_minor) == (1_000_00, 985_00, 15_00)
    assert (both.owed(), both.banked(), both.transit()) == ((4_000_00, 985_00), (4_000_00, 985_00), 0)
    fee = Entry.objects.get(pk=transfer.fee_entry_id)
    assert (fee.kind, fee.group) == ("fee.charged", transfer.public_id)
    assert check_ledger() == []


def test_less_than_was_sent_has_to_be_named_as_a_fee():
    both = make.two()
    with pytest.raises(InvalidInput) as refused:
        make.receive(both, make.sent(both), 985_00, rest_is_fee=False)
    assert refused.value.field == "amount"


@pytest.mark.parametrize("amount", [Money(1_000_01, "KGS"), Money(1_000_00, "RUB"), Money(0, "KGS")])
def test_more_than_was_sent_or_another_currency_does_not_arrive(amount):
    both = make.two()
    with pytest.raises(InvalidInput) as refused:
        make.receive(both, make.sent(both), amount=amount, rest_is_fee=True)
    assert refused.value.field == "amount"


def test_what_came_back_is_in_the_pool_again():
    both = make.two(5_000_00)
    transfer = make.closed(both)
    assert (transfer.status, both.owed(), both.banked(), both.transit()) == (
        "came_back", (5_000_00, 0), (5_000_00, 0), 0,
    )  # fmt: skip
    assert pool_money(both.here.pool).free_minor == 5_000_00
    assert len(notices("pool_money_not_sent")) == 5


def test_what_is_lost_is_taken_from_the_pool_that_sent_it_and_from_nobody_else():
    both = make.two(5_000_00)
    pools.pool_with_money(700_00, beside=both.here)
    transfer = make.closed(both, how="lost")
    assert (transfer.status, both.owed(), both.banked(), both.transit()) == (
        "lost", (4_000_00, 0), (4_700_00, 0), 0,
    )  # fmt: skip
    assert check_ledger() == []


def test_two_persons_say_that_it_came_back_and_the_second_may_say_no():
    both = make.two()
    transfer = make.closing(both)
    with pytest.raises(NotAllowed) as refused:
        transfer_close_confirm(transfer=transfer, actor=both.clerk, proof=factor(both.clerk))
    assert refused.value.code == "same_person"
    transfer = transfer_close_refuse(transfer=transfer, actor=both.second, reason="It is not on the statement")
    assert (transfer.status, transfer.closed_how, both.transit()) == ("sent", "", 1_000_00)
    assert make.receive(both, transfer).status == "received"


def test_what_was_thought_lost_can_still_arrive():
    both = make.two()
    assert make.receive(both, make.closing(both, how="lost")).status == "received"


def test_what_arrived_does_not_come_back():
    both = make.two()
    with pytest.raises(RuleNotMet):
        transfer_close_ask(transfer=make.received(both), actor=both.clerk, how="came_back", reason="No")


def test_a_transfer_that_is_not_sent_frees_the_pools_money():
    both = make.two(5_000_00)
    refused = transfer_refuse(transfer=make.approved(both), actor=both.clerk, reason="The account is closed")
    assert (refused.status, pool_money(both.here.pool).free_minor) == ("refused", 5_000_00)
    with pytest.raises(RuleNotMet):
        make.send(both, refused)
    with pytest.raises(RuleNotMet):
        transfer_refuse(transfer=make.sent(both), actor=both.clerk, reason="Too late")


def test_what_is_cash_with_the_treasurer_is_not_transferred():
    both = make.two(100_00)
    pools.cash_in(both.here, 900_00)
    with pytest.raises(RuleNotMet) as refused:
        make.asked(both, 500_00)
    assert refused.value.code == "not_banked"


def test_money_that_lies_elsewhere_than_at_the_bank_is_not_sent():
    both = make.two(100_00)
    payment = pools.recorded(both.here, pools.announced(both.here, 900_00), kind="cash")
    pools.payment_confirm(payment=payment, actor=both.second, proof=factor(both.second))
    with pytest.raises(RuleNotMet) as refused:
        make.sent(both, 500_00)
    assert (refused.value.code, refused.value.data["available"]) == ("not_at_bank", 100_00)


def test_a_pool_to_which_money_is_on_its_way_is_not_closed():
    both = make.two()
    make.sent(both)
    with pytest.raises(RuleNotMet) as refused:
        pool_close(pool=both.there.pool, actor=both.there.association.chair, reason="Done")
    assert refused.value.code == "money_on_its_way"


def line_of(custodian, minor):
    account = BankAccount.objects.create(
        custodian=custodian, number=f"40{custodian.pk}", currency="KGS", name="main", opened_on=clock.today()
    )
    file = StatementFile.objects.create(
        account=account, sha256="0" * 64, format="csv", first_day=clock.today(), last_day=clock.today(),
        line_count=1, new_count=1,
    )  # fmt: skip
    return BankLine.objects.create(
        account=account, file=file, day=clock.today(), amount_minor=minor, currency="KGS", identity="one"
    )


def test_the_banks_line_at_either_end_is_this_transfer_and_nothing_else():
    both = make.two()
    out, came = line_of(both.here.custodian, -1_000_00), line_of(both.there.custodian, 985_00)
    transfer = make.sent(both, line=out)
    with pytest.raises(InvalidInput) as refused:
        make.receive(both, transfer, 985_00, line=out)
    assert refused.value.field == "line"
    with pytest.raises(InvalidInput):
        make.receive(both, transfer, line=came)
    make.receive(both, transfer, 985_00, line=came)
    for line in (out, came):
        line.refresh_from_db()
        assert line.payment_ref == transfer.public_id


@pytest.mark.parametrize("days", [-40, 1])
def test_the_day_it_left_lies_between_the_decision_and_today(days):
    both = make.two()
    with pytest.raises(InvalidInput) as refused:
        make.send(both, make.approved(both), sent_on=clock.today() + dt.timedelta(days=days))
    assert refused.value.field == "sent_on"


def test_every_step_is_kept_and_audited():
    both = make.two()
    transfer = make.received(both)
    steps = list(TransferStep.objects.filter(transfer=transfer).values_list("from_status", "to_status"))
    assert steps == [
        ("", "asked"), ("asked", "prepared"), ("prepared", "approved"), ("approved", "sent"), ("sent", "received"),
    ]  # fmt: skip
    acted = AuditRecord.objects.filter(object_ref=transfer.public_id).values_list("action", flat=True)
    assert sorted(acted) == ["transfer_approve", "transfer_receive", "transfer_send", "transfer_send"]


def test_the_pools_statements_say_where_the_money_went_and_came_from():
    both = make.two()
    make.received(both, 1_000_00, 985_00)
    day = clock.today()
    gone = statement(both.here.pool, day.year, day.month, "en").free.lines[-2:]
    came = statement(both.there.pool, day.year, day.month, "en").free.lines[-1]
    assert sorted((line.amount_minor, line.words) for line in gone) == [
        (-985_00, f"Passed on to “{both.there.pool.name_ru}”"), (-15_00, "Fee charged"),
    ]  # fmt: skip
    assert (came.amount_minor, came.words) == (985_00, f"Came from “{both.here.pool.name_ru}”")


def test_the_people_of_both_pools_are_told_what_arrived():
    both = make.two()
    make.received(both, 1_000_00, 985_00)
    told = notices("pool_money_arrived")
    assert len(told) == 10
    assert {notice.context["fee"] for notice in told} != {""}


def test_scenario_19_money_that_never_arrives_stays_in_transit_shows_in_red_and_is_not_spent():
    both = make.two(5_000_00)
    transfer = make.sent(both, 1_000_00)
    day = clock.today()
    with time_machine.travel(dt.datetime.combine(day + dt.timedelta(days=5), dt.time(23, 59), dt.UTC)):
        assert (list(late()), is_late(transfer), tick().transfers_late) == ([], False, [])
    with time_machine.travel(dt.datetime.combine(day + dt.timedelta(days=6), dt.time(0, 1), dt.UTC)):
        assert (list(late()), is_late(transfer)) == ([transfer], True)
        assert tick().transfers_late == [transfer.public_id]
        assert tick().transfers_late == []
        told = notices("transfer_late")
        assert len(told) == 4, "both officers of both custodians, once"
        assert both.transit() == 1_000_00
        with pytest.raises(Conflict) as refused:
            pools.booked(both.here, pools.matching(both.here, 4_500_00))
        assert refused.value.code == "insufficient_funds"
    with time_machine.travel(dt.datetime.combine(day + dt.timedelta(days=90), dt.time(12), dt.UTC)):
        transfer.refresh_from_db()
        assert (transfer.status, both.transit(), both.owed()) == ("sent", 1_000_00, (5_000_00, 0))
        assert make.receive(both, transfer).status == "received"
        assert (list(late()), both.transit(), both.owed()) == ([], 0, (4_000_00, 1_000_00))
    assert check_ledger() == []
