"""From a bank's file to the books: each line once, taken by one officer, confirmed by another, freed if wrong."""

import json

import pytest
from django.core.management import call_command

from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.banking.models import BankLine
from funds.banking.services import reference_for
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.payments.services import payment_confirm, payment_refuse
from funds.pledges.models import Pledge
from funds.settlement.facts import held_minor
from funds.settlement.services import payment_correct_approve, payment_correct_ask, unidentified_payment_record
from funds.settlement.statements import (
    line_aside_agree,
    line_aside_ask,
    line_aside_end,
    line_link,
    line_link_out,
    line_take,
    line_take_unknown,
    line_unlink_out,
    lines_look,
    lines_take,
    lines_to_confirm,
    out_candidates,
    payments_like,
    statement_confirm,
)
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.bank import bank_account, line_of, paying, taken_in, told
from tests.factories.exchange import promised_in
from tests.factories.rates import trusted
from tests.factories.statements import one_c

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def account(world):
    return bank_account(world.custodian)


def again(thing):
    return type(thing).objects.get(pk=thing.pk)


def confirmed(world, payment):
    return payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))


def test_scenario_30_a_line_with_the_reference_becomes_a_payment_and_a_second_officer_books_it(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 700_00, name="Кто угодно"))
    assert (line.status, line.expected_ref) == ("matched", pledge.group)
    payment = line_take(line=line, group=pledge.group, actor=world.officer)
    assert (payment.status, payment.kind, payment.pledge_ref) == ("recorded", "transfer", pledge.public_id)
    assert line.number in payment.reference
    assert again(line).payment_ref == payment.public_id
    assert held_minor(world.project) == 0
    with pytest.raises(NotAllowed):
        payment_confirm(payment=payment, actor=world.officer, proof=make.factor(world.officer))
    confirmed(world, payment)
    assert held_minor(world.project) == 700_00
    assert again(pledge).status == "collected"


def test_scenario_15_less_came_than_was_promised_and_the_rest_keeps_the_same_reference(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 500_00))
    confirmed(world, line_take(line=line, group=pledge.group, actor=world.officer))
    rest = Pledge.objects.get(group=pledge.group, status="confirmed")
    assert (held_minor(world.project), rest.amount_minor) == (500_00, 200_00)
    assert reference_for(rest.group) == reference_for(pledge.group)
    second = line_of(account, paying(pledge.group, 200_00))
    confirmed(world, line_take(line=second, group=pledge.group, actor=world.officer))
    assert held_minor(world.project) == 700_00


def test_scenario_15_a_promise_in_roubles_is_found_by_its_reference_in_an_account_in_som(world, account):
    trusted("RUB", "0.92")
    promised = promised_in(world.project, 5_000_00, "RUB", country="RU")
    (line,) = taken_in(account, paying(promised.group, 4_550_00))  # the payer's bank made som of them
    assert (line.status, line.expected_ref) == ("matched", promised.group)
    payment = confirmed(world, line_take(line=line, group=promised.group, actor=world.officer))
    kept = again(promised)
    assert (kept.status, kept.amount, kept.collected_minor) == ("collected", Money(5_000_00, "RUB"), 4_550_00)
    assert (payment.amount, held_minor(world.project)) == (Money(4_550_00, "KGS"), 4_550_00)


def test_scenario_15_more_came_than_was_promised_and_all_of_it_is_held(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 710_00))
    confirmed(world, line_take(line=line, group=pledge.group, actor=world.officer))
    assert (held_minor(world.project), again(pledge).collected_minor) == (710_00, 710_00)


def test_a_suggestion_has_reasons_and_is_taken_by_a_person_only(world, account):
    pledge = make.confirmed_pledge(world.project, 650_00)
    line = line_of(account, told(650_00, "Подарок"))
    (look,) = lines_look(account, [line])
    assert (look.status, look.matched_group) == ("suggested", "")
    assert [(each.ref, each.reasons) for each in look.candidates] == [(pledge.group, ("amount", "day"))]
    assert Payment.objects.count() == 0
    payment = line_take(line=line, group=look.candidates[0].ref, actor=world.officer)
    assert (payment.group, again(line).status) == (pledge.group, "matched")


def test_a_gift_to_a_pool_is_found_by_its_reference():
    pool = pools.pool_of()
    gift = pools.announced(pool, 300_00)
    account = bank_account(pool.pool.custodian)
    line = line_of(account, paying(gift.public_id, 300_00))
    assert line.expected_ref == gift.public_id
    payment = line_take(line=line, group=gift.public_id, actor=pool.officer)
    assert (payment.pool_ref, payment.group) == (pool.pool.public_id, gift.public_id)


def test_of_many_what_can_be_taken_is_taken_and_the_rest_is_told(world, account):
    first, second = (make.confirmed_pledge(world.project, amount) for amount in (300_00, 400_00))
    ended = make.pledge(world.project, 200_00)
    lines = taken_in(
        account, paying(first.group, 300_00), paying(second.group, 400_00), paying(ended.group, 200_00), told(50_00)
    )
    groups = [first.group, second.group, ended.group, ""]
    taken = lines_take(lines=list(zip(lines, groups, strict=True)), actor=world.officer)
    assert [payment.amount_minor for payment in taken.done] == [300_00, 400_00, 50_00]
    assert [ref for ref, _why in taken.refused] == [lines[2].public_id]
    repeated = lines_take(
        lines=[(again(line), group) for line, group in zip(lines, groups, strict=True)], actor=world.officer
    )
    assert (len(repeated.done), Payment.objects.count()) == (0, 3)
    kept = [again(line) for line in lines]
    assert lines_to_confirm(kept, world.officer) == []
    waiting = lines_to_confirm(kept, world.second_officer)
    with pytest.raises(SecondFactorRequired):
        statement_confirm(payments=waiting, actor=world.second_officer, proof=None)
    done = statement_confirm(payments=waiting, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert (len(done.done), done.refused) == (3, [])
    assert held_minor(world.project) == 700_00
    assert balance(codes.unidentified(world.custodian.public_id), "KGS") == 50_00


def test_what_was_written_down_by_hand_is_linked_and_not_recorded_twice(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    by_hand = make.record(world, pledge)
    line, twin = taken_in(account, paying(pledge.group, 700_00, days_ago=3), paying(pledge.group, 700_00))
    assert line_take(line=line, group=pledge.group, actor=world.officer) == by_hand
    other = line_take(line=twin, group=pledge.group, actor=world.officer)
    assert other != by_hand
    assert Payment.objects.count() == 2


def test_four_days_apart_or_another_sum_is_another_payment(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    by_hand = make.record(world, pledge)
    far, other = taken_in(account, paying(pledge.group, 700_00, days_ago=4), paying(pledge.group, 699_00))
    assert line_take(line=far, group=pledge.group, actor=world.officer) != by_hand
    assert line_take(line=other, group=pledge.group, actor=world.officer) != by_hand


def test_unknown_money_written_down_by_its_number_is_linked(world, account):
    line = line_of(account, told(90_00, number="Р-77"))
    by_hand = unidentified_payment_record(
        custodian=world.custodian, kind="transfer", amount=Money(90_00, "KGS"), received_on=line.day, reference="Р-77",
        actor=world.officer, idempotency=("user:test", "by-hand"),
    )  # fmt: skip
    assert line_take_unknown(line=line, actor=world.officer) == by_hand


def test_an_officer_says_which_payment_a_line_is(world, account):
    village = make.record_village(world, 900_00)
    line, other = taken_in(account, told(900_00), told(800_00))
    assert list(payments_like(line)) == [village]
    with pytest.raises(InvalidInput):
        line_link(line=other, payment=village, actor=world.officer)
    assert line_link(line=line, payment=village, actor=world.officer) == village
    assert again(line).payment_ref == village.public_id


def test_payments_of_two_payers_with_the_same_number_day_and_sum_are_two(world, account):
    pledges = [make.confirmed_pledge(world.project, 500_00) for _n in range(2)]
    taken_in(account, *(paying(each.group, 500_00, number="1") for each in pledges))
    lines = sorted(BankLine.objects.filter(account=account), key=lambda line: line.expected_ref == pledges[1].group)
    for line, pledge in zip(lines, pledges, strict=True):
        line_take(line=again(line), group=pledge.group, actor=world.officer)
    assert Payment.objects.count() == 2


def test_a_line_is_taken_once_and_a_refusal_frees_it(world, account):
    first, second = (make.confirmed_pledge(world.project, 700_00) for _n in range(2))
    line = line_of(account, paying(first.group, 700_00))
    payment = line_take(line=line, group=first.group, actor=world.officer)
    with pytest.raises(Conflict):
        line_take(line=again(line), group=second.group, actor=world.officer)
    assert line_take(line=line, group=first.group, actor=world.second_officer) == payment  # at once with the first
    with pytest.raises(Conflict):
        line_take(line=line, group=second.group, actor=world.second_officer)
    payment_refuse(payment=payment, actor=world.second_officer, reason="Это другой человек")
    freed = again(line)
    assert (freed.payment_ref, freed.explained_at, freed.taken) == ("", None, 1)
    assert line_take(line=freed, group=second.group, actor=world.officer).group == second.group


def test_a_payment_that_is_put_right_frees_its_line(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 700_00))
    payment = confirmed(world, line_take(line=line, group=pledge.group, actor=world.officer))
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="Не её деньги")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert again(line).waits
    assert held_minor(world.project) == 0


def test_who_gave_it_does_not_take_it_and_strangers_take_nothing(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00, made=make.pledge(world.project, 700_00, actor=world.officer))
    line = line_of(account, paying(pledge.group, 700_00))
    for nobody in (world.officer, world.head, make.person()):
        with pytest.raises(NotAllowed):
            line_take(line=line, group=pledge.group, actor=nobody)
    assert again(line).waits


def test_money_of_another_custodians_pledge_is_not_taken(world, account):
    other = make.open_village_project()
    pledge = make.confirmed_pledge(other.project, 700_00)
    line = line_of(account, paying(pledge.group, 700_00))
    assert line.status == "unidentified"
    with pytest.raises(RuleNotMet):
        line_take(line=line, group=pledge.group, actor=world.officer)


def test_what_left_is_linked_to_the_stage_that_was_paid_out():
    world = make.under_way()
    release = make.released(world)
    account = bank_account(world.custodian)
    went, other = taken_in(account, told(-release.amount_minor), told(-release.amount_minor))
    assert [each.ref for each in out_candidates(went)] == [release.public_id]
    with pytest.raises(InvalidInput):
        line_link_out(line=went, ref="abcdefghjk", actor=world.officer)
    line_link_out(line=went, ref=release.public_id, actor=world.officer)
    assert again(went).payment_ref == release.public_id
    assert out_candidates(other) == []
    with pytest.raises(InvalidInput):
        line_link_out(line=other, ref=release.public_id, actor=world.officer)
    with pytest.raises(InvalidInput):
        line_take_unknown(line=other, actor=world.officer)


def test_an_officer_who_tied_the_wrong_line_unties_it_and_nothing_is_booked_by_that():
    world = make.under_way()
    release = make.released(world)
    account = bank_account(world.custodian)
    wrong, right = taken_in(account, told(-release.amount_minor), told(-release.amount_minor))
    with pytest.raises(RuleNotMet) as refused:
        line_unlink_out(line=wrong, reason="Не то", actor=world.officer)
    assert refused.value.code == "not_linked"
    line_link_out(line=wrong, ref=release.public_id, actor=world.officer)
    for nobody in (world.head, make.person()):
        with pytest.raises(NotAllowed):
            line_unlink_out(line=wrong, reason="Не то", actor=nobody)
    with pytest.raises(InvalidInput):
        line_unlink_out(line=wrong, reason=" ", actor=world.officer)
    entries = Entry.objects.count()
    line_unlink_out(line=wrong, reason="Не то", actor=world.second_officer)
    assert again(wrong).waits
    assert Entry.objects.count() == entries
    said = AuditRecord.objects.get(action="bank_line_unlink")
    assert (said.details["was"], said.reason) == (release.public_id, "Не то")
    line_link_out(line=right, ref=release.public_id, actor=world.officer)
    assert again(right).payment_ref == release.public_id


def test_a_line_that_brought_a_payment_is_not_untied_here(world, account):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, paying(pledge.group, 700_00))
    line_take(line=line, group=pledge.group, actor=world.officer)
    with pytest.raises(RuleNotMet):
        line_unlink_out(line=again(line), reason="Не то", actor=world.officer)


def test_two_persons_set_a_line_aside_and_one_looks_again(world, account):
    line = line_of(account, told(-25_00, "Комиссия"))
    with pytest.raises(InvalidInput):
        line_aside_ask(line=line, reason=" ", actor=world.officer)
    line_aside_ask(line=line, reason="Комиссия банка", actor=world.officer)
    with pytest.raises(NotAllowed):
        line_aside_agree(line=line, actor=world.officer, proof=make.factor(world.officer))
    with pytest.raises(SecondFactorRequired):
        line_aside_agree(line=line, actor=world.second_officer, proof=None)
    line_aside_agree(line=line, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert (again(line).status, again(line).waits) == ("ignored", False)
    line_aside_end(line=line, actor=world.officer, reason="Это не комиссия")
    assert (again(line).status, again(line).waits, again(line).aside_reason) == ("new", True, "")


def test_what_is_set_aside_is_not_taken_and_what_is_taken_is_not_set_aside(world, account):
    aside, taken = taken_in(account, told(25_00), told(35_00))
    line_aside_ask(line=aside, reason="Проценты", actor=world.officer)
    line_aside_agree(line=aside, actor=world.second_officer, proof=make.factor(world.second_officer))
    with pytest.raises(Conflict):
        line_take_unknown(line=again(aside), actor=world.officer)
    line_aside_ask(line=taken, reason="Проценты", actor=world.officer)
    line_take_unknown(line=taken, actor=world.officer)
    with pytest.raises(Conflict):
        line_aside_agree(line=taken, actor=world.second_officer, proof=make.factor(world.second_officer))
    with pytest.raises(Conflict):
        line_aside_ask(line=taken, reason="Проценты", actor=world.officer)


def test_lines_taken_in_earlier_are_looked_at_again_with_each_statement(world, account):
    early = line_of(account, told(650_00, "Подарок"))
    assert early.status == "unidentified"
    make.confirmed_pledge(world.project, 650_00)
    taken_in(account, told(10_00))
    assert again(early).status == "suggested"


def test_the_command_in_a_shell_matches_what_is_awaited(world, account, tmp_path, capsys):
    pledge = make.confirmed_pledge(world.project, 700_00)
    path = tmp_path / "statement.txt"
    path.write_bytes(one_c([paying(pledge.group, 700_00), told(50_00)], account=account.number))
    call_command("import_statement", str(path), "--account", account.public_id, "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["matched"], report["suggested"], report["unidentified"], report["errors"]) == (1, 0, 1, [])
    assert BankLine.objects.get(status="matched").expected_ref == pledge.group
