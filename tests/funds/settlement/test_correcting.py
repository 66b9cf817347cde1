"""An officer's mistake: nothing is deleted, a mirror takes the money out, and what it had met is promised again."""

import pytest

from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.ledger.models import Entry
from funds.matching.selectors import match_of, village_outstanding, village_reserved
from funds.payments.models import PaymentStatus
from funds.pledges.models import Pledge
from funds.settlement.facts import held_minor, plan_facts
from funds.settlement.services import payment_correct_approve, payment_correct_ask, payment_correct_refuse
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def put_right(world, payment):
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Не тот вклад")
    return payment_correct_approve(
        correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer)
    )


def test_the_money_is_gone_and_the_promise_stands_again():
    world = make.open_village_project()
    given = make.confirmed_pledge(world.project, 1_000_00)
    payment = make.pay(world, given)
    before = plan_facts(world.project).shares
    done = put_right(world, payment)
    given.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.status, given.status, given.collected_minor) == (PaymentStatus.REVERSED, "confirmed", None)
    assert held_minor(world.project) == 0
    assert plan_facts(world.project).shares == before
    assert Entry.objects.get(pk=done.entry_id).reverses_id == payment.entry_id
    assert match_of(given.public_id) == 1_000_00
    make.pay(world, given)
    assert held_minor(world.project) == 1_000_00


def test_a_payment_that_fell_short_is_promised_again_beside_its_remainder():
    world = make.open_village_project()
    given = make.confirmed_pledge(world.project, 1_000_00)
    put_right(world, make.pay(world, given, 600_00))
    open_sums = sorted(Pledge.objects.filter(group=given.group).values_list("plan_amount_minor", flat=True))
    assert open_sums == [400_00, 600_00]
    assert plan_facts(world.project).shares["donors"] == 1_000_00


def test_the_villages_payment_is_owed_again_with_what_pledges_had_drawn():
    world = make.open_village_project()
    given = make.confirmed_pledge(world.project, 1_000_00)
    put_right(world, make.village_pays(world, 1_500_00))
    assert village_outstanding(world.project) == 10_000_00
    assert village_reserved(world.project) == 1_000_00
    assert match_of(given.public_id) == 1_000_00


def test_a_reservation_paid_in_part_is_one_again():
    world = make.open_village_project()
    given = make.confirmed_pledge(world.project, 1_000_00)
    put_right(world, make.village_pays(world, 400_00))
    assert match_of(given.public_id) == 1_000_00
    assert village_outstanding(world.project) == 10_000_00


def test_a_funded_project_falls_back_until_the_money_is_there():
    world = make.open_funded()
    payment = world.project.payments.exclude(kind="village").get()
    put_right(world, payment)
    world.project.refresh_from_db()
    assert world.project.status == "pledged_in_full"
    pledge = Pledge.objects.get()
    assert pledge.status == "due"
    make.pay(world, pledge)
    world.project.refresh_from_db()
    assert world.project.status == "funded"


def test_two_persons_with_a_factor_and_a_reason():
    world = make.open_village_project()
    payment = make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    with pytest.raises(InvalidInput):
        payment_correct_ask(payment=payment, actor=world.officer, reason="")
    with pytest.raises(NotAllowed):
        payment_correct_ask(payment=payment, actor=world.head, reason="Не то")
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Не то")
    with pytest.raises(Conflict):
        payment_correct_ask(payment=payment, actor=world.second_officer, reason="Не то")
    with pytest.raises(NotAllowed):
        payment_correct_approve(correction=asked, actor=world.officer, proof=make.factor(world.officer))
    with pytest.raises(SecondFactorRequired):
        payment_correct_approve(correction=asked, actor=world.second_officer, proof=None)
    assert held_minor(world.project) == 1_000_00
    assert AuditRecord.objects.filter(action="correction_ask").count() == 1


def test_refused_nothing_changes_and_it_can_be_asked_again():
    world = make.open_village_project()
    payment = make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Не то")
    payment_correct_refuse(correction=asked, actor=world.second_officer, reason="Деньги есть")
    assert held_minor(world.project) == 1_000_00
    put_right(world, payment)
    assert held_minor(world.project) == 0


def test_approving_twice_is_once_and_a_payment_is_put_right_once():
    world = make.open_village_project()
    payment = make.pay(world, make.confirmed_pledge(world.project, 1_000_00))
    done = put_right(world, payment)
    again = payment_correct_approve(
        correction=done, actor=world.second_officer, proof=make.factor(world.second_officer)
    )
    assert again.entry_id == done.entry_id
    with pytest.raises(RuleNotMet):
        payment_correct_ask(payment=payment, actor=world.officer, reason="Ещё раз")


def test_once_work_has_begun_it_is_too_late():
    world = make.under_way()
    payment = world.project.payments.first()
    with pytest.raises(RuleNotMet) as refusal:
        payment_correct_ask(payment=payment, actor=world.officer, reason="Не то")
    assert refusal.value.code == "too_late"
