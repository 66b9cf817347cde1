"""A treasurer's cash: written down by one, said yes to by the payer or another who signs; banked by the custodian."""

from __future__ import annotations

import pytest

from funds.payments.models import Payment
from funds.pools.models import PoolGift
from funds.pools.selectors import pool_money
from funds.pools.tokens import payment_code
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, a_paper, at

pytestmark = pytest.mark.django_db
CASH = {"amount": "600", "contact": "aida@example.org", "reference": "K-7", "credit_line": "Aida"}


@pytest.fixture
def world():
    return pools.pool_of()


@pytest.fixture
def treasurer(world):
    return Visitor(world.association.treasurer)


def written(treasurer, world, **changes):
    return treasurer.send(treasurer.open("pool_cash_new", world.pool.public_id), "record/", **{**CASH, **changes})


def code_for(payment):
    return payment_code(PoolGift.objects.get(public_id=payment.group), payment.public_id)


def test_written_down_by_the_treasurer_and_confirmed_by_another_who_signs(world, treasurer):
    page = written(treasurer, world)
    payment = Payment.objects.get()
    assert "The payer got a message with a link and a code" in page.text
    assert not page.offers("confirm/")
    assert pool_money(world.pool).held_minor == 0
    chair = Visitor(world.association.chair)
    desk = chair.open("desk_pool", world.pool.public_id)
    assert "Confirm cash: 600 som" in desk.text
    page = chair.go(desk.link(f"/cash/{payment.public_id}/"))
    done = chair.send(page, "confirm/", code=chair.code)
    assert "It is in the books." in done.text
    assert pool_money(world.pool).with_treasurer_minor == 600_00


def test_the_payer_reads_out_the_code(world, treasurer):
    page = written(treasurer, world)
    payment = Payment.objects.get()
    wrong = treasurer.send(page, "code/", digits="000000")
    assert wrong.status == 422
    assert "This code is not right." in wrong.text
    done = treasurer.send(wrong, "code/", digits=code_for(payment))
    assert "It is in the books." in done.text
    payment.refresh_from_db()
    assert payment.confirmed_how == "payer"


def test_five_wrong_codes_are_enough(world, treasurer):
    page = written(treasurer, world)
    for _n in range(5):
        treasurer.send(page, "code/", digits="000000")
    late = treasurer.send(page, "code/", digits=code_for(Payment.objects.get()))
    assert "Too many wrong codes." in late.text
    assert Payment.objects.get().status == "recorded"


def test_a_treasurer_who_gave_their_own_address_cannot_say_yes(world, treasurer):
    page = written(treasurer, world, contact=world.association.treasurer.email)
    page = treasurer.send(page, "code/", digits=code_for(Payment.objects.get()))
    assert page.status == 403
    assert "Please let another who signs confirm this." in page.text


def test_without_an_address_there_is_no_code(world, treasurer):
    page = written(treasurer, world, contact="")
    assert not page.offers("code/")
    assert "another who signs confirms it" in page.text


def test_what_is_not_so_is_refused_with_its_reason(world, treasurer):
    written(treasurer, world)
    chair = Visitor(world.association.chair)
    page = chair.open("pool_cash", Payment.objects.get().public_id)
    assert chair.send(page, "refuse/", reason="").status == 422
    done = chair.send(page, "refuse/", reason="Nobody brought it")
    assert "Refused: Nobody brought it" in done.text
    assert not done.offers("confirm/")


def test_a_second_tap_writes_it_down_once(world, treasurer):
    form = treasurer.open("pool_cash_new", world.pool.public_id)
    first, second = (treasurer.send(form, "record/", **CASH) for _n in range(2))
    assert first.url == second.url
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"amount": "six"}, "Please write the sum in digits"),
        ({"kept": "pocket"}, "Select a valid choice."),
        ({"contact": "nonsense"}, "phone"),
        ({"received_on": "2999-01-01"}, "This day has not come yet."),
    ],
)
def test_what_is_typed_wrongly_is_said(world, treasurer, typed, text):
    page = written(treasurer, world, **typed)
    assert page.status == 422
    assert text in page.text
    assert not Payment.objects.exists()


def test_only_the_treasurer_writes_cash_down_and_only_its_people_see_it(world, treasurer):
    assert Visitor(world.association.chair).open("pool_cash_new", world.pool.public_id).status == 403
    written(treasurer, world)
    ref = Payment.objects.get().public_id
    member = Visitor(world.association.members[0]).open("pool_cash", ref)
    assert member.status == 200
    assert "aida@example.org" not in member.html
    assert not member.offers("confirm/")
    for stranger in (Visitor(make.person()), Visitor(pools.association_of_seven().chair)):
        assert stranger.open("pool_cash", ref).status == 404
        assert stranger.open("pool_cash_new", world.pool.public_id).status == 404
        assert stranger.open("desk_pool", world.pool.public_id).status == 404
        assert stranger.open("desk_pool_payments", world.pool.public_id).status == 404


def test_the_custodian_writes_down_that_the_cash_came_to_the_bank(world):
    pools.cash_in(world, 600_00)
    officer = Visitor(world.officer)
    listed = officer.open("custodian_pools", world.custodian.public_id)
    assert "600 som with the treasurer" in listed.text
    page = officer.go(listed.link(f"/pool/{world.pool.public_id}/bank/"))
    much = officer.send(page, "bank/", amount="900", bank_reference="B-1", paper=a_paper(), code=officer.code)
    assert much.status == 422
    assert "The treasurer holds 600 som only." in much.text
    done = officer.send(much, "bank/", amount="600", bank_reference="B-1", code=officer.code)
    assert "It lies in the bank now." in done.text
    assert pool_money(world.pool).with_treasurer_minor == 0
    assert "The treasurer has no cash of this pool." in done.text


def test_money_for_a_pool_is_found_written_down_and_confirmed_like_any(world):
    gift = pools.announced(world, 700_00, contact=make.contact("aida@example.org"))
    officer, colleague = Visitor(world.officer), Visitor(world.second_officer)
    for text in (gift.public_id.upper(), "700", "AIDA@example.org"):
        assert gift.public_id in officer.open("custodian_money", world.custodian.public_id, q=text).text
    found = officer.open("custodian_money", world.custodian.public_id, q=gift.public_id)
    form = officer.go(found.link("/pool-gift/"))
    page = officer.send(form, "record/", kind="transfer", amount="650", reference="PP-9")
    assert "a second person confirms it" in page.text
    assert world.pool.name("en") in page.text
    waiting = colleague.open("custodian_waiting", world.custodian.public_id)
    assert world.pool.name("en") in waiting.text
    done = colleague.send(colleague.go(waiting.link("/payment/")), "confirm/", code=colleague.code)
    assert "It is in the books." in done.text
    assert pool_money(world.pool).free_minor == 650_00
    balances = officer.open("custodian_balances", world.custodian.public_id)
    assert world.pool.name("en") in balances.text


def test_another_custodians_pool_does_not_exist_for_an_officer(world):
    stranger = Visitor(pools.pool_of().officer)
    gift = pools.announced(world)
    assert stranger.open("custodian_pool_gift", gift.public_id).status == 404
    assert stranger.open("custodian_pool_bank", world.pool.public_id).status == 404
    assert stranger.open("custodian_pools", world.custodian.public_id).status == 404


def test_its_people_see_who_paid_with_names_and_never_with_addresses(world):
    pools.paid_in(world, 500_00, credit_line="Daughters of Ak-Suu", contact=make.contact("aida@example.org"))
    named = make.person(name="Aibek")
    pools.paid_in(world, 300_00, gift=pools.announced(world, 300_00, actor=named, contact=None))
    page = Visitor(world.association.members[0]).open("desk_pool_payments", world.pool.public_id)
    assert "Daughters of Ak-Suu" in page.text
    assert "Aibek" in page.text
    assert "800 som" in page.text
    assert "aida@example.org" not in page.html
    assert Visitor().open("desk_pool_payments", world.pool.public_id).url.startswith(at("account_login"))
