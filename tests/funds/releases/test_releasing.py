"""A tranche leaves only with two signatures from different sides, in the order of the stages, and only money held."""

import pytest

from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Role, Term
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.models import Entry
from funds.releases.models import ReleaseStatus
from funds.releases.selectors import release_missing
from funds.releases.services import expense_accept, release_refuse, release_sign
from funds.settlement.facts import held_minor
from projects.works.services import project_complete, project_suspend
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


def missing_codes(world, position):
    return {each.code for each in release_missing(make.stage(world, position))}


def test_a_signed_tranche_leaves_and_the_village_must_account_for_it():
    world = make.under_way(stages=2)
    release = make.released(world, 1)
    custodian, project = world.custodian.public_id, world.project.public_id
    assert release.status == ReleaseStatus.PAID
    assert held_minor(world.project) == 10_000_00
    assert balance(codes.bank(custodian), "KGS") == 10_000_00
    assert balance(codes.advance(custodian, project), "KGS") == 10_000_00
    assert balance(codes.accountable(custodian, project), "KGS") == 10_000_00


def test_the_first_tranche_needs_a_contract_or_quote():
    world = make.under_way()
    for basis in (None, make.paper(world, "photo")):
        with pytest.raises(InvalidInput) as refusal:
            make.ask(world, basis=basis)
        assert refusal.value.field == "basis"


def test_who_asks_does_not_sign_and_who_asked_or_signed_does_not_pay():
    world = make.under_way()
    release = make.ask(world)
    make.officer_of(world.project.administration, Role.HEAD, seat=2)
    office = world.project.administration.offices.get(role=Role.HEAD, seat=2)
    Term.objects.filter(office=office).update(user=world.finance_officer)
    with pytest.raises(NotAllowed) as refusal:
        make.sign(release, world.finance_officer)
    assert refusal.value.code == "same_person"
    signed = make.sign(release, world.head, world.signatory)
    seat = world.custodian.offices.get(seat=1)
    Term.objects.filter(office=seat).update(user=world.head)
    with pytest.raises(NotAllowed) as refusal:
        make.pay_out(world, signed, actor=world.head)
    assert refusal.value.code == "same_person"


def test_one_side_alone_moves_nothing():
    world = make.under_way()
    once = make.sign(make.ask(world), world.head)
    assert once.status == ReleaseStatus.ASKED
    with pytest.raises(RuleNotMet):
        make.pay_out(world, once)
    assert held_minor(world.project) == 20_000_00


def test_the_substitute_signs_in_place_of_the_signatory_not_beside_them():
    world = make.under_way()
    release = make.sign(make.ask(world), world.substitute)
    with pytest.raises(Conflict) as refusal:
        make.sign(release, world.signatory)
    assert refusal.value.code == "signed_already"


def test_a_signatory_who_has_gone_over_to_the_village_no_longer_signs():
    world = make.under_way()
    release = make.ask(world)
    office = world.project.administration.offices.create(role=Role.FOCAL_POINT)
    Term.objects.create(office=office, user=world.signatory, starts=make.clock.today())
    with pytest.raises(NotAllowed):
        make.sign(release, world.signatory)


def test_each_signature_and_the_payment_need_a_fresh_second_factor_of_that_person():
    world = make.under_way()
    release = make.ask(world)
    stale = make.factor(world.head, at=make.clock.now() - make.dt.timedelta(minutes=6))
    for proof in (None, stale, make.factor(world.signatory)):
        with pytest.raises(SecondFactorRequired):
            release_sign(release=release, actor=world.head, proof=proof)
    signed = make.sign(release, world.head, world.signatory)
    with pytest.raises(SecondFactorRequired):
        make.pay_out(world, signed, proof=None)


def test_signing_twice_and_paying_twice_is_once():
    world = make.under_way()
    release = make.sign(make.ask(world), world.head, world.head, world.signatory, world.signatory)
    assert release.signatures.count() == 2
    paid = make.pay_out(world, release)
    again = make.pay_out(world, release)
    assert again.entry_id == paid.entry_id
    assert Entry.objects.filter(kind="tranche.released").count() == 1


def test_a_tranche_is_asked_for_once_and_again_after_a_refusal():
    world = make.under_way()
    release = make.ask(world)
    with pytest.raises(Conflict):
        make.ask(world)
    refused = release_refuse(release=release, actor=world.signatory, reason="Договор без подписи")
    assert refused.status == ReleaseStatus.REFUSED
    assert make.ask(world).pk != release.pk


def test_the_next_tranche_waits_for_the_accepted_stage_its_photos_and_its_receipts():
    world = make.under_way(stages=3)
    release = make.released(world, 1)
    assert missing_codes(world, 2) == {"accepted", "photos", "receipts"}
    make.shown(world, 1)
    assert missing_codes(world, 2) == {"receipts"}
    expense_accept(expense=make.receipt(world, release, release.amount_minor // 2), actor=world.signatory)
    assert missing_codes(world, 2) == {"receipts"}
    expense_accept(expense=make.receipt(world, release, release.amount_minor * 45 // 100), actor=world.signatory)
    assert missing_codes(world, 2) == set()
    with pytest.raises(RuleNotMet) as refusal:
        make.ask(world, 3)
    assert "accepted" in refusal.value.data["missing"]


def test_the_last_tranche_leaves_after_completion():
    world = make.under_way(stages=2)
    make.documented(world, 1)
    make.shown(world, 1)
    assert missing_codes(world, 2) == {"completed"}
    make.shown(world, 2)
    world.project = project_complete(project=world.project, actor=world.head)
    make.documented(world, 2)
    assert held_minor(world.project) == 0


def test_only_money_held_is_released():
    world = make.open_village_project()
    make.pay(world, make.confirmed_pledge(world.project, 10_000_00))
    with pytest.raises(RuleNotMet) as refusal:
        make.ask(world)
    assert set(refusal.value.data["missing"]) == {"status", "held"}


def test_a_stopped_project_pays_nothing():
    world = make.under_way()
    signed = make.sign(make.ask(world), world.head, world.signatory)
    project_suspend(project=world.project, actor=world.officer, reason="Жалоба жителей")
    with pytest.raises(RuleNotMet) as refusal:
        make.pay_out(world, signed)
    assert refusal.value.code == "stopped"


def test_the_bank_line_is_needed():
    world = make.under_way()
    signed = make.sign(make.ask(world), world.head, world.signatory)
    for changes, field in (
        ({"bank_line": None}, "bank_line"),
        ({"bank_line": make.paper(world, "quote")}, "bank_line"),
        ({"bank_reference": " "}, "bank_reference"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            make.pay_out(world, signed, **changes)
        assert refusal.value.field == field
