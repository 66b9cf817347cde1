"""A donor asks for a gift after a part of the money was spent: nobody else's money pays for it."""

import pytest

from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Balance, Entry
from funds.ledger.posting import draft_check
from funds.ledger.selectors import entries_with_postings
from funds.payments.models import Payment, PaymentStatus
from funds.pledges.models import Pledge
from funds.releases.models import GiftBack, Refund
from funds.releases.selectors import tranche_minor
from funds.settlement.facts import held_minor
from funds.settlement.services import gift_back_ask, gift_back_pay, gift_back_refuse
from funds.settlement.services.returning.giving_back import _draft, gift_share
from projects.works.services import project_start
from tests.factories import funds as make
from tests.factories import returns as back

pytestmark = pytest.mark.django_db


def built(*, spent=True):
    """Return a project under way with two donors' gifts and the village's; a third of the money is paid out."""
    world = make.open_village_project(donors=10_000_00, village=10_000_00, stages=3)
    gifts = [back.paid_gift(world, amount) for amount in (4_000_00, 6_000_00)]
    make.village_pays(world, 10_000_00)
    world.project.refresh_from_db()
    world.project = project_start(project=world.project, actor=world.head)
    if spent:
        make.documented(world, 1)
    return world, [Payment.objects.get(group=gift.group) for gift in gifts]


def ask(world, payment, minor):
    return gift_back_ask(payment=payment, amount=Money(minor, "KGS"), reason="Заболел", actor=world.officer)


def pay(world, wish, actor=None):
    who = actor or world.second_officer
    return gift_back_pay(wish=wish, actor=who, bank_reference="OUT", bank_line=None, proof=make.factor(who))


def others_held(world):
    own = codes.held_project(world.custodian.public_id, world.project.public_id)
    return dict(Balance.objects.exclude(account__code=own).values_list("account__code", "amount"))


def test_scenario_16_a_refund_after_disbursement_comes_from_that_gifts_own_part_and_no_other_held_account_moves():
    world, (gift, other) = built()
    make.open_funded()
    elsewhere, share = others_held(world), gift_share(gift)
    others_share = gift_share(other).held
    assert share.held == 2_666_66
    pay(world, ask(world, gift, share.held))
    assert others_held(world) == elsewhere
    assert gift_share(other).held >= others_share
    assert gift_share(gift).held == 0
    entry = Entry.objects.get(kind="refund.paid")
    assert sorted(posting.amount for posting in entry.postings.all()) == [-2_666_66, 2_666_66]
    gift.refresh_from_db()
    assert gift.status == PaymentStatus.CONFIRMED
    assert len(make.notices("gift_back")) == 1


def test_scenario_16_beyond_that_part_it_is_refused_with_what_was_spent_on_what():
    world, (gift, _other) = built()
    with pytest.raises(RuleNotMet) as refused:
        ask(world, gift, 2_666_67)
    assert (refused.value.code, refused.value.data["most_minor"]) == ("spent", 2_666_66)
    assert "Этап 1" in str(refused.value)
    assert "Фонари" in str(refused.value)


def test_a_part_given_back_leaves_the_others_as_much_as_they_had_when_the_project_fails():
    world, (gift, other) = built()
    before = gift_share(other).held
    pay(world, ask(world, gift, 1_000_00))
    back.give_up(world)
    refunds = {refund.payment_id: refund.amount_minor for refund in Refund.objects.all()}
    assert abs(refunds[other.pk] - before) <= 1
    assert abs(refunds[gift.pk] - 1_666_66) <= 1
    assert sum(refunds.values()) == held_minor(world.project)


def test_before_anything_was_spent_all_of_it_can_go_and_then_it_is_no_gift_any_more():
    world, (gift, _other) = built(spent=False)
    pay(world, ask(world, gift, 4_000_00))
    gift.refresh_from_db()
    assert gift.status == PaymentStatus.REVERSED
    assert Pledge.objects.get(group=gift.group).status == "refunded"


def test_the_last_stage_pays_out_so_much_less():
    world, (gift, _other) = built()
    planned = tranche_minor(make.stage(world, 3))
    pay(world, ask(world, gift, 1_000_00))
    assert tranche_minor(make.stage(world, 3)) == planned - 1_000_00
    assert tranche_minor(make.stage(world, 2)) == make.stage(world, 2).tranche_minor


def test_two_persons_and_a_second_factor():
    world, (gift, _other) = built()
    for stranger in (world.head, world.signatory):
        with pytest.raises(NotAllowed):
            gift_back_ask(payment=gift, amount=Money(1, "KGS"), reason="Нет", actor=stranger)
    wish = ask(world, gift, 1_000_00)
    with pytest.raises(NotAllowed) as same:
        pay(world, wish, world.officer)
    assert same.value.code == "same_person"
    with pytest.raises(SecondFactorRequired):
        gift_back_pay(wish=wish, actor=world.second_officer, bank_reference="R", bank_line=None, proof=None)
    with pytest.raises(Conflict):
        ask(world, gift, 1_000_00)
    assert pay(world, wish).entry_id == pay(world, wish).entry_id
    assert balance(codes.held_project(world.custodian.public_id, world.project.public_id), "KGS") == held_minor(
        world.project
    )


def test_one_that_is_refused_moves_nothing():
    world, (gift, _other) = built()
    wish = ask(world, gift, 1_000_00)
    with pytest.raises(InvalidInput):
        gift_back_refuse(wish=wish, actor=world.second_officer, reason=" ")
    assert gift_back_refuse(wish=wish, actor=world.second_officer, reason="Передумал").status == "refused"
    with pytest.raises(RuleNotMet):
        pay(world, wish)
    assert not Entry.objects.filter(kind="refund.paid").exists()
    assert GiftBack.objects.get().entry_id is None


def test_what_the_reserve_pays_is_an_entry_of_its_own_kind_and_touches_no_other_purpose():
    world, (gift, _other) = built()
    wish = ask(world, gift, 2_000_00)
    wish.from_held_minor, wish.from_reserve_minor = 1_500_00, 500_00
    draft = _draft(wish, gift, world.project)
    draft_check(draft, {entry.pk: entry for entry in entries_with_postings()})
    custodian = world.custodian.public_id
    assert draft.kind == "payment.reversed"
    assert {leg.account.code: leg.amount for leg in draft.legs} == {
        codes.held_project(custodian, world.project.public_id): 1_500_00,
        codes.reserve(custodian): 500_00,
        codes.bank(custodian): -2_000_00,
    }


def test_while_the_project_still_raises_money_it_is_not_the_way():
    world = make.open_village_project()
    payment = Payment.objects.get(group=back.paid_gift(world, 1_000_00).group)
    with pytest.raises(RuleNotMet) as refused:
        ask(world, payment, 1_000_00)
    assert refused.value.code == "not_under_way"


def test_a_village_or_a_pool_does_not_take_back_what_was_decided_together():
    world, _gifts = built()
    with pytest.raises(RuleNotMet) as refused:
        ask(world, Payment.objects.get(kind="village"), 1_00)
    assert refused.value.code == "by_decision"
