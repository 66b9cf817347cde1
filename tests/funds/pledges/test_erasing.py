"""A person can be forgotten; the promise and the ledger stay."""

import pytest
from django.core.management import call_command

from birge.errors import InvalidInput, NotFound
from funds.ledger.models import DonorOpening, Entry
from funds.payments.services import payment_confirm
from funds.pledges.models import Pledge, PledgeContact, PledgeCredit
from funds.pledges.selectors import credit_lines
from funds.pledges.services import pledge_credit_change, pledge_erase_person
from funds.pledges.tokens import pledge_by_token, pledge_token
from funds.settlement.services import project_cancel_and_refund
from funds.settlement.statements import claim_make, line_take
from tests.factories.bank import bank_account, paying, taken_in, told
from tests.factories.funds import (
    confirmed_pledge,
    factor,
    open_village_project,
    paper,
    pay,
    person,
    pledge,
)

pytestmark = pytest.mark.django_db


def test_erasing_leaves_the_money_and_no_person():
    world = open_village_project()
    made = pledge(world.project, 3_000_00, actor=person(), credit_choice="family", credit_line="The Asanovs")
    given = confirmed_pledge(world.project, made=made)
    pay(world, given, 1_000_00)
    token, leaves = pledge_token(given), list(Entry.objects.order_by("id").values_list("id", "leaf"))
    pledge_erase_person(pledge=given)
    refs = list(Pledge.objects.filter(group=given.group).values_list("public_id", flat=True))
    assert len(refs) == 2
    assert not PledgeContact.objects.filter(pledge__group=given.group).exists()
    assert not PledgeCredit.objects.filter(pledge__group=given.group).exists()
    assert not Pledge.objects.filter(group=given.group, donor__isnull=False).exists()
    assert not DonorOpening.objects.filter(subject_ref__in=refs).exists()
    with pytest.raises(NotFound):
        pledge_by_token(token)
    assert list(Entry.objects.order_by("id").values_list("id", "leaf")) == leaves
    call_command("check_ledger")


def test_thanks_are_shown_under_the_chosen_name_only_once_confirmed():
    world = open_village_project()
    unproven = pledge(world.project, credit_choice="family", credit_line="Somebody else")
    confirmed_pledge(world.project, made=pledge(world.project, credit_choice="group", credit_line="Ak-Suu's daughters"))
    confirmed_pledge(world.project)
    assert unproven.status == "made"
    assert credit_lines(world.project) == ["Ak-Suu's daughters"]


def test_the_name_can_be_changed_later():
    world = open_village_project()
    given = confirmed_pledge(world.project)
    pledge_credit_change(pledge=given, choice="own_name", line="  Aida   A. ")
    assert credit_lines(world.project) == ["Aida A."]
    pledge_credit_change(pledge=given, choice="nobody")
    assert credit_lines(world.project) == []


@pytest.mark.parametrize(("choice", "line"), [("husband", "x"), ("family", " "), ("family", "x" * 81)])
def test_a_crooked_name_is_refused(choice, line):
    given = confirmed_pledge(open_village_project().project)
    with pytest.raises(InvalidInput):
        pledge_credit_change(pledge=given, choice=choice, line=line)


def test_who_is_forgotten_is_forgotten_in_the_banks_lines_and_what_they_told_too():
    world = open_village_project()
    given = confirmed_pledge(world.project, 700_00)
    account = bank_account(world.custodian)
    line, other = taken_in(account, paying(given.group, 700_00, name="Асанова"), told(5_00, name="Чужая"))
    payment = line_take(line=line, group=given.group, actor=world.officer)
    said = claim_make(of=given, paid_on=line.day, amount=given.amount, bank="МБанк", slip=paper(world), note="от мужа")
    pledge_erase_person(pledge=given)
    line.refresh_from_db()
    other.refresh_from_db()
    said.refresh_from_db()
    assert (line.text, line.other_name, line.other_account) == ("", "", "")
    assert (line.amount_minor, line.payment_ref) == (700_00, payment.public_id)
    assert other.other_name == "Чужая"
    assert (said.bank, said.note, said.slip) == ("", "", None)


def test_the_line_of_money_that_still_has_to_go_back_keeps_its_account():
    world = open_village_project()
    given = confirmed_pledge(world.project, 700_00)
    (line,) = taken_in(bank_account(world.custodian), paying(given.group, 700_00, name="Асанова"))
    payment = line_take(line=line, group=given.group, actor=world.officer)
    payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    project_cancel_and_refund(project=world.project, actor=world.head, reason="Не будет")
    pledge_erase_person(pledge=given)
    line.refresh_from_db()
    assert line.other_account
