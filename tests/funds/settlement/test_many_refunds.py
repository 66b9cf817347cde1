"""Officers send and confirm many refunds in two steps, by the bank's own lines, and never one for another."""

import csv
import io

import pytest
from django.db import transaction

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.banking.services import reference_for
from funds.ledger.models import Entry
from funds.pledges.services import pledge_erase_person
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund
from funds.returns.models import BackAccount
from funds.settlement.services import back_account_set, refund_not_sent, refunds_confirm_many, refunds_send_many
from funds.settlement.services.returning.many import lines_for, refunds_by_hand
from funds.settlement.services.returning.sending_list import sending_csv
from tests.factories import funds as make
from tests.factories import returns as back

pytestmark = pytest.mark.django_db


def due(count=3, amount=1_000_00):
    world = make.open_village_project()
    gifts = [back.paid_gift(world, amount + number) for number in range(count)]
    back.give_up(world)
    return world, gifts, list(Refund.objects.order_by("id"))


def statement(world, *rows):
    """Return lines of the custodian's bank: (amount in minor units, text)."""
    account = BankAccount.objects.create(
        custodian=world.custodian, number="1280", currency="KGS", name="Счёт", opened_on=clock.today()
    )
    today = clock.today()
    file = StatementFile.objects.create(
        account=account, sha256="0" * 64, format="csv", first_day=today, last_day=today,
        line_count=len(rows), new_count=len(rows),
    )  # fmt: skip
    return [
        BankLine.objects.create(
            account=account, file=file, day=today, amount_minor=amount, currency="KGS", text=text,
            bank_reference=f"B{number}", identity=f"line-{number}",
        )
        for number, (amount, text) in enumerate(rows)
    ]  # fmt: skip


def send(world, pairs, actor=None):
    who = actor or world.officer
    return refunds_send_many(custodian=world.custodian, pairs=pairs, actor=who, proof=make.factor(who))


def confirm(world, refs, total, actor=None):
    who = actor or world.second_officer
    return refunds_confirm_many(
        custodian=world.custodian, refs=refs, total_minor=total, actor=who, proof=make.factor(who)
    )


def test_lines_are_found_by_the_reference_or_where_one_sum_alone_fits():
    world, gifts, refunds = due()
    lines = statement(
        world,
        (-refunds[0].amount_minor, f"Возврат {reference_for(gifts[0].group)}"),
        (-refunds[1].amount_minor, "Возврат взноса"),
        (-77_00, "Комиссия"),
        (refunds[2].amount_minor, "Поступление"),
    )
    found = {each.refund: (each.line, each.sure) for each in lines_for(world.custodian)}
    assert found == {refunds[0]: (lines[0], True), refunds[1]: (lines[1], False)}


def test_two_equal_sums_are_nobodys_guess():
    world = make.open_village_project()
    for _ in range(2):
        back.paid_gift(world, 1_000_00)
    back.give_up(world)
    statement(world, (-1_000_00, ""), (-1_000_00, ""))
    assert lines_for(world.custodian) == []


def test_one_officer_sends_all_and_another_confirms_all():
    world, _gifts, refunds = due()
    lines = statement(world, *((-refund.amount_minor, "") for refund in refunds))
    pairs = [(refund.public_id, line.public_id) for refund, line in zip(refunds, lines, strict=True)]
    sent = send(world, pairs)
    assert [refund.status for refund in sent] == ["sent"] * 3
    assert {line.payment_ref for line in BankLine.objects.all()} == {refund.public_id for refund in refunds}
    refs, total = [refund.public_id for refund in refunds], sum(refund.amount_minor for refund in refunds)
    with pytest.raises(NotAllowed) as same:
        confirm(world, refs, total, world.officer)
    assert same.value.code == "same_person"
    with pytest.raises(Conflict) as changed:
        confirm(world, refs[:2], total)
    assert changed.value.code == "changed"
    assert [refund.status for refund in confirm(world, refs, total)] == ["paid"] * 3
    confirm(world, refs, total)
    assert Entry.objects.filter(kind="refund.paid").count() == 3


def test_a_line_of_another_sum_stops_all_of_them():
    world, _gifts, refunds = due(2)
    lines = statement(world, (-refunds[0].amount_minor, ""), (-1, ""))
    pairs = [(refund.public_id, line.public_id) for refund, line in zip(refunds, lines, strict=True)]
    with pytest.raises(InvalidInput), transaction.atomic():
        send(world, pairs)
    assert set(Refund.objects.values_list("status", flat=True)) == {"due"}
    assert set(BankLine.objects.values_list("payment_ref", flat=True)) == {""}


def test_a_line_is_one_refund_and_strangers_may_nothing():
    world, _gifts, refunds = due(2)
    (line,) = statement(world, (-refunds[0].amount_minor, ""))
    with pytest.raises(InvalidInput):
        send(world, [(refund.public_id, line.public_id) for refund in refunds])
    with pytest.raises(InvalidInput):
        send(world, [("nobody", line.public_id)])
    with pytest.raises(InvalidInput):
        send(world, [])
    with pytest.raises(NotAllowed):
        send(world, [(refunds[0].public_id, line.public_id)], world.head)
    with pytest.raises(SecondFactorRequired):
        refunds_send_many(
            custodian=world.custodian, pairs=[(refunds[0].public_id, line.public_id)], actor=world.officer, proof=None
        )


def test_what_was_not_sent_after_all_sets_its_line_free():
    world, _gifts, refunds = due(1)
    (line,) = statement(world, (-refunds[0].amount_minor, ""))
    (sent,) = send(world, [(refunds[0].public_id, line.public_id)])
    refund_not_sent(refund=sent, actor=world.second_officer, reason="Банк вернул")
    line.refresh_from_db()
    assert line.payment_ref == ""
    assert len(send(world, [(refunds[0].public_id, line.public_id)])) == 1


def test_the_list_to_send_has_reference_name_and_account_and_no_formula():
    world, gifts, refunds = due(2)
    back_account_set(token=pledge_token(gifts[0]), holder="=HYPERLINK(1)", account="1280 0160", bank="+Банк")
    rows = list(
        csv.DictReader(io.StringIO(sending_csv(world.custodian, language="ru").lstrip("\ufeff")), delimiter=";")
    )
    assert [row["refund"] for row in rows] == [refund.public_id for refund in refunds]
    assert (rows[0]["name"], rows[0]["bank"], rows[0]["account"]) == ("'=HYPERLINK(1)", "'+Банк", "12800160")
    assert (rows[0]["amount"], rows[0]["currency"], rows[1]["name"]) == ("1000.00", "KGS", "")
    assert rows[0]["reference"] == reference_for(gifts[0].group)


def test_the_list_asks_the_database_as_often_for_many(django_assert_max_num_queries):
    world, _gifts, _refunds = due(12, 200_00)
    statement(world, *((-amount, "") for amount in range(1, 30)))
    with django_assert_max_num_queries(14):
        sending_csv(world.custodian, language="ru")
        lines_for(world.custodian)
    assert len(refunds_by_hand(world.custodian)) == 12


def test_a_donors_account_goes_with_the_contact_and_once_the_money_went():
    world, gifts, refunds = due(2)
    for gift in gifts:
        back_account_set(token=pledge_token(gift), holder="А. Асанов", account="1280")
    pledge_erase_person(pledge=gifts[0])
    assert [row.group for row in BackAccount.objects.all()] == [gifts[1].group]
    back.send_back(world, refunds[1])
    assert not BackAccount.objects.exists()


def test_a_donors_account_can_be_changed_and_taken_away_until_it_is_sent():
    world, gifts, refunds = due(1)
    token = pledge_token(gifts[0])
    with pytest.raises(InvalidInput) as missing:
        back_account_set(token=token, holder="А. Асанов", account=" ")
    assert missing.value.field == "account"
    back_account_set(token=token, holder="А. Асанов", account="1")
    assert back_account_set(token=token, holder="", account="") is None
    (line,) = statement(world, (-refunds[0].amount_minor, ""))
    send(world, [(refunds[0].public_id, line.public_id)])
    with pytest.raises(RuleNotMet) as late:
        back_account_set(token=token, holder="А. Асанов", account="1")
    assert late.value.code == "sent"
