"""At the custodian's desk: how far divisions have come, many refunds at once, and a gift asked back."""

import pytest

from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.pledges.tokens import pledge_token
from funds.releases.models import GiftBack, Refund
from funds.returns.models import RefundBatch
from funds.settlement.services import back_account_set
from tests.factories import funds as make
from tests.factories import returns as back
from tests.factories.pages import Visitor, at
from tests.funds.settlement.test_giving_back import built
from tests.funds.settlement.test_many_refunds import due, statement

pytestmark = pytest.mark.django_db


def officer(user):
    return Visitor(user)


def test_one_sends_many_by_the_statement_and_another_confirms_them():
    world, _gifts, refunds = due()
    statement(world, *((-refund.amount_minor, "") for refund in refunds))
    first, second = officer(world.officer), officer(world.second_officer)
    ref = world.custodian.public_id
    page = first.open("custodian_send_many", ref)
    assert page.text.count("with the same sum, please look") == 3
    chosen = [f"{each.public_id}:{line.public_id}" for each, line in zip(refunds, _lines(), strict=True)]
    first.send(page, at("custodian_send_many_deed", ref, "send"), chosen=chosen, code=first.code)
    assert set(Refund.objects.values_list("status", flat=True)) == {"sent"}
    assert "Nothing waits for you here." in first.open("custodian_confirm_many", ref).text
    page = second.open("custodian_confirm_many", ref)
    assert "3,000.03 som in all" in page.text
    second.send(
        page,
        at("custodian_confirm_many_deed", ref, "confirm"),
        chosen=[each.public_id for each in refunds],
        code=second.code,
    )
    assert set(Refund.objects.values_list("status", flat=True)) == {"paid"}
    assert RefundBatch.objects.get().finished_at is not None


def _lines():
    return BankLine.objects.order_by("id")


def test_the_list_shows_progress_and_leads_to_what_can_be_done(django_assert_max_num_queries):
    world, _gifts, _refunds = due(12, 200_00)
    visitor = officer(world.officer)
    with django_assert_max_num_queries(30):
        page = visitor.open("custodian_refunds", world.custodian.public_id)
    assert "0 of 12 are back, 12 wait for an officer" in page.text
    for name in ("custodian_send_many", "custodian_confirm_many", "custodian_sending_list"):
        assert at(name, world.custodian.public_id) in page.html
    answer = visitor.client.get(at("custodian_sending_list", world.custodian.public_id))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(answer.content.splitlines()) == 13


def test_another_custodians_lists_do_not_exist():
    world, _gifts, refunds = due(1)
    other = make.open_village_project()
    visitor = officer(other.officer)
    for name in ("custodian_send_many", "custodian_confirm_many", "custodian_sending_list", "custodian_gifts_back"):
        assert visitor.open(name, world.custodian.public_id).status == 404
    payment = Payment.objects.get(project=world.project)
    assert visitor.open("custodian_paper", "payment", payment.public_id).status == 404
    assert visitor.open("custodian_refund", refunds[0].public_id).status == 404


def test_where_the_donor_wants_it_shows_to_the_officer_who_sends_it():
    world, gifts, refunds = due(1)
    back_account_set(token=pledge_token(gifts[0]), holder="Айгүл Асанова", account="128001")
    text = officer(world.officer).open("custodian_refund", refunds[0].public_id).text
    assert "Айгүл Асанова" in text
    assert "128001" in text


def test_a_gift_is_asked_back_by_one_officer_and_sent_by_another():
    world, (gift, _other) = built()
    first, second = officer(world.officer), officer(world.second_officer)
    page = first.open("custodian_payment", gift.public_id)
    refused = first.send(
        page, at("custodian_payment_deed", gift.public_id, "give-back"), amount="4000", reason="Заболел"
    )
    assert "was paid out for: Этап 1" in refused.text
    first.send(page, at("custodian_payment_deed", gift.public_id, "give-back"), amount="1000", reason="Заболел")
    wish = GiftBack.objects.get()
    assert (
        at("custodian_gift_back_deed", wish.public_id, "pay")
        not in first.open("custodian_gift_back", wish.public_id).html
    )
    assert "1 gift asked back" in second.open("custodian", world.custodian.public_id).text
    assert wish.reason in second.open("custodian_gifts_back", world.custodian.public_id).text
    page = second.open("custodian_gift_back", wish.public_id)
    second.send(page, at("custodian_gift_back_deed", wish.public_id, "pay"), bank_reference="OUT-9", code=second.code)
    wish.refresh_from_db()
    assert wish.status == GiftBack.Status.PAID


def test_officers_take_receipts_of_payments_and_refunds():
    world = make.open_village_project()
    village = make.village_pays(world, 500_00)
    back.give_up(world)
    refund = back.send_back(world, Refund.objects.get())
    visitor = officer(world.officer)
    for what, ref in (("payment", village.public_id), ("refund", refund.public_id)):
        assert visitor.client.get(at("custodian_paper", what, ref)).content.startswith(b"%PDF")
