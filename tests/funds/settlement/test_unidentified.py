"""Money that nobody can place is shown as such, and finds its pledge by proof and a second person."""

import pytest

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.payments.services import payment_confirm
from funds.settlement.facts import held_minor
from funds.settlement.services import (
    payment_identify_approve,
    payment_identify_ask,
    payment_identify_refuse,
    unidentified_payment_record,
)
from tests.factories.funds import confirmed_pledge, factor, open_village_project, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return open_village_project()


@pytest.fixture
def stray(world):
    payment = unidentified_payment_record(
        custodian=world.custodian,
        kind="transfer",
        amount=Money(700_00, "KGS"),
        received_on=clock.today(),
        reference="B-9",
        actor=world.officer,
        idempotency=("user:officer", "stray"),
    )
    return payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))


def unidentified(world) -> int:
    return balance(codes.unidentified(world.custodian.public_id), "KGS")


def test_it_is_owed_to_nobody_known_and_to_no_project(world, stray):
    assert stray.status == "confirmed"
    assert (unidentified(world), held_minor(world.project)) == (700_00, 0)


def test_with_proof_and_a_second_person_it_meets_its_pledge(world, stray):
    given = confirmed_pledge(world.project, 700_00)
    claim = payment_identify_ask(payment=stray, pledge=given, proof=paper(world), actor=world.officer)
    payment_identify_approve(identification=claim, actor=world.second_officer, proof=factor(world.second_officer))
    given.refresh_from_db()
    stray.refresh_from_db()
    assert given.status == "collected"
    assert stray.project == world.project
    assert (unidentified(world), held_minor(world.project)) == (0, 700_00)


def test_who_claims_does_not_approve(world, stray):
    given = confirmed_pledge(world.project)
    claim = payment_identify_ask(payment=stray, pledge=given, proof=paper(world), actor=world.officer)
    with pytest.raises(NotAllowed):
        payment_identify_approve(identification=claim, actor=world.officer, proof=factor(world.officer))
    with pytest.raises(SecondFactorRequired):
        payment_identify_approve(identification=claim, actor=world.second_officer, proof=None)
    with pytest.raises(Conflict):
        payment_identify_ask(payment=stray, pledge=given, proof=paper(world), actor=world.second_officer)
    assert unidentified(world) == 700_00


def test_a_refused_claim_says_why_and_leaves_the_money_where_it_is(world, stray):
    given = confirmed_pledge(world.project)
    claim = payment_identify_ask(payment=stray, pledge=given, proof=paper(world), actor=world.officer)
    with pytest.raises(InvalidInput):
        payment_identify_refuse(identification=claim, actor=world.second_officer, reason="")
    refused = payment_identify_refuse(identification=claim, actor=world.second_officer, reason="another sender")
    assert refused.status == "refused"
    assert unidentified(world) == 700_00
    with pytest.raises(RuleNotMet):
        payment_identify_approve(identification=claim, actor=world.second_officer, proof=factor(world.second_officer))
