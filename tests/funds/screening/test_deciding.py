"""A likeness stands in the way until a person has decided, and what they decided stays."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Organisation
from birge.organisations.services import organisation_verify
from funds.banking.services import bank_account_open
from funds.releases.models import Release
from funds.screening.models import ScreeningDecision, ScreeningRecord
from funds.screening.selectors import records_of, undecided
from funds.screening.services import screening_ask, screening_decide
from funds.settlement.services import tick
from funds.settlement.services.looking_again import looked_again
from funds.transfers.services import transfer_approve
from tests.factories import funds
from tests.factories import transfers as make
from tests.factories.funds import factor, organisation
from tests.factories.organisations import administrator, applied
from tests.factories.people import officer_of

pytestmark = pytest.mark.django_db
KEREMET = {"receiver_bank": "ОАО «Керемет Банк»"}


def record_of(transfer):
    return records_of("transfer", transfer.public_id).first()


def decide(record, who, verdict, reason="I have compared the numbers."):
    return screening_decide(record=record, actor=who, verdict=verdict, reason=reason, proof=factor(who))


def approve(both, transfer):
    return transfer_approve(transfer=transfer, actor=both.second, proof=factor(both.second))


def test_scenario_47_a_listed_bank_is_blocked_with_its_reason_and_version_until_a_person_decides():
    listed = make.listed()
    both = make.two(countries=("RU", "KG"))
    transfer = make.prepared(both, **KEREMET)
    with pytest.raises(RuleNotMet) as refused:
        approve(both, transfer)
    assert refused.value.code == "listed"
    assert "Керемет" in str(refused.value)
    assert f"Fixture, {listed.version}" in str(refused.value)
    record = record_of(transfer)
    assert record.lists == [{"id": listed.public_id, "source": "Fixture", "version": listed.version.isoformat()}]
    assert {hit["listed_by"] for hit in record.hits} == {"US", "GB"}
    decision = decide(record, both.second, "allowed", "Neither custodian is under this law; counsel, 3 March.")
    assert (decision.decided_by, decision.factor_method) == (both.second, "totp")
    assert AuditRecord.objects.get(action="screening_decide").reason == decision.reason
    assert make.send(both, approve(both, transfer)).status == "sent"
    assert ScreeningRecord.objects.filter(pk=record.pk).exists()


def test_scenario_47_where_the_law_of_a_custodian_forbids_it_nobody_can_allow_it():
    make.listed()
    both = make.two(countries=("US", "KG"))
    transfer = make.prepared(both, **KEREMET)
    record = record_of(transfer)
    assert {hit["listed_by"]: hit["binding"] for hit in record.hits} == {"US": True, "GB": False}
    with pytest.raises(RuleNotMet) as refused:
        decide(record, both.second, "allowed")
    assert refused.value.code == "binding"
    with pytest.raises(RuleNotMet, match="whose law binds"):
        approve(both, transfer)


def test_the_receivers_law_binds_as_well():
    make.listed()
    both = make.two(countries=("RU", "GB"))
    record = record_of(make.prepared(both, sender_bank="Capital Bank"))
    assert [(hit["role"], hit["binding"]) for hit in record.hits] == [("sender_bank", True)]


def test_a_bank_in_between_is_looked_up_too():
    make.listed()
    both = make.two()
    record = record_of(make.prepared(both, via_bank="Keremet"))
    assert {hit["role"] for hit in record.hits} == {"via_bank"}


def test_somebody_else_of_a_like_name_is_let_pass_even_by_a_law_that_binds():
    make.listed()
    both = make.two(countries=("GB", "KG"))
    transfer = make.prepared(both, receiver_bank="Capital Bank")
    decide(record_of(transfer), both.second, "other", "Capital Bank of Jordan, another BIC.")
    assert approve(both, transfer).status == "approved"


def test_blocked_stays_blocked_whatever_lists_say_later():
    make.listed()
    both = make.two()
    transfer = make.prepared(both, **KEREMET)
    decide(record_of(transfer), both.second, "blocked", "Too close to the sanctions.")
    make.a_list(*["bank,Keremet Bank,,,US,,,"] * 2, "bank,Ромашка,,,US,,,")
    tick()
    assert record_of(transfer).outcome == "known"
    make.a_list("bank,Ромашка,,,US,,,", shrunk=True)
    tick()
    assert record_of(transfer).outcome == "clear"
    with pytest.raises(RuleNotMet) as refused:
        approve(both, transfer)
    assert (refused.value.code, "Too close" in str(refused.value)) == ("blocked", True)


def test_a_decision_is_of_a_person_who_did_not_ask_with_a_factor_and_a_reason_and_once():
    make.listed()
    both = make.two()
    record = record_of(make.prepared(both, **KEREMET))
    with pytest.raises(NotAllowed) as refused:
        decide(record, both.clerk, "allowed")
    assert refused.value.code == "same_person"
    for stranger in (both.cashier, administrator()):
        with pytest.raises(NotAllowed):
            decide(record, stranger, "allowed")
    with pytest.raises(SecondFactorRequired):
        screening_decide(record=record, actor=both.second, verdict="allowed", reason="Yes", proof=None)
    with pytest.raises(InvalidInput) as empty:
        decide(record, both.second, "allowed", " ")
    assert empty.value.field == "reason"
    with pytest.raises(InvalidInput):
        decide(record, both.second, "perhaps")
    decide(record, both.second, "allowed")
    with pytest.raises(Conflict) as twice:
        decide(record, both.second, "blocked")
    assert twice.value.code == "decided"


def test_only_the_newest_look_is_decided_on():
    make.listed()
    both = make.two()
    first = record_of(transfer := make.prepared(both, **KEREMET))
    make.prepared(both, transfer=transfer, **KEREMET)
    with pytest.raises(RuleNotMet) as refused:
        decide(first, both.second, "allowed")
    assert refused.value.code == "not_newest"
    assert [each.subject_ref for each in undecided([both.here.custodian])] == [transfer.public_id]


def test_what_nobody_is_like_needs_no_decision():
    both = make.two()
    record = record_of(make.prepared(both))
    assert record.outcome == "clear"
    with pytest.raises(RuleNotMet) as refused:
        decide(record, both.second, "other")
    assert refused.value.code == "no_hit"


def test_a_new_list_is_held_against_what_is_open_and_stops_it():
    both = make.two()
    transfer = make.approved(both, **KEREMET)
    assert record_of(transfer).outcome == "clear"
    make.listed()
    with pytest.raises(RuleNotMet) as refused:
        make.send(both, transfer)
    assert refused.value.code == "listed"
    assert transfer.public_id in tick().looked_again
    assert tick().looked_again == []
    record = record_of(transfer)
    assert (record.outcome, record.screened_by) == ("hit", None)
    decide(record, both.clerk, "allowed")
    assert make.send(both, transfer).status == "sent"


def test_looking_again_asks_the_database_as_often_for_many_as_for_few():
    looked_again()
    with CaptureQueriesContext(connection) as few:
        assert looked_again() == []
    for _n in range(5):
        make.two()
    assert len(looked_again()) >= 5
    with CaptureQueriesContext(connection) as many:
        assert looked_again() == []
    asked = [query["sql"] for query in many if "SAVEPOINT" not in query["sql"]]
    assert len(asked) == len([query for query in few if "SAVEPOINT" not in query["sql"]])


def test_what_was_decided_is_not_asked_again_for_the_next_list():
    make.listed()
    both = make.two()
    transfer = make.prepared(both, **KEREMET)
    decide(record_of(transfer), both.second, "allowed")
    make.a_list(
        "bank,Keremet Bank,,,US,,,", "bank,Keremet Bank,,,GB,,,", "bank,Ромашка,,,US,,,", source="Fixture",
    )  # fmt: skip
    tick()
    assert approve(both, transfer).status == "approved"
    make.a_list("bank,Керемет,,,EU,,,", source="Another")
    with pytest.raises(RuleNotMet):
        make.send(both, transfer)


def test_a_custodian_that_is_on_a_list_is_not_accepted_before_a_person_decides():
    make.listed()
    custodian = applied("custodian", name_ru="ОАО «Керемет Банк»")
    admin, other = administrator(), administrator()
    with pytest.raises(RuleNotMet) as refused:
        organisation_verify(organisation=custodian, actor=admin, proof=factor(admin), reason="Papers are right")
    assert (refused.value.code, Organisation.objects.get(pk=custodian.pk).status) == ("listed", "submitted")
    tick()
    (record,) = undecided()
    decide(record, other, "other", "A charity of this name, registered in Osh.")
    organisation_verify(organisation=custodian, actor=admin, proof=factor(admin), reason="Papers are right")
    assert records_of("organisation", custodian.public_id).count() == 2
    assert list(undecided()) == []


def test_an_organisation_that_is_on_no_list_is_accepted_and_the_look_is_kept():
    make.listed()
    custodian, admin = applied("custodian"), administrator()
    organisation_verify(organisation=custodian, actor=admin, proof=factor(admin), reason="Papers are right")
    (record,) = records_of("organisation", custodian.public_id)
    assert (record.outcome, record.screened_by) == ("clear", admin)


def account(custodian, officer, name="Keremet, som"):
    return bank_account_open(
        custodian=custodian, number="1290123456789012", currency="KGS", name=name, opened_on=clock.today(),
        actor=officer,
    )  # fmt: skip


def test_an_account_at_a_listed_bank_is_not_opened_before_a_person_decides():
    make.listed()
    custodian = organisation("custodian")
    officer, second = (officer_of(custodian, "custodian_officer", seat=seat) for seat in (1, 2))
    with pytest.raises(RuleNotMet) as refused:
        account(custodian, officer)
    assert refused.value.code == "listed"
    asked = screening_ask(
        custodian=custodian, subject="bank_account", ref="1290 1234 5678 9012", name="Keremet, som", kind="bank",
        actor=officer,
    )  # fmt: skip
    decide(asked, second, "allowed")
    assert account(custodian, officer).name == "Keremet, som"


def test_the_village_is_not_paid_while_its_administration_is_like_somebody_on_a_list():
    world = funds.under_way(stages=1)
    signed = funds.sign(funds.ask(world), world.head, world.signatory)
    make.a_list(f"organisation,{world.project.administration.name_ru},,,UN,,,")
    with pytest.raises(RuleNotMet) as refused:
        funds.pay_out(world, signed)
    assert refused.value.code == "listed"
    tick()
    decide(undecided().get(subject_ref=world.project.administration.public_id), administrator(), "other")
    funds.pay_out(world, Release.objects.get(pk=signed.pk))


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"subject": "transfer"}, "subject"), ({"kind": "ship"}, "kind"), ({"name": " "}, "name"), ({"ref": ""}, "ref")],
)
def test_what_is_looked_up_by_hand_is_complete(changes, field):
    custodian = organisation("custodian")
    officer = officer_of(custodian, "custodian_officer")
    request = {"custodian": custodian, "subject": "payee", "ref": "Ромашка", "name": "Ромашка", "kind": "bank"}
    with pytest.raises(InvalidInput) as refused:
        screening_ask(**(request | changes), actor=officer)
    assert refused.value.field == field


def test_a_name_that_ran_out_holds_up_nobody():
    day = clock.today() - dt.timedelta(days=1)
    make.a_list(f"bank,Keremet Bank,,,US,,2025-01-15,{day}")
    both = make.two()
    assert make.approved(both, **KEREMET).status == "approved"
    assert not ScreeningDecision.objects.exists()
