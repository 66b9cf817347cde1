"""Money of unknown origin: claimed by its payer with a slip, or sent back after a stated time by two persons."""

import datetime as dt

import pytest
import time_machine

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.banking.models import BankLine
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_correct_ask,
    payment_identify_approve,
    payment_identify_ask,
    payment_identify_refuse,
)
from funds.settlement.statements import (
    claim_answer,
    claim_found,
    claim_identify,
    claim_make,
    line_take_unknown,
    out_candidates,
    stray_confirm,
    stray_not_sent,
    stray_send,
)
from funds.strays.models import PayerClaim
from funds.strays.selectors import return_day, strays, strays_public
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.bank import bank_account, line_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def account(world):
    return bank_account(world.custodian)


@pytest.fixture
def stray(world, account):
    payment = line_take_unknown(line=line_of(account, told(700_00)), actor=world.officer)
    return payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))


def later(days):
    return time_machine.travel(clock.now() + dt.timedelta(days=days), tick=False)


def unknown(world):
    return balance(codes.unidentified(world.custodian.public_id), "KGS")


def sent(world, stray, **how):
    how = {"bank_reference": "Н-5"} | how
    return stray_send(payment=stray, actor=world.officer, proof=make.factor(world.officer), **how)


def confirmed(world, back):
    return stray_confirm(sent=back, actor=world.second_officer, proof=make.factor(world.second_officer))


def claim(world, of, **changes):
    facts = {"paid_on": clock.today(), "amount": Money(700_00, "KGS"), "bank": "МБанк", "slip": make.paper(world)}
    return claim_make(of=of, **(facts | changes))


def test_the_total_is_public_and_names_no_single_payment(world, stray):
    (row,) = [each for each in strays_public() if each.custodian == world.custodian]
    assert (row.currency, row.minor) == ("KGS", 700_00)


def test_before_the_stated_day_nothing_goes_back(world, stray, settings):
    settings.UNIDENTIFIED_RETURN_DAYS = 30
    assert return_day(stray) == stray.received_on + dt.timedelta(days=30)
    with later(29), pytest.raises(RuleNotMet) as early:
        sent(world, stray)
    assert early.value.code == "too_early"
    with later(30):
        assert sent(world, stray).status == "sent"


def test_two_persons_send_it_back_and_the_ledger_says_so(world, stray):
    with later(91):
        with pytest.raises(SecondFactorRequired):
            stray_send(payment=stray, actor=world.officer, proof=None, bank_reference="Н-5")
        with pytest.raises(InvalidInput):
            sent(world, stray, bank_reference=" ")
        back = sent(world, stray)
        assert (unknown(world), strays(world.custodian).count()) == (700_00, 0)
        with pytest.raises(NotAllowed):
            stray_confirm(sent=back, actor=world.officer, proof=make.factor(world.officer))
        done = confirmed(world, back)
        assert confirmed(world, back).entry_id == done.entry_id
        entry = Entry.objects.get(pk=done.entry_id)
        assert (entry.kind, entry.resolves_id, unknown(world)) == ("payment.returned", stray.entry_id, 0)
        assert balance(codes.bank(world.custodian.public_id), "KGS") == 0
        with pytest.raises(Conflict):
            sent(world, stray)


def test_the_banks_line_is_the_proof_and_is_free_again_if_it_did_not_go(world, account, stray):
    with later(91):
        line = line_of(account, told(-700_00))
        back = sent(world, stray, bank_reference="", line=line)
        assert BankLine.objects.get(pk=line.pk).payment_ref == back.public_id
        assert out_candidates(line) == []
        stray_not_sent(sent=back, actor=world.second_officer, reason="Банк вернул")
        assert BankLine.objects.get(pk=line.pk).waits
        with pytest.raises(RuleNotMet):
            confirmed(world, back)
        assert strays(world.custodian).get() == stray
        with pytest.raises(InvalidInput):
            sent(world, stray, line=line_of(account, told(-699_00)))


def test_what_is_claimed_does_not_go_back_and_what_goes_back_is_not_claimed(world, stray):
    given = make.confirmed_pledge(world.project, 700_00)
    claimed = payment_identify_ask(payment=stray, pledge=given, proof=make.paper(world), actor=world.officer)
    with later(91), pytest.raises(Conflict):
        sent(world, stray)
    payment_identify_refuse(identification=claimed, actor=world.second_officer, reason="Не похоже")
    with later(91):
        sent(world, stray)
        with pytest.raises(RuleNotMet):
            payment_identify_ask(payment=stray, pledge=given, proof=make.paper(world), actor=world.officer)
        with pytest.raises(RuleNotMet):
            payment_correct_ask(payment=stray, actor=world.officer, reason="Ошибка")


def test_a_claim_with_a_slip_becomes_an_identification_that_another_officer_approves(world, stray):
    given = make.confirmed_pledge(world.project, 700_00)
    said = claim(world, given)
    found = claim_identify(claim=said, payment=stray, actor=world.officer)
    assert (found.status, found.payment) == ("found", stray)
    asked = stray.identifications.get()
    assert asked.proof == said.slip
    payment_identify_approve(identification=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert held_minor(world.project) == 700_00


def test_a_claim_finds_a_line_that_nobody_had_placed(world, account):
    given = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, told(700_00))
    said = claim(world, given)
    claim_found(claim=said, line=line, actor=world.officer)
    payment = Payment.objects.get(group=given.group)
    assert PayerClaim.objects.get().payment == payment
    assert payment.status == "recorded"
    with pytest.raises(RuleNotMet):
        claim_answer(claim=said, answer="Не нашли", actor=world.officer)


def test_an_answer_has_words_and_reaches_the_payer(world):
    given = make.confirmed_pledge(world.project, 700_00)
    said = claim(world, given)
    with pytest.raises(InvalidInput):
        claim_answer(claim=said, answer="", actor=world.officer)
    with pytest.raises(NotAllowed):
        claim_answer(claim=said, answer="Нет", actor=world.head)
    claim_answer(claim=said, answer="На выписке такого нет, спросите банк", actor=world.officer)
    (notice,) = make.notices("claim_answered")
    assert "спросите банк" in notice.context["answer"]
    assert claim(world, given).status == "asked"  # and one may say it again


def test_a_claim_of_a_giver_to_a_pool_is_answered_too(world):
    pool = pools.pool_of()
    gift = pools.announced(pool, 700_00)
    said = claim(world, gift)
    claim_answer(claim=said, answer="Спросите банк", actor=pool.officer)
    assert len(make.notices("claim_answered")) == 1


def test_one_claim_waits_at_a_time_and_three_a_day_are_enough(world):
    given = make.confirmed_pledge(world.project, 700_00)
    for _n in range(3):
        said = claim(world, given)
        with pytest.raises(Conflict) as waits:
            claim(world, given)
        assert waits.value.code == "asked_already"
        claim_answer(claim=said, answer="Нет", actor=world.officer)
    with pytest.raises(Conflict) as often:
        claim(world, given)
    assert often.value.code == "too_many"
    with later(2):
        assert claim(world, given).status == "asked"


def test_a_claim_says_a_real_day_a_sum_and_a_bank(world):
    given = make.confirmed_pledge(world.project, 700_00)
    for wrong in (
        {"paid_on": clock.today() + dt.timedelta(days=2)},
        {"paid_on": clock.today() - dt.timedelta(days=400)},
        {"amount": Money(0, "KGS")},
        {"bank": " "},
    ):
        with pytest.raises(InvalidInput):
            claim(world, given, **wrong)
    with pytest.raises(RuleNotMet):
        claim(world, make.pledge(world.project, 700_00))


def test_another_custodians_line_and_money_answer_no_claim(world, stray):
    other = make.open_village_project()
    line = line_of(bank_account(other.custodian), told(700_00))
    given = make.confirmed_pledge(world.project, 700_00)
    said = claim(world, given)
    with pytest.raises(InvalidInput):
        claim_found(claim=said, line=line, actor=world.officer)
    theirs = claim(other, make.confirmed_pledge(other.project, 700_00))
    with pytest.raises(NotAllowed):
        claim_identify(claim=theirs, payment=stray, actor=other.officer)
