"""A project fails: everyone gets back in proportion what is still held, by two officers, and never more than came."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.matching.selectors import village_outstanding
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge
from funds.releases.models import Refund, RefundStatus, ReleaseStatus
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    project_cancel_and_refund,
    project_expire_and_refund,
    refund_confirm,
    refund_not_sent,
    refund_send,
    tick,
)
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def send_back(world, refund):
    sent = refund_send(
        refund=refund,
        actor=world.officer,
        bank_reference="R-1",
        bank_line=make.paper(world),
        proof=make.factor(world.officer),
    )
    return refund_confirm(refund=sent, actor=world.second_officer, proof=make.factor(world.second_officer))


def give_up(world):
    return project_cancel_and_refund(project=world.project, actor=world.head, reason="Дорогу построит область")


def test_a_cancelled_project_gives_everything_back_that_it_holds():
    world = make.open_village_project(donors=10_000_00, village=10_000_00)
    given = [make.confirmed_pledge(world.project, amount) for amount in (1_000_00, 2_000_00)]
    for each in given:
        make.pay(world, each)
    make.village_pays(world, 500_00)
    give_up(world)
    refunds = list(Refund.objects.order_by("id"))
    assert [refund.amount_minor for refund in refunds] == [1_000_00, 2_000_00, 500_00]
    for refund in refunds:
        send_back(world, refund)
    assert held_minor(world.project) == 0
    assert balance(codes.bank(world.custodian.public_id), "KGS") == 0
    assert {pledge.status for pledge in Pledge.objects.all()} == {"refunded"}
    assert village_outstanding(world.project) == 0


def test_after_a_release_what_is_left_is_divided_to_the_tyiyn():
    world = make.under_way(donors=10_000_01, village=10_000_00, stages=3)
    make.released(world, 1)
    left = held_minor(world.project)
    give_up(world)
    parts = [refund.amount_minor for refund in Refund.objects.order_by("id")]
    assert sum(parts) == left
    assert parts == [6666668, 6666666] if left == 13333334 else abs(parts[0] - parts[1]) <= 1


def test_promises_end_and_tranches_not_paid_are_refused():
    world = make.under_way(stages=2)
    release = make.sign(make.ask(world), world.head, world.signatory)
    give_up(world)
    release.refresh_from_db()
    assert release.status == ReleaseStatus.REFUSED


def test_the_one_who_sends_does_not_confirm_and_both_need_their_factor():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    give_up(world)
    refund = Refund.objects.get()
    with pytest.raises(SecondFactorRequired):
        refund_send(refund=refund, actor=world.officer, bank_reference="R", bank_line=None, proof=None)
    with pytest.raises(RuleNotMet):
        refund_confirm(refund=refund, actor=world.second_officer, proof=make.factor(world.second_officer))
    sent = refund_send(
        refund=refund, actor=world.officer, bank_reference="R", bank_line=None, proof=make.factor(world.officer)
    )
    with pytest.raises(NotAllowed):
        refund_confirm(refund=sent, actor=world.officer, proof=make.factor(world.officer))
    with pytest.raises(NotAllowed):
        refund_send(refund=sent, actor=world.head, bank_reference="R", bank_line=None, proof=make.factor(world.head))
    assert held_minor(world.project) == 1_000_00


def test_what_was_not_sent_after_all_is_due_again():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    give_up(world)
    sent = refund_send(
        refund=Refund.objects.get(),
        actor=world.officer,
        bank_reference="R",
        bank_line=None,
        proof=make.factor(world.officer),
    )
    back = refund_not_sent(refund=sent, actor=world.second_officer, reason="Банк вернул")
    assert (back.status, back.sent_by) == (RefundStatus.DUE, None)
    assert send_back(world, back).status == RefundStatus.PAID


def test_confirming_twice_pays_once():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    give_up(world)
    paid = send_back(world, Refund.objects.get())
    again = refund_confirm(refund=paid, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert again.entry_id == paid.entry_id
    assert Entry.objects.filter(kind="refund.paid").count() == 1


def test_an_expired_project_goes_the_same_way_and_not_a_day_early():
    world = make.open_village_project(deadline_days=5)
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    with pytest.raises(RuleNotMet):
        project_expire_and_refund(project=world.project)
    with clock.moved_to(clock.now() + dt.timedelta(days=6)):
        expired = project_expire_and_refund(project=world.project)
        assert expired.status == "expired"
        assert project_expire_and_refund(project=world.project).status == "expired"
        assert Refund.objects.count() == 1


def test_money_confirmed_after_the_end_goes_back_whole():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    late = make.record(world, make.confirmed_pledge(world.project, 700_00))
    give_up(world)
    payment_confirm(payment=late, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert len(tick().refunds) == 1
    assert tick().refunds == []
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [700_00, 1_000_00]


def test_donors_are_told_when_it_is_due_and_when_it_went():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    give_up(world)
    assert len(make.notices("refund_due")) == 1
    send_back(world, Refund.objects.get())
    assert len(make.notices("refund_paid")) == 1


def test_giving_up_needs_a_reason_and_the_head():
    world = make.open_village_project()
    with pytest.raises(InvalidInput):
        project_cancel_and_refund(project=world.project, actor=world.head, reason=" ")
    for person in (world.finance_officer, world.signatory, world.officer):
        with pytest.raises(NotAllowed):
            project_cancel_and_refund(project=world.project, actor=person, reason="Нет")


def test_a_draft_is_given_up_without_any_money():
    world = make.open_village_project()
    aimak = world.project.administration.place
    project = make.adopted_project(
        donors=100_00, village_share=0, administration=world.project.administration, place=aimak
    )
    cancelled = project_cancel_and_refund(project=project, actor=world.head, reason="Передумали")
    assert cancelled.status == "cancelled"
    assert not Refund.objects.exists()
