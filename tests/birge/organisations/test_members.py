"""An association's chair admits members, as many as come."""

import pytest

from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed
from birge.organisations.models import Role
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import holds_office, officers
from birge.organisations.services import member_admit
from tests.factories.funds import notices, person
from tests.factories.organisations import acting_for, administrator, everything_kept, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return acting_for(Role.CHAIR)


@pytest.fixture
def chair(association):
    return seated(association, Role.CHAIR, who=person()).user  # no second factor: no money moves


def refused(error, **request):
    before = everything_kept()
    with pytest.raises(error) as refusal:
        member_admit(**request)
    assert everything_kept() == before
    return refusal.value


def test_every_member_has_a_seat_of_their_own(association, chair):
    people = [person() for _each in range(5)]
    terms = [member_admit(organisation=association, person=one, actor=chair) for one in people]
    assert [term.office.seat for term in terms] == [1, 2, 3, 4, 5]
    assert set(officers(association, [Role.MEMBER])) == set(people)
    assert {notice.to for notice in notices("member_admitted")} == {one.email for one in people}
    assert AuditRecord.objects.filter(action="member_admit", actor=chair).count() == 5


def test_a_member_reads_proposes_and_votes_but_signs_nothing(association, chair):
    member = person(factor_enrolled=True)
    member_admit(organisation=association, person=member, actor=chair)
    assert {action for action in Action if may(member, action, association)} == {
        Action.POOL_READ,
        Action.PROPOSAL_MAKE,
        Action.PROPOSAL_VOTE,
    }


@pytest.mark.parametrize("role", [Role.TREASURER, Role.SIGNATORY, Role.MEMBER])
def test_only_the_chair_admits(association, role):
    officer = seated(association, role).user
    refused(NotAllowed, organisation=association, person=person(), actor=officer)


def test_neither_another_chair_nor_an_administrator_admits(association):
    other = seated(acting_for(Role.CHAIR), Role.CHAIR).user
    for actor in (other, administrator()):
        refused(NotAllowed, organisation=association, person=person(), actor=actor)


def test_nobody_admits_themselves(association, chair):
    assert refused(NotAllowed, organisation=association, person=chair, actor=chair).code == "same_person"


def test_a_member_is_admitted_once(association, chair):
    member = person()
    member_admit(organisation=association, person=member, actor=chair)
    refusal = refused(Conflict, organisation=association, person=member, actor=chair)
    assert refusal.code == "held_already"


def test_a_closed_account_is_not_admitted(association, chair):
    former = person()
    former.is_active = False
    former.save()
    assert refused(InvalidInput, organisation=association, person=former, actor=chair).field == "person"


def test_somebody_of_the_village_may_be_a_member(association, chair):
    head = seated(acting_for(Role.HEAD), Role.HEAD).user
    member_admit(organisation=association, person=head, actor=chair)
    assert holds_office(head, association, [Role.MEMBER])
