"""Confirming a pledge books the promise and reserves its match; a whole plan asks everyone to pay."""

import datetime as dt

import pytest
import time_machine
from allauth.account.models import EmailAddress

from birge.audit.models import AuditRecord
from birge.errors import InvalidInput, NotAllowed, NotFound, RuleNotMet
from birge.notifications.models import Notice
from funds.ledger.models import Entry
from funds.matching.models import Reservation
from funds.matching.selectors import village_rest
from funds.pledges.models import ContactProof
from funds.pledges.services import confirmation_resend, pledge_prolong
from funds.pledges.tokens import Purpose, pledge_token
from funds.settlement.facts import plan_facts
from funds.settlement.services import pledge_confirm_and_match
from tests.factories.funds import (
    confirm,
    confirmed_pledge,
    newest_code,
    notices,
    open_village_project,
    person,
    pledge,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00)


def test_the_link_in_the_message_confirms(world):
    made = pledge(world.project, 2_000_00)
    confirmed = pledge_confirm_and_match(pledge=made, how="link", token=pledge_token(made, Purpose.CONFIRM))
    assert confirmed.status == "confirmed"
    entry = Entry.objects.get(id=confirmed.entry_id)
    assert entry.kind == "pledge.confirmed"
    assert entry.commitment


def test_the_link_to_look_at_ones_money_does_not_confirm(world):
    made = pledge(world.project)
    with pytest.raises(NotFound):
        pledge_confirm_and_match(pledge=made, how="link", token=pledge_token(made))
    made.refresh_from_db()
    assert made.status == "made"


def test_the_code_in_the_message_confirms(world):
    made = pledge(world.project)
    assert pledge_confirm_and_match(pledge=made, how="code", code=newest_code(made)).confirmed_how == "code"


def test_a_code_may_be_typed_with_a_gap(world):
    made = pledge(world.project)
    code = newest_code(made)
    assert pledge_confirm_and_match(pledge=made, how="code", code=f" {code[:3]} {code[3:]}").status == "confirmed"


def test_five_wrong_codes_use_up_the_right_one(world):
    made = pledge(world.project)
    code = newest_code(made)
    wrong = "000000" if code != "000000" else "111111"
    for _n in range(5):
        with pytest.raises(InvalidInput) as refusal:
            pledge_confirm_and_match(pledge=made, how="code", code=wrong)
        assert refusal.value.code == "code_wrong"
    with pytest.raises(InvalidInput) as refusal:
        pledge_confirm_and_match(pledge=made, how="code", code=code)
    assert refusal.value.code == "code_old"


def test_a_code_is_good_for_ten_minutes(world):
    with time_machine.travel(dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC), tick=False) as clock:
        made = pledge(world.project)
        code = newest_code(made)
        clock.shift(dt.timedelta(minutes=10, seconds=1))
        with pytest.raises(InvalidInput) as refusal:
            pledge_confirm_and_match(pledge=made, how="code", code=code)
    assert refusal.value.code == "code_old"


def test_a_new_code_replaces_the_old(world):
    made = pledge(world.project)
    old = newest_code(made)
    confirmation_resend(pledge=made)
    new = newest_code(made)
    if old != new:
        with pytest.raises(InvalidInput):
            pledge_confirm_and_match(pledge=made, how="code", code=old)
    assert pledge_confirm_and_match(pledge=made, how="code", code=new).status == "confirmed"


def test_the_code_itself_is_not_stored(world):
    made = pledge(world.project)
    code = newest_code(made)
    proof = ContactProof.objects.get(pledge=made)
    assert code not in (proof.code_hash, proof.salt)


def test_an_officers_call_back_confirms_and_is_audited(world):
    made = pledge(world.project)
    pledge_confirm_and_match(pledge=made, how="call_back", actor=world.officer, reason="called at noon, she agreed")
    row = AuditRecord.objects.get(action="pledge_call_back")
    assert (row.actor, row.object_ref, row.reason) == (world.officer, made.public_id, "called at noon, she agreed")


def test_a_call_back_says_how_the_donor_was_reached(world):
    with pytest.raises(InvalidInput) as refusal:
        pledge_confirm_and_match(pledge=pledge(world.project), how="call_back", actor=world.officer, reason=" ")
    assert refusal.value.field == "reason"


def test_only_the_custodians_officer_calls_back(world):
    with pytest.raises(NotAllowed):
        pledge_confirm_and_match(pledge=pledge(world.project), how="call_back", actor=person(), reason="me")


def test_an_officer_does_not_call_themselves(world):
    own = pledge(world.project, actor=world.officer)
    with pytest.raises(NotAllowed):
        pledge_confirm_and_match(pledge=own, how="call_back", actor=world.officer, reason="spoke to myself")


def test_signed_in_with_a_verified_address_needs_no_code(world):
    aida = person(email="aida@example.org")
    made = pledge(world.project, actor=aida, contact=None)
    with pytest.raises(RuleNotMet):
        pledge_confirm_and_match(pledge=made, how="signed_in", actor=aida)
    EmailAddress.objects.update_or_create(user=aida, email=aida.email, defaults={"verified": True, "primary": True})
    assert pledge_confirm_and_match(pledge=made, how="signed_in", actor=aida).status == "confirmed"


def test_nobody_confirms_for_another_account(world):
    made = pledge(world.project, actor=person(), contact=None)
    with pytest.raises(NotAllowed):
        pledge_confirm_and_match(pledge=made, how="signed_in", actor=person())


def test_confirming_twice_books_once(world):
    made = pledge(world.project, 2_000_00)
    token = pledge_token(made, Purpose.CONFIRM)
    first = pledge_confirm_and_match(pledge=made, how="link", token=token)
    entries = Entry.objects.count()
    again = pledge_confirm_and_match(pledge=made, how="link", token=token)
    assert again.entry_id == first.entry_id
    assert Entry.objects.count() == entries


def test_the_village_adds_as_much_until_its_share_is_used_up():
    world = open_village_project(donors=10_000_00, village=2_500_00)
    first, second = confirmed_pledge(world.project, 2_000_00), confirmed_pledge(world.project, 2_000_00)
    assert Reservation.objects.get(pledge_ref=first.public_id).amount_minor == 2_000_00
    assert Reservation.objects.get(pledge_ref=second.public_id).amount_minor == 500_00
    assert village_rest(world.project) == 0
    third = confirmed_pledge(world.project, 2_000_00)
    assert not Reservation.objects.filter(pledge_ref=third.public_id).exists()


def test_the_match_waits_as_long_as_the_promise(world):
    confirmed = confirmed_pledge(world.project, 2_000_00)
    assert Reservation.objects.get(pledge_ref=confirmed.public_id).until == confirmed.horizon


def test_of_two_promises_for_the_last_part_the_second_is_told_before_paying(world):
    first, second = pledge(world.project, 8_000_00), pledge(world.project, 8_000_00)
    confirm(first)
    with pytest.raises(RuleNotMet) as refusal:
        confirm(second)
    assert (refusal.value.code, refusal.value.data["rest_minor"]) == ("plan_full", 2_000_00)
    second.refresh_from_db()
    assert second.status == "made"


def test_when_every_share_is_promised_everyone_is_asked_to_pay(world):
    first, last = confirmed_pledge(world.project, 4_000_00), confirmed_pledge(world.project, 6_000_00)
    world.project.refresh_from_db()
    assert world.project.status == "pledged_in_full"
    for each in (first, last):
        each.refresh_from_db()
        assert each.status == "due"
    assert Notice.objects.filter(template="pledge_due").count() == 2


def test_the_facts_of_the_plan_are_what_was_promised(world):
    confirmed_pledge(world.project, 4_000_00)
    facts = plan_facts(world.project)
    assert facts.shares == {"donors": 4_000_00, "village": 10_000_00}
    assert (facts.held_minor, facts.plan_minor, facts.currency) == (0, 20_000_00, "KGS")


def test_a_promise_cannot_be_prolonged_before_anyone_asks(world):
    with pytest.raises(Exception, match="nothing to do"):
        pledge_prolong(pledge=confirmed_pledge(world.project))


@pytest.mark.parametrize(
    ("language", "words"), [("ky", "2027-ж. 3-март"), ("ru", "3 марта 2027\u00a0г."), ("en", "3 March 2027")]
)
def test_the_message_says_until_when_in_words(language, words):
    with time_machine.travel(dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC)):
        confirm(pledge(open_village_project().project, language=language))
    assert notices("pledge_confirmed")[-1].context["horizon"] == words
