"""Somebody asks for a change of office: who may, for whom, and what is said where it cannot be."""

import datetime as dt

import pytest

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import BirgeError, Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import RequestKind, RequestStatus, Role, Term
from birge.organisations.selectors import requests_waiting
from birge.organisations.services import office_request
from tests.factories.funds import notices, person
from tests.factories.organisations import (
    acting_for,
    administrator,
    applied,
    approved,
    asked,
    everything_kept,
    papers,
    seated,
)

pytestmark = pytest.mark.django_db


def ask(where, **changes):
    request = {
        "kind": RequestKind.GRANT,
        "organisation": where,
        "role": Role.TREASURER,
        "person": changes.get("person") or person(),
        "actor": changes.get("actor") or administrator(),
        "reason": "The meeting chose them.",
    }
    return office_request(**(request | changes))


def refused(error, where, **changes):
    """Let a request be refused, see that nothing is left of it, and return the refusal."""
    request = {"person": person(), "actor": administrator()} | changes
    before = everything_kept()
    with pytest.raises(error) as refusal:
        ask(where, **request)
    assert everything_kept() == before
    return refusal.value


@pytest.fixture
def association():
    return acting_for(Role.CHAIR)


def test_an_officer_asks_and_nothing_has_changed_yet(association):
    chair, wanted = seated(association, Role.CHAIR).user, person()
    request = ask(association, actor=chair, person=wanted, papers=papers(chair))
    assert request.status == RequestStatus.ASKED
    assert (request.asked_by, request.decided_by) == (chair, None)
    assert not Term.objects.filter(user=wanted).exists()
    assert list(requests_waiting(association)) == [request]
    record = AuditRecord.objects.get(action="office_request")
    assert (record.actor, record.organisation_ref) == (chair, association.public_id)


def test_who_shall_sit_there_and_who_sits_there_are_told(association):
    chair = seated(association, Role.CHAIR).user
    holder, wanted = seated(association, Role.TREASURER).user, person()
    ask(association, kind=RequestKind.HAND_OVER, actor=chair, person=wanted)
    assert {notice.to for notice in notices("office_asked")} == {holder.email, wanted.email}


def test_who_asks_for_themselves_is_not_written_to(association):
    chair = seated(association, Role.CHAIR).user
    ask(association, actor=chair, person=chair)
    assert notices("office_asked") == []


@pytest.mark.parametrize("role", [Role.CHAIR, Role.TREASURER, Role.SIGNATORY])
def test_every_officer_may_ask(association, role):
    assert ask(association, actor=seated(association, role, seat=1).user, seat=2).pk


@pytest.mark.parametrize("kind", RequestKind)
def test_a_stranger_a_member_and_an_officer_of_others_may_not_ask(association, kind):
    holder = seated(association, Role.TREASURER).user
    other = seated(acting_for(Role.CHAIR), Role.CHAIR).user
    for stranger in (person(), seated(association, Role.MEMBER).user, other):
        refused(NotAllowed, association, kind=kind, actor=stranger, person=holder)


def test_a_former_officer_may_not_ask(association):
    former = seated(association, Role.CHAIR, ends=clock.today() - dt.timedelta(days=1)).user
    refused(NotAllowed, association, actor=former)


def test_an_administrator_may_ask_where_nobody_inside_can(association):
    assert ask(association, actor=administrator()).pk


def test_the_applicant_names_the_first_signatories_one_by_one():
    where = applied("migrant_association")
    for role in (Role.CHAIR, Role.TREASURER, Role.SIGNATORY):
        approved(ask(where, kind=RequestKind.FIRST_SIGNATORIES, actor=where.created_by, role=role))
    assert Term.objects.filter(office__organisation=where).count() == 3


def test_the_applicant_asks_for_nothing_but_first_signatories():
    where = applied("migrant_association")
    for kind in (RequestKind.GRANT, RequestKind.HAND_OVER, RequestKind.END_TERM):
        refused(NotAllowed, where, kind=kind, actor=where.created_by)


def test_once_its_own_officers_have_changed_something_the_applicant_has_no_more_say():
    where = applied("migrant_association")
    approved(ask(where, kind=RequestKind.FIRST_SIGNATORIES, actor=where.created_by, role=Role.CHAIR))
    approved(ask(where, role=Role.TREASURER))
    refused(NotAllowed, where, kind=RequestKind.FIRST_SIGNATORIES, actor=where.created_by, role=Role.SIGNATORY)


def test_first_signatories_sit_where_nobody_sat_before(association):
    seated(association, Role.TREASURER, status="ended", ends=clock.today())
    assert refused(Conflict, association, kind=RequestKind.FIRST_SIGNATORIES).code == "seat_held"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "coup"}, "kind"),
        ({"role": Role.HEAD}, "role"),
        ({"role": ""}, "role"),
        ({"role": "king"}, "role"),
        ({"role": Role.MEMBER}, "role"),
        ({"role": Role.CHAIR, "seat": 2}, "seat"),
        ({"seat": 0}, "seat"),
        ({"seat": 100}, "seat"),
        ({"reason": " "}, "reason"),
        ({"reason": "а" * 2001}, "reason"),
        ({"acting": True}, "ends"),
        ({"ends": dt.date(2020, 1, 1)}, "ends"),
        ({"acting": True, "ends": dt.date(2020, 1, 1)}, "ends"),
    ],
)
def test_what_cannot_be_used_is_said_beside_the_field(association, changes, field):
    assert refused(InvalidInput, association, **changes).field == field


def test_a_strangers_papers_are_as_if_they_did_not_exist(association):
    chair, paper = seated(association, Role.CHAIR).user, papers(person())
    assert refused(InvalidInput, association, actor=chair, papers=paper).field == "papers"


def test_a_seat_that_is_held_changes_by_a_hand_over(association):
    seated(association, Role.TREASURER)
    assert refused(Conflict, association).code == "seat_held"
    assert ask(association, kind=RequestKind.HAND_OVER).pk


def test_a_seat_that_is_free_changes_by_a_grant(association):
    assert refused(RuleNotMet, association, kind=RequestKind.HAND_OVER).code == "seat_free"
    assert ask(association).pk


def test_somebody_may_stand_in_beside_the_holder(association):
    seated(association, Role.TREASURER)
    soon = clock.today() + dt.timedelta(days=30)
    assert ask(association, acting=True, ends=soon).pk


@pytest.mark.parametrize("kind", [RequestKind.GRANT, RequestKind.HAND_OVER])
def test_who_holds_the_office_cannot_get_it_again(association, kind):
    holder = seated(association, Role.TREASURER).user
    assert refused(Conflict, association, kind=kind, person=holder).code == "held_already"


def test_only_a_term_that_runs_can_be_ended(association):
    former = seated(association, Role.TREASURER, ends=clock.today() - dt.timedelta(days=1)).user
    for nobody in (person(), former):
        assert refused(RuleNotMet, association, kind=RequestKind.END_TERM, person=nobody).code == "not_held"


def test_the_same_thing_is_asked_once(association):
    chair, wanted = seated(association, Role.CHAIR).user, person()
    ask(association, actor=chair, person=wanted)
    assert refused(Conflict, association, actor=chair, person=wanted).code == "already_asked"
    assert ask(association, actor=chair, person=person()).pk, "another person may be asked for"


def test_somebody_without_an_account_gets_no_office(association):
    former = person()
    former.is_active = False
    former.save()
    assert refused(RuleNotMet, association, person=former).code == "person_inactive"


@pytest.mark.parametrize("status", ["draft", "refused"])
def test_an_organisation_that_was_refused_gets_no_officers(association, status):
    association.status = status
    association.save()
    assert refused(RuleNotMet, association).code == "organisation_not_living"


def test_a_suspended_organisation_may_change_its_officers(association):
    association.status = "suspended"
    association.save()
    assert ask(association).pk


# By hand: who sits in a village administration joins none of the other sides. The rest may meet.
ROLES = (
    "head finance_officer focal_point council_chair deputy chair treasurer signatory donor_manager custodian_officer"
)
VILLAGE = {"head", "finance_officer", "focal_point"}
NOT_WITH_VILLAGE = {"chair", "treasurer", "signatory", "custodian_officer", "council_chair", "deputy", "donor_manager"}


@pytest.mark.parametrize("held", [*ROLES.split(), "member"])
@pytest.mark.parametrize("wanted", ROLES.split())
def test_nobody_stands_on_two_sides(held, wanted):
    somebody = seated(acting_for(Role(held)), Role(held)).user
    where = acting_for(Role(wanted))
    apart = (held in VILLAGE and wanted in NOT_WITH_VILLAGE) or (wanted in VILLAGE and held in NOT_WITH_VILLAGE)
    if apart:
        refusal = refused(RuleNotMet, where, role=wanted, person=somebody)
        assert (refusal.code, refusal.field) == ("two_sides", "person")
    else:
        assert ask(where, role=wanted, person=somebody).pk


def test_who_has_left_one_side_may_join_the_other():
    yesterday = clock.today() - dt.timedelta(days=1)
    for facts in ({"ends": yesterday}, {"status": "ended", "ends": yesterday}):
        former = seated(acting_for(Role.HEAD), Role.HEAD, **facts).user
        assert ask(acting_for(Role.SIGNATORY), role=Role.SIGNATORY, person=former).pk


def test_an_office_that_begins_tomorrow_keeps_off_the_other_side_today():
    tomorrow = clock.today() + dt.timedelta(days=1)
    coming = seated(acting_for(Role.HEAD), Role.HEAD, starts=tomorrow).user
    assert refused(RuleNotMet, acting_for(Role.CHAIR), role=Role.CHAIR, person=coming).code == "two_sides"


def test_a_lost_phone_is_reported_by_the_person_a_colleague_or_an_administrator(association):
    holder, chair = seated(association, Role.TREASURER).user, seated(association, Role.CHAIR).user
    for actor in (holder, chair, administrator()):
        request = ask(association, kind=RequestKind.LOST_FACTOR, role="", person=holder, actor=actor)
        assert (request.role, request.asked_by) == ("", actor)
        request.delete()


def test_a_lost_phone_is_reported_for_officers_only(association):
    chair = seated(association, Role.CHAIR).user
    stranger = person()
    assert refused(
        RuleNotMet, association, kind=RequestKind.LOST_FACTOR, person=stranger, actor=chair
    ).code == "not_held"  # fmt: skip
    assert isinstance(
        refused(BirgeError, association, kind=RequestKind.LOST_FACTOR, person=stranger, actor=stranger), RuleNotMet
    )


def test_the_factory_asks_what_can_be_granted():
    for role in (Role.HEAD, Role.CHAIR, Role.CUSTODIAN_OFFICER, Role.DONOR_MANAGER, Role.DEPUTY):
        assert approved(asked(acting_for(role))).status == RequestStatus.APPROVED
