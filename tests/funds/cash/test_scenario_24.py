"""A treasurer confirms their own cash with a second account: same person, same phone, same device, no office."""

import pytest

from birge.accounts.devices import KEPT, device_keep, device_used_by, devices_forget
from birge.accounts.models import DeviceUse
from birge.accounts.sameness import contact_key
from birge.errors import NotAllowed
from birge.organisations.models import Role
from funds.payments.services import payment_confirm
from funds.pools.models import PoolGift
from funds.pools.tokens import payment_code, pool_gift_token
from funds.settlement.services import (
    payment_confirm_by_payer,
    pool_cash_confirm,
    pool_cash_confirm_by_payer,
)
from tests.factories import cash
from tests.factories import pools as make
from tests.factories.funds import confirmed_pledge, contact, factor, officer_of, open_village_project, person, record

pytestmark = pytest.mark.django_db
PHONE = "+996555123456"
SPELT = ["0555123456", "+996555123456 ", "996555123456", "0555 12-34-56", "00996555123456"]
MINE, OTHERS = "a" * 64, "b" * 64


def refused(act):
    with pytest.raises(NotAllowed) as found:
        act()
    return found.value.code


def confirm(payment, actor, device=""):
    return pool_cash_confirm(payment=payment, actor=actor, proof=factor(actor), device=device)


def second_account(world, **reach):
    """Return another account that signs for the association, reachable as the treasurer is."""
    return cash.reachable(officer_of(world.association.organisation, Role.SIGNATORY, seat=40), **reach)


def test_scenario_24_the_treasurer_does_not_confirm():
    world = make.pool_of()
    treasurer = world.association.treasurer
    assert refused(lambda: confirm(make.cash_recorded(world), treasurer)) == "not_allowed"


@pytest.mark.parametrize("spelt", SPELT)
def test_scenario_24_a_second_account_with_the_same_phone_does_not_confirm(spelt):
    world = make.pool_of()
    cash.reachable(world.association.treasurer, phone=PHONE)
    second = second_account(world, phone=spelt[:16].strip() + (" " if spelt == PHONE + " " else ""))
    assert refused(lambda: confirm(make.cash_recorded(world), second)) == "same_contact"


@pytest.mark.parametrize("spelt", ["Ainura+two@gmail.com", "ai.nu.ra@googlemail.com", "AINURA@gmail.com"])
def test_scenario_24_a_second_account_with_the_same_mailbox_does_not_confirm(spelt):
    world = make.pool_of()
    cash.reachable(world.association.treasurer, email="ainura@gmail.com")
    second = second_account(world, email=spelt)
    assert refused(lambda: confirm(make.cash_recorded(world), second)) == "same_contact"


def test_scenario_24_a_second_account_on_the_same_device_does_not_confirm():
    world = make.pool_of()
    payment = make.cash_recorded(world, device=MINE)
    assert refused(lambda: confirm(payment, world.association.chair, MINE)) == "same_device"
    assert confirm(payment, world.association.chair, OTHERS).status == "confirmed"


def test_scenario_24_nor_on_a_device_that_the_treasurer_used_for_other_cash():
    world = make.pool_of()
    make.cash_recorded(world, device=MINE)
    payment = make.cash_recorded(world, device=OTHERS)
    assert refused(lambda: confirm(payment, world.association.chair, MINE)) == "same_device"


def test_scenario_24_without_a_device_known_the_office_and_the_contact_decide():
    world = make.pool_of()
    payment = make.cash_recorded(world, device=MINE)
    assert confirm(payment, world.association.chair, "").status == "confirmed"


def test_scenario_24_where_one_browser_plays_everybody_devices_are_not_compared(settings):
    settings.CASH_OTHER_DEVICE = False
    world = make.pool_of()
    payment = make.cash_recorded(world, device=MINE)
    assert confirm(payment, world.association.chair, MINE).status == "confirmed"


def test_scenario_24_who_holds_no_office_that_signs_does_not_confirm():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    for who in (world.association.members[0], person(), make.association_of_seven().chair):
        assert refused(lambda who=who: confirm(payment, who)) == "not_allowed"


def test_scenario_24_who_left_the_office_does_not_confirm_any_more():
    world = make.pool_of()
    payment = make.cash_recorded(world)
    signatory = world.association.signatories[0]
    signatory.terms.get().end(make.clock.today())
    signatory.terms.update(ends=make.clock.today() - make.dt.timedelta(days=1), starts="2020-01-01")
    assert refused(lambda: confirm(payment, signatory)) == "not_allowed"


def payers_word(payment, how, **more):
    gift = PoolGift.objects.get(public_id=payment.group)
    word = {"link": {"token": pool_gift_token(gift)}, "code": {"code": payment_code(gift, payment.public_id)}}[how]
    return pool_cash_confirm_by_payer(payment=payment, **word, **more)


@pytest.mark.parametrize("how", ["link", "code"])
@pytest.mark.parametrize("spelt", SPELT)
def test_scenario_24_the_payers_word_counts_not_from_the_treasurers_own_phone(how, spelt):
    world = make.pool_of()
    cash.reachable(world.association.treasurer, phone=spelt[:16].strip())
    payment = make.cash_recorded(world, contact=contact(PHONE)._replace(kind="sms"))
    assert refused(lambda: payers_word(payment, how)) == "same_person"
    assert confirm(payment, world.association.chair).status == "confirmed"


def test_scenario_24_nor_from_the_phone_of_another_who_takes_cash():
    world = make.pool_of()
    cash.reachable(officer_of(world.association.organisation, Role.TREASURER, seat=41), phone="0555123456")
    payment = make.cash_recorded(world, contact=contact(PHONE)._replace(kind="sms"))
    assert refused(lambda: payers_word(payment, "code")) == "same_person"


def test_scenario_24_the_payers_link_does_not_count_on_the_treasurers_device():
    world = make.pool_of()
    payment = make.cash_recorded(world, device=MINE)
    assert refused(lambda: payers_word(payment, "link", device=MINE)) == "same_device"
    assert payers_word(payment, "link", device=OTHERS).confirmed_how == "payer"


def test_scenario_24_the_payers_code_may_be_typed_on_any_phone():
    world = make.pool_of()
    payment = make.cash_recorded(world, device=MINE)
    assert payers_word(payment, "code", device=MINE).confirmed_how == "payer"


def test_scenario_24_the_custodians_second_officer_is_another_person_on_another_phone():
    village = open_village_project()
    payment = record(village, confirmed_pledge(village.project, 500_00), kind="cash", device=MINE)
    second = village.second_officer

    def act(device):
        return payment_confirm(payment=payment, actor=second, proof=factor(second), device=device)

    assert refused(lambda: act(MINE)) == "same_device"
    cash.reachable(village.officer, phone=PHONE)
    cash.reachable(second, phone="0555123456")
    assert refused(lambda: act(OTHERS)) == "same_contact"
    cash.reachable(second, phone="+996700000001")
    assert act(OTHERS).status == "confirmed"


def test_scenario_24_transfers_are_no_affair_of_phones():
    village = open_village_project()
    payment = record(village, confirmed_pledge(village.project, 500_00), device=MINE)
    second = village.second_officer
    assert payment_confirm(payment=payment, actor=second, proof=factor(second), device=MINE).status == "confirmed"
    assert not DeviceUse.objects.exists()


def test_scenario_24_a_donors_link_does_not_count_on_the_officers_device():
    from funds.pledges.tokens import pledge_token

    village = open_village_project()
    pledge = confirmed_pledge(village.project, 500_00)
    payment = record(village, pledge, kind="cash", device=MINE)
    token = pledge_token(pledge)
    assert refused(lambda: payment_confirm_by_payer(payment=payment, token=token, device=MINE)) == "same_device"
    assert payment_confirm_by_payer(payment=payment, token=token, device=OTHERS).status == "confirmed"


def test_a_device_is_kept_only_with_deeds_about_cash_and_forgotten():
    world = make.pool_of()
    treasurer = world.association.treasurer
    make.cash_recorded(world, device=MINE)
    make.cash_recorded(world, device=MINE)
    assert DeviceUse.objects.count() == 1
    assert device_used_by(user=treasurer, device=MINE)
    assert not device_used_by(user=treasurer, device="")
    device_keep(user=treasurer, device="")
    devices_forget(make.clock.today())
    assert DeviceUse.objects.count() == 1
    devices_forget(make.clock.today() + KEPT + make.dt.timedelta(days=2))
    assert not DeviceUse.objects.exists()


def test_what_is_no_phone_is_nobodys():
    assert contact_key("") == contact_key(" - ") == ""
    assert contact_key("+996 (555) 12-34-56") == contact_key("0555123456")
    assert contact_key("+996555123456") != contact_key("+996555123457")
