"""An organisation hands in its papers; an administrator from outside looks at them."""

import datetime as dt
import itertools

import pytest
from django.db import IntegrityError, transaction

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import BirgeError, Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import ALLOWED, Organisation, OrganisationStatus, Role
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import organisations_verified, organisations_waiting
from birge.organisations.services import (
    organisation_apply,
    organisation_papers_attach,
    organisation_refuse,
    organisation_resume,
    organisation_suspend,
    organisation_verify,
)
from birge.places.models import Place
from tests.factories.funds import aimak_and_village, factor, notices, organisation, person
from tests.factories.organisations import acting_for, administrator, applied, everything_kept, papers, seated

pytestmark = pytest.mark.django_db


def verify(where, by=None, reason="The charter and the register agree."):
    actor = by or administrator()
    return organisation_verify(organisation=where, actor=actor, proof=factor(actor), reason=reason)


def refuse(where):
    return organisation_refuse(organisation=where, actor=administrator(), reason="The charter has no stamp.")


def suspend(where):
    actor = administrator()
    return organisation_suspend(organisation=where, actor=actor, proof=factor(actor), reason="The bank asked us to.")


def resume(where):
    actor = administrator()
    return organisation_resume(organisation=where, actor=actor, proof=factor(actor), reason="The bank is content.")


def hand_in_more(where):
    return organisation_papers_attach(organisation=where, actor=where.created_by, papers=papers(where.created_by))


# The status each verb leads to, by hand; what is not here is refused.
STEPS = {
    ("submitted", verify): "verified",
    ("submitted", refuse): "refused",
    ("submitted", hand_in_more): "submitted",
    ("draft", hand_in_more): "submitted",
    ("refused", hand_in_more): "submitted",
    ("verified", suspend): "suspended",
    ("suspended", resume): "verified",
}
VERBS = (verify, refuse, suspend, resume, hand_in_more)


@pytest.mark.parametrize(("before", "verb"), list(itertools.product(OrganisationStatus, VERBS)))
def test_the_matrix_of_steps(before, verb):
    where = applied()
    where.status = before
    where.save()
    if (before, verb) in STEPS:
        verb(where)
        assert Organisation.objects.get(pk=where.pk).status == STEPS[before, verb]
    else:
        records = AuditRecord.objects.count()
        with pytest.raises(RuleNotMet) as refusal:
            verb(where)
        assert refusal.value.code == "transition"
        assert Organisation.objects.get(pk=where.pk).status == before
        assert AuditRecord.objects.count() == records


def test_the_table_is_what_the_verbs_do():
    steps = {(before, after) for (before, _verb), after in STEPS.items() if before != after}
    assert steps == {(before, after) for before, all_after in ALLOWED.items() for after in all_after}
    assert set(ALLOWED) == set(OrganisationStatus)


def test_who_applies_gets_an_organisation_that_waits_and_can_do_nothing():
    applicant = person()
    where = applied(actor=applicant, name_ru="  Ак-Суу айыл өкмөтү ", contact_email="Office@Example.org")
    assert (where.status, where.created_by, where.name_ru) == ("submitted", applicant, "Ак-Суу айыл өкмөтү")
    assert where.contact_email == "office@example.org"
    assert list(organisations_waiting()) == [where]
    assert not organisations_verified().exists()
    assert not any(may(applicant, action, where) for action in Action)
    assert where.papers.organisation == where, "its officers can read the papers later"
    record = AuditRecord.objects.get(action="organisation_apply")
    assert (record.actor, record.organisation_ref) == (applicant, where.public_id)


def test_verifying_lets_it_act_and_leaves_a_trace_and_a_message():
    where, decider = applied(), administrator()
    verify(where, decider)
    assert list(organisations_verified()) == [where]
    record = AuditRecord.objects.get(action="organisation_verify")
    assert (record.actor, record.object_ref, record.reason) == (
        decider,
        where.public_id,
        "The charter and the register agree.",
    )
    assert record.details["factor"] == "totp"
    assert record.details["papers"] == where.papers.public_id
    assert len(notices("organisation_verify")) == 1


def test_suspending_stops_its_officers_at_once_and_tells_them():
    term = seated(acting_for(Role.HEAD), Role.HEAD)
    where = term.office.organisation
    suspend(where)
    assert not may(term.user, Action.PROJECT_WRITE, Organisation.objects.get(pk=where.pk))
    assert len(notices("organisation_suspend")) == 1
    resume(where)
    assert may(term.user, Action.PROJECT_WRITE, Organisation.objects.get(pk=where.pk))


def test_what_was_refused_can_be_handed_in_again_with_other_papers():
    where = applied()
    refuse(where)
    better = papers(where.created_by)
    again = organisation_papers_attach(organisation=where, actor=where.created_by, papers=better)
    assert (again.status, again.papers) == ("submitted", better)
    assert verify(again).status == "verified"


def no_factor():
    decider = administrator(factor_enrolled=False)
    return {"actor": decider, "proof": factor(decider)}


def nobodys_proof():
    return {"actor": administrator(), "proof": None}


def anothers_proof():
    return {"actor": administrator(), "proof": factor(administrator())}


def old_proof():
    decider = administrator()
    return {"actor": decider, "proof": factor(decider, at=clock.now() - dt.timedelta(minutes=6))}


def no_administrator():
    somebody = person(factor_enrolled=True)
    return {"actor": somebody, "proof": factor(somebody)}


def officer_elsewhere():
    decider = administrator()
    seated(acting_for(Role.SIGNATORY), Role.SIGNATORY, who=decider)
    return {"actor": decider, "proof": factor(decider)}


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (no_factor, SecondFactorRequired),
        (nobodys_proof, SecondFactorRequired),
        (anothers_proof, SecondFactorRequired),
        (old_proof, SecondFactorRequired),
        (no_administrator, NotAllowed),
        (officer_elsewhere, NotAllowed),
    ],
)
@pytest.mark.parametrize(
    ("verb", "status"),
    [(organisation_verify, "submitted"), (organisation_suspend, "verified"), (organisation_resume, "suspended")],
)
def test_only_an_administrator_from_outside_with_a_fresh_factor_decides(verb, status, who, error):
    where, how = applied(), who()
    where.status = status
    where.save()
    before = everything_kept()
    with pytest.raises(error):
        verb(organisation=where, reason="It is so.", **how)
    assert everything_kept() == before


@pytest.mark.parametrize("verb", [organisation_verify, organisation_refuse])
def test_who_applied_does_not_decide(verb):
    applicant = administrator()
    where = applied(actor=applicant)
    proof = {"proof": factor(applicant)} if verb is organisation_verify else {}
    before = everything_kept()
    with pytest.raises(NotAllowed) as refusal:
        verb(organisation=where, actor=applicant, reason="I know them.", **proof)
    assert refusal.value.code == "same_person"
    assert everything_kept() == before


def test_an_administrator_who_is_only_a_member_somewhere_is_outside():
    decider = administrator()
    seated(acting_for(Role.MEMBER), Role.MEMBER, who=decider)
    assert verify(applied(), decider).status == "verified"


def test_nothing_is_verified_without_papers():
    where = applied(papers=None)
    with pytest.raises(RuleNotMet) as refusal:
        verify(where)
    assert refusal.value.code == "papers_missing"
    hand_in_more(where)
    assert verify(where).status == "verified"


@pytest.mark.parametrize("verb", [organisation_verify, organisation_refuse])
def test_every_decision_has_a_reason(verb):
    where, decider = applied(), administrator()
    proof = {"proof": factor(decider)} if verb is organisation_verify else {}
    before = everything_kept()
    with pytest.raises(InvalidInput) as refusal:
        verb(organisation=where, actor=decider, reason="  ", **proof)
    assert refusal.value.field == "reason"
    assert everything_kept() == before


def test_one_place_has_one_administration_and_one_council():
    place = aimak_and_village()[0]
    first = verify(applied(place=place))
    second, council = applied(place=place), applied("local_council", place=place)
    with pytest.raises(Conflict) as refusal:
        verify(second)
    assert refusal.value.code == "place_taken"
    assert verify(council).status == "verified"
    suspend(first)
    with pytest.raises(Conflict):
        verify(second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=second.pk).update(status="verified")


def test_many_associations_may_come_from_one_place():
    place = aimak_and_village()[0]
    for _each in range(7):
        assert verify(applied("migrant_association", place=place)).status == "verified"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "bank"}, "kind"),
        ({"name_ru": "  "}, "name_ru"),
        ({"name_ru": "а" * 161}, "name_ru"),
        ({"name_ky": "а" * 161}, "name_ky"),
        ({"registered_number": "1" * 41}, "registered_number"),
        ({"about": "а" * 4001}, "about"),
        ({"country": "Кыргызстан"}, "country"),
        ({"country": "1K"}, "country"),
        ({"contact_email": "office at example"}, "contact_email"),
        ({"place": None}, "place"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(changes, field):
    applicant = person()
    request = {"kind": "local_council", "name_ru": "Кенеш", "actor": applicant, "place": aimak_and_village()[0]}
    before = everything_kept()
    with pytest.raises(InvalidInput) as refusal:
        organisation_apply(**(request | changes))
    assert refusal.value.field == field
    assert everything_kept() == before


def test_an_administration_stands_in_an_aimak_that_exists_not_in_a_village():
    aimak, village = aimak_and_village()
    merged = Place.objects.create(
        kind="ayil_aimak", level=3, name_ru="Старый аймак", soate="M1", valid_from=dt.date(2000, 1, 1),
        valid_to=clock.today() - dt.timedelta(days=1),
    )  # fmt: skip
    for wrong in (village, merged):
        with pytest.raises(InvalidInput) as refusal:
            applied(place=wrong)
        assert refusal.value.field == "place"
    assert applied(place=aimak).place == aimak


def test_a_stranger_s_papers_are_as_if_they_did_not_exist():
    stranger, applicant = person(), person()
    with pytest.raises(InvalidInput) as refusal:
        applied(actor=applicant, papers=papers(stranger))
    assert refusal.value.field == "papers"
    where = applied(actor=applicant)
    with pytest.raises(InvalidInput):
        organisation_papers_attach(organisation=where, actor=applicant, papers=papers(stranger))
    with pytest.raises(NotAllowed):
        organisation_papers_attach(organisation=where, actor=stranger, papers=papers(stranger))


def test_pressing_the_button_twice_hands_in_one_organisation():
    applicant = person()
    where = applied("custodian", actor=applicant, name_ru="Фонд", place=None)
    with pytest.raises(Conflict) as refusal:
        applied("custodian", actor=applicant, name_ru="Фонд", place=None)
    assert refusal.value.code == "already_asked"
    assert list(Organisation.objects.filter(name_ru="Фонд")) == [where]


def test_a_closed_account_applies_for_nothing():
    former = person()
    former.is_active = False
    former.save()
    with pytest.raises(BirgeError):
        organisation_apply(kind="custodian", name_ru="Фонд", actor=former)


def test_messages_come_in_the_readers_language():
    applicant = person()
    applicant.language = "en"
    applicant.save()
    where = applied("migrant_association", actor=applicant, name_ru="Ассоциация", name_en="Friends of Ak-Suu")
    verify(where)
    notice = notices("organisation_verify")[0]
    assert (notice.language, notice.context["organisation"]) == ("en", "Friends of Ak-Suu")


def test_an_administration_made_by_hand_has_no_applicant_and_can_still_be_stopped():
    where = organisation("custodian")
    assert suspend(where).status == "suspended"
