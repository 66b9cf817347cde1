"""Money to another custodian on the desks of both, on the pool's pages and for everyone."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from birge import clock
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.transfers.models import Transfer
from tests.factories import pools
from tests.factories import transfers as make
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db


def test_from_the_pools_decision_to_the_other_custodians_word():
    both = make.two()
    transfer = make.asked(both, 1_000_00)
    clerk, second, cashier = Visitor(both.clerk), Visitor(both.second), Visitor(both.cashier)
    desk = clerk.open("custodian", both.here.custodian.public_id)
    assert "1 transfer to prepare" in desk.text
    page = clerk.go(desk.link("/transfers/"))
    page = clerk.go(page.link(transfer.public_id))
    done = clerk.send(page, "/prepare/", **make.ROUTE)
    assert "Written down. Another officer approves." in done.text
    assert "You prepared it, so another officer approves." in done.text
    assert not done.offers("/approve/")

    page = second.open("custodian_transfer", transfer.public_id)
    assert "Айыл Банк, AIYLKG22" in page.text
    done = second.send(page, "/approve/", code=second.code)
    assert "Approved. Now it can be sent." in done.text

    page = clerk.open("custodian_transfer", transfer.public_id)
    done = clerk.send(page, "/send/", bank_reference="OUT-7", paper=a_paper(), code=clerk.code)
    assert "It is in the books as on its way." in done.text
    assert both.transit() == 1_000_00

    desk = cashier.open("custodian", both.there.custodian.public_id)
    assert "1 transfer on its way to you" in desk.text
    page = cashier.open("custodian_transfer", transfer.public_id)
    assert "Тёплый банк" not in page.text
    short = cashier.send(page, "/receive/", amount="985", bank_reference="IN-7", code=cashier.code)
    assert short.status == 422
    assert "If banks on the way kept the rest, please say so." in short.text
    done = cashier.send(short, "/receive/", rest_is_fee="on", code=cashier.code)
    assert "It has arrived and is in the books of both." in done.text
    assert (both.transit(), both.owed()) == (0, (4_000_00, 985_00))


def line_of(custodian, minor, text):
    account = BankAccount.objects.create(
        custodian=custodian, number="40817", currency="KGS", name="main", opened_on=clock.today()
    )
    file = StatementFile.objects.create(
        account=account, sha256="0" * 64, format="csv", first_day=clock.today(), last_day=clock.today(),
        line_count=1, new_count=1,
    )  # fmt: skip
    return BankLine.objects.create(
        account=account, file=file, day=clock.today(), amount_minor=minor, currency="KGS", identity="one", text=text
    )


def test_a_line_of_a_statement_is_offered_where_its_sum_fits():
    both = make.two()
    transfer = make.sent(both, 1_000_00)
    line = line_of(both.there.custodian, 1_000_00, "Перевод из Москвы")
    cashier = Visitor(both.cashier)
    page = cashier.open("custodian_transfer", transfer.public_id)
    assert "Перевод из Москвы" in page.text
    cashier.send(page, "/receive/", amount="1000", line=line.public_id, bank_reference="IN", code=cashier.code)
    line.refresh_from_db()
    assert line.payment_ref == transfer.public_id


def test_two_officers_say_that_it_came_back():
    both = make.two()
    transfer = make.sent(both)
    clerk, second = Visitor(both.clerk), Visitor(both.second)
    page = clerk.open("custodian_transfer", transfer.public_id)
    done = clerk.send(page, "/close/", how="came_back", reason="Wrong number")
    assert not done.offers("/close-confirm/")
    page = second.open("custodian_transfer", transfer.public_id)
    assert "Wrong number" in page.text
    done = second.send(page, "/close-confirm/", code=second.code)
    assert "It came back: Wrong number" in done.text
    assert both.owed() == (5_000_00, 0)


def test_it_is_not_sent_and_the_pool_reads_why():
    both = make.two()
    transfer = make.prepared(both)
    clerk = Visitor(both.clerk)
    done = clerk.send(clerk.open("custodian_transfer", transfer.public_id), "/refuse/", reason="The account is closed")
    assert "It is not sent: The account is closed" in done.text
    public = Visitor().open("transfer", transfer.public_id)
    assert "The account is closed" in public.text


def test_officers_of_other_custodians_do_not_see_it():
    both, elsewhere = make.two(), pools.pool_of()
    transfer = make.sent(both)
    assert Visitor(elsewhere.officer).open("custodian_transfer", transfer.public_id).status == 404
    assert Visitor(both.here.association.chair).open("custodian_transfer", transfer.public_id).status == 404


def test_everyone_sees_what_has_been_on_the_way_too_long_in_red():
    both = make.two()
    transfer = make.sent(both, 15_000_00 // 10)
    with time_machine.travel(clock.now() + dt.timedelta(days=6)):
        for page in (
            Visitor().open("transfers"),
            Visitor().open("transfer", transfer.public_id),
            Visitor().open("pool", both.here.pool.public_id),
            Visitor().open("pool", both.there.pool.public_id),
            Visitor(both.clerk).open("custodian", both.here.custodian.public_id),
            Visitor(both.cashier).open("custodian", both.there.custodian.public_id),
        ):
            assert "1,500 som has been on the way since" in page.text, page.url
            assert 'class="note bad"' in page.html or 'class="tag bad"' in page.html, page.url
    fresh = Visitor().open("pool", both.here.pool.public_id)
    assert 'class="note bad"' not in fresh.html
    assert "Until it has arrived, nothing is paid from it." in fresh.text


def test_the_public_pages_name_no_bank_and_no_account():
    both = make.two()
    transfer = make.received(both, 1_000_00, 985_00)
    page = Visitor().open("transfer", transfer.public_id)
    assert "985 som" in page.text
    assert "15 som" in page.text
    for secret in ("Тёплый банк", "Айыл Банк", "1350123456789012", "AIYLKG22"):
        assert secret not in page.html
        assert secret not in Visitor().open("transfers").html


def test_a_pool_at_another_custodian_is_offered_and_what_follows_is_said_before():
    both = make.two()
    chair = Visitor(both.here.association.chair)
    page = chair.open("proposal_new_pass_on", both.here.pool.public_id)
    assert f"at another custodian: {both.there.custodian.name_ru}" in page.text
    check = chair.send(page, "/pass-on/", to_pool=both.there.pool.public_id, amount="500", reason="For the school")
    assert f"sends it to {both.there.custodian.name_ru}" in check.text
    assert "Banks on the way may keep a fee." in check.text


def test_the_page_of_the_decision_says_how_far_the_money_is():
    both = make.two()
    transfer = make.sent(both)
    page = Visitor(both.here.association.chair).open("proposal", transfer.proposal_ref)
    assert "The two custodians carry it out" in page.text
    assert "on its way" in page.text


def test_a_second_tap_prepares_once():
    both = make.two()
    transfer = make.asked(both)
    clerk = Visitor(both.clerk)
    page = clerk.open("custodian_transfer", transfer.public_id)
    for _n in range(2):
        clerk.send(page, "/prepare/", **make.ROUTE)
    assert Transfer.objects.get(pk=transfer.pk).steps.count() == 2
