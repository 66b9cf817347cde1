"""Cash of a pool: nobody confirms what they wrote down, and it lies with the treasurer until it is banked."""

import pytest
from django.core.cache import cache

from birge.errors import Conflict, InvalidInput, KeyReused, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Role
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.models import Payment
from funds.payments.selectors import payments_to_confirm
from funds.payments.services import payment_confirm, payment_refuse
from funds.pools.models import PoolGift
from funds.pools.selectors import cash_to_confirm, pool_free, pool_money
from funds.pools.tokens import payment_code, pool_gift_token
from funds.settlement.services import (
    pool_cash_confirm,
    pool_cash_confirm_by_payer,
    pool_cash_refuse,
    pool_payment_refuse_by_payer,
)
from tests.factories import pools as make
from tests.factories.funds import contact, factor, notices, officer_of

pytestmark = pytest.mark.django_db


def bank(world):
    return balance(codes.bank(world.custodian.public_id), "KGS")


def treasurers_cash(world):
    return balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS")


def test_the_treasurers_cash_is_booked_when_a_second_signatory_confirms_it():
    world = make.pool_of()
    payment = make.cash_recorded(world, 300_00)
    assert (list(cash_to_confirm(world.pool)), pool_free(world.pool)) == ([payment], 0)
    confirmed = pool_cash_confirm(payment=payment, actor=world.association.chair, proof=factor(world.association.chair))
    assert (confirmed.status, confirmed.confirmed_how, confirmed.kind) == ("confirmed", "second_officer", "pool_cash")
    assert (pool_free(world.pool), treasurers_cash(world), bank(world)) == (300_00, 300_00, 0)
    assert PoolGift.objects.get().status == "paid"
    assert pool_money(world.pool).ready_minor == 0


def test_the_treasurers_cash_is_booked_when_the_payer_says_yes_by_link():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    confirmed = pool_cash_confirm_by_payer(payment=payment, token=pool_gift_token(PoolGift.objects.get()))
    assert (confirmed.confirmed_how, pool_free(world.pool)) == ("payer", 300_00)


def test_the_payer_can_read_out_the_code_from_their_phone():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    (message,) = notices("pool_payment_to_confirm")
    code = payment_code(PoolGift.objects.get(), payment.public_id)
    assert (message.context.get("code"), len(code)) == (code, 6)
    confirmed = pool_cash_confirm_by_payer(payment=payment, code=f"{code[:3]} {code[3:]}")
    assert (confirmed.confirmed_how, pool_free(world.pool)) == ("payer", 300_00)


def test_after_five_wrong_codes_not_even_the_right_one_opens():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    code = payment_code(PoolGift.objects.get(), payment.public_id)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _n in range(5):
        with pytest.raises(InvalidInput) as refused:
            pool_cash_confirm_by_payer(payment=payment, code=wrong)
        assert refused.value.code == "code_wrong"
    with pytest.raises(Conflict) as shut:
        pool_cash_confirm_by_payer(payment=payment, code=code)
    assert shut.value.code == "too_many_codes"
    cache.clear()


def test_the_code_of_one_payment_is_not_that_of_another():
    world = make.pool_of()
    first, second = make.cash_recorded(world), make.cash_recorded(world)
    code = payment_code(PoolGift.objects.get(public_id=first.group), first.public_id)
    with pytest.raises(InvalidInput):
        pool_cash_confirm_by_payer(payment=second, code=code)


def test_the_treasurer_never_confirms_what_they_wrote_down():
    world = make.pool_of()
    treasurer = world.association.treasurer
    payment = make.cash_recorded(world)
    gift = PoolGift.objects.get()
    with pytest.raises(NotAllowed):
        pool_cash_confirm(payment=payment, actor=treasurer, proof=factor(treasurer))
    with pytest.raises(NotAllowed) as refused:
        pool_cash_confirm_by_payer(payment=payment, token=pool_gift_token(gift), actor=treasurer)
    assert refused.value.code == "same_person"
    assert pool_free(world.pool) == 0


def test_a_treasurer_who_signs_twice_over_does_not_confirm_either():
    world = make.pool_of()
    both = officer_of(world.association.organisation, Role.TREASURER, seat=30)
    from tests.factories.organisations import seated

    seated(world.association.organisation, Role.SIGNATORY, who=both, seat=30)
    payment = make.cash_recorded(world, actor=both)
    with pytest.raises(NotAllowed) as refused:
        pool_cash_confirm(payment=payment, actor=both, proof=factor(both))
    assert refused.value.code == "same_person"


@pytest.mark.parametrize("by", ["link", "code"])
def test_a_treasurer_who_gave_their_own_address_needs_a_second_signatory(by):
    world = make.pool_of()
    payment = make.cash_recorded(world, contact=contact(world.association.treasurer.email.upper()))
    gift = PoolGift.objects.get()
    how = {"link": {"token": pool_gift_token(gift)}, "code": {"code": payment_code(gift, payment.public_id)}}[by]
    with pytest.raises(NotAllowed) as refused:
        pool_cash_confirm_by_payer(payment=payment, **how)
    assert refused.value.code == "same_person"
    chair = world.association.chair
    assert pool_cash_confirm(payment=payment, actor=chair, proof=factor(chair)).status == "confirmed"


def test_the_custodians_officers_do_not_decide_on_the_treasurers_cash():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    assert not payments_to_confirm(world.custodian).exists()
    for act in (
        lambda: payment_confirm(payment=payment, actor=world.officer, proof=factor(world.officer)),
        lambda: payment_refuse(payment=payment, actor=world.officer, reason="no"),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "by_the_pool"


def test_members_and_strangers_neither_record_nor_confirm_cash():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    for who in (world.association.members[0], world.officer, make.association_of_seven().treasurer):
        with pytest.raises(NotAllowed):
            pool_cash_confirm(payment=payment, actor=who, proof=factor(who))
        with pytest.raises(NotAllowed):
            make.cash_recorded(world, actor=who)


def test_confirming_cash_needs_a_second_factor():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    with pytest.raises(SecondFactorRequired):
        pool_cash_confirm(payment=payment, actor=world.association.chair, proof=None)


def test_cash_recorded_twice_by_one_key_is_one_gift_and_one_message():
    world = make.pool_of()
    same = {"reference": "S", "contact": contact("a@example.org"), "idempotency": ("user:test", "cash-once")}
    assert make.cash_recorded(world, **same) == make.cash_recorded(world, **same)
    assert (PoolGift.objects.count(), Payment.objects.count()) == (1, 1)
    assert len(notices("pool_payment_to_confirm")) == 1
    with pytest.raises(KeyReused):
        make.cash_recorded(world, **(same | {"contact": contact("b@example.org")}))


def test_the_same_slip_twice_is_refused():
    world = make.pool_of()
    make.cash_recorded(world, reference="S-1")
    with pytest.raises(Conflict) as refused:
        make.cash_recorded(world, reference="S-1")
    assert refused.value.code == "duplicate_payment"
    assert PoolGift.objects.count() == 1


def test_cash_needs_no_number_of_a_slip_for_it_gets_one_from_us():
    payment = make.cash_recorded(make.pool_of(), reference=" ")
    assert (payment.reference, payment.cash_receipt.number) == ("", 1)


def test_cash_of_somebody_who_gave_no_contact_needs_a_second_signatory():
    world = make.pool_of()
    payment = make.cash_recorded(world, contact=None)
    assert not notices("pool_payment_to_confirm")
    chair = world.association.chair
    assert pool_cash_confirm(payment=payment, actor=chair, proof=factor(chair)).status == "confirmed"


def test_the_payer_can_say_no():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    gift = PoolGift.objects.get()
    refused = pool_payment_refuse_by_payer(payment=payment, token=pool_gift_token(gift))
    gift.refresh_from_db()
    assert (refused.status, gift.status, pool_free(world.pool)) == ("refused", "withdrawn", 0)


def test_the_treasurer_can_take_back_what_was_written_down_wrong():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    treasurer = world.association.treasurer
    with pytest.raises(NotAllowed):
        pool_cash_refuse(payment=payment, actor=world.association.members[0], reason="no")
    with pytest.raises(InvalidInput):
        pool_cash_refuse(payment=payment, actor=treasurer, reason=" ")
    assert pool_cash_refuse(payment=payment, actor=treasurer, reason="It was 200.").status == "refused"
    with pytest.raises(RuleNotMet):
        pool_cash_confirm(payment=payment, actor=world.association.chair, proof=factor(world.association.chair))


def test_a_matching_donors_manager_does_not_confirm_their_own_cash():
    from tests.factories.funds import organisation

    where = organisation("matching_donor")
    one, two = (officer_of(where, Role.DONOR_MANAGER, seat=seat) for seat in (1, 2))
    make.terms_for(where, one, two, needed_below=1, needed_above=1)
    association = make.Association(where, chair=one, treasurer=one, signatories=[two], members=[])
    world = make.pool_of(association)
    payment = make.cash_recorded(world)
    with pytest.raises(NotAllowed):
        pool_cash_confirm(payment=payment, actor=one, proof=factor(one))
    assert pool_cash_confirm(payment=payment, actor=two, proof=factor(two)).status == "confirmed"


def test_cash_is_taken_to_the_bank():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    entry = make.banked(world, 200_00)
    assert entry.kind == "cash.banked"
    assert (pool_free(world.pool), treasurers_cash(world), bank(world)) == (300_00, 100_00, 200_00)
    assert pool_money(world.pool).ready_minor == 200_00


def test_more_cash_than_there_is_does_not_come_to_the_bank():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    with pytest.raises(RuleNotMet) as refused:
        make.banked(world, 300_01)
    assert (refused.value.code, refused.value.data["available"]) == ("not_so_much_cash", 300_00)


def test_one_bank_line_is_booked_once():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    same = {"bank_reference": "B", "idempotency": ("user:test", "bank-once")}
    assert make.banked(world, 100_00, **same) == make.banked(world, 100_00, **same)
    assert treasurers_cash(world) == 200_00
    with pytest.raises(KeyReused):
        make.banked(world, 110_00, **same)


def test_only_the_custodian_says_that_cash_came_to_its_bank():
    world = make.pool_of()
    make.cash_in(world)
    with pytest.raises(NotAllowed):
        make.banked(world, 100_00, actor=world.association.treasurer)
    with pytest.raises(InvalidInput) as refused:
        make.banked(world, 100_00, bank_reference=" ")
    assert refused.value.field == "bank_reference"


def test_each_pools_treasurer_numbers_slips_of_their_own():
    world = make.pool_of()
    other = make.pool_of(beside=world)
    make.cash_recorded(world, reference="1")
    make.cash_recorded(other, reference="1")
    assert Payment.objects.filter(reference="1").count() == 2
