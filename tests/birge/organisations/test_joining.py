"""Somebody asks to become a member of an association, and its chair decides."""

import datetime as dt

import pytest

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import JoinRequest, OrganisationStatus, Role
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import belongs, join_last, joins_waiting
from birge.organisations.services import (
    join_approve,
    join_ask,
    join_refuse,
    join_withdraw,
    member_admit,
    member_leave,
    member_remove,
)
from tests.factories.associations import association
from tests.factories.funds import notices, organisation, person
from tests.factories.organisations import administrator, everything_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours():
    return association()


@pytest.fixture
def somebody():
    return person()


def ask(where, who, **changes):
    return join_ask(organisation=where.organisation, person=who, **changes)


def kept():
    return everything_kept() | {"joins": list(JoinRequest.objects.order_by("pk").values())}


def refused(error, run, *, code="", field=""):
    before = kept()
    with pytest.raises(error) as refusal:
        run()
    assert kept() == before
    if code:
        assert refusal.value.code == code
    if field:
        assert refusal.value.field == field


def test_the_chair_is_told_and_admits(ours, somebody):
    request = ask(ours, somebody, message=" Я из Жаны-Арыка ")
    assert list(joins_waiting(ours.organisation)) == [request]
    assert [(notice.to, notice.context["message"]) for notice in notices("join_asked")] == [
        (ours.chair.email, "Я из Жаны-Арыка")
    ]
    admitted = join_approve(request=request, actor=ours.chair)
    assert (admitted.status, admitted.decided_by) == ("approved", ours.chair)
    assert belongs(somebody, ours.organisation)
    assert may(somebody, Action.PROPOSAL_VOTE, ours.organisation)
    assert not joins_waiting(ours.organisation).exists()
    assert [notice.to for notice in notices("member_admitted")] == [somebody.email]
    assert set(AuditRecord.objects.filter(actor__in=[somebody, ours.chair]).values_list("action", flat=True)) == {
        "join_ask",
        "member_admit",
    }


def test_a_refusal_says_why_and_one_may_ask_again(ours, somebody):
    request = join_refuse(request=ask(ours, somebody), actor=ours.chair, reason=" Мы Вас не знаем. ")
    assert (request.status, request.reason) == ("refused", "Мы Вас не знаем.")
    assert [notice.context["reason"] for notice in notices("join_refused")] == ["Мы Вас не знаем."]
    assert ask(ours, somebody).status == "asked"


def test_it_can_be_taken_back_by_who_asked(ours, somebody):
    request = ask(ours, somebody)
    refused(NotAllowed, lambda: join_withdraw(request=request, actor=ours.chair))
    assert join_withdraw(request=request, actor=somebody).status == "withdrawn"
    assert join_last(ours.organisation, somebody).decided_by is None


def test_admitting_them_by_their_address_answers_the_request(ours, somebody):
    request = ask(ours, somebody)
    member_admit(organisation=ours.organisation, person=somebody, actor=ours.chair)
    request.refresh_from_db()
    assert (request.status, request.decided_by) == ("approved", ours.chair)


@pytest.mark.parametrize("who", ["treasurer", "signatory", "member", "administrator", "another chair", "oneself"])
def test_only_the_chair_decides(ours, somebody, who):
    request = ask(ours, somebody)
    people = {
        "treasurer": ours.treasurer,
        "signatory": ours.signatories[0],
        "member": ours.members[0],
        "administrator": administrator(),
        "another chair": association().chair,
        "oneself": somebody,
    }
    refused(NotAllowed, lambda: join_approve(request=request, actor=people[who]))
    refused(NotAllowed, lambda: join_refuse(request=request, actor=people[who], reason="No."))


@pytest.mark.parametrize("become", ["approved", "refused", "withdrawn"])
def test_what_is_decided_is_not_decided_again(ours, somebody, become):
    request = ask(ours, somebody)
    ways = {
        "approved": lambda: join_approve(request=request, actor=ours.chair),
        "refused": lambda: join_refuse(request=request, actor=ours.chair, reason="No."),
        "withdrawn": lambda: join_withdraw(request=request, actor=somebody),
    }
    ways[become]()
    for way in ways.values():
        refused(RuleNotMet, way, code="transition")


def test_one_asks_once_at_a_time_and_not_too_often(ours, somebody):
    for _n in range(2):
        join_withdraw(request=ask(ours, somebody), actor=somebody)
    third = ask(ours, somebody)
    refused(Conflict, lambda: ask(ours, somebody), code="already_asked")
    join_withdraw(request=third, actor=somebody)
    refused(RuleNotMet, lambda: ask(ours, somebody), code="asked_often")
    with clock.moved_to(clock.now() + dt.timedelta(days=8)):
        assert ask(ours, somebody).status == "asked"


@pytest.mark.parametrize("who", ["chair", "treasurer", "member"])
def test_who_belongs_need_not_ask(ours, who):
    people = {"chair": ours.chair, "treasurer": ours.treasurer, "member": ours.members[0]}
    refused(Conflict, lambda: ask(ours, people[who]), code="held_already")


@pytest.mark.parametrize("kind", ["matching_donor", "custodian"])
def test_only_associations_have_members(somebody, kind):
    where = organisation(kind)
    refused(InvalidInput, lambda: join_ask(organisation=where, person=somebody), field="organisation")


def test_words_that_do_not_fit_are_told_at_their_field(ours, somebody):
    refused(InvalidInput, lambda: ask(ours, somebody, message="а" * 301), field="message")
    request = ask(ours, somebody)
    for reason in (" ", "а" * 301):
        refused(
            InvalidInput,
            lambda reason=reason: join_refuse(request=request, actor=ours.chair, reason=reason),
            field="reason",
        )


def test_neither_a_closed_account_asks_nor_is_a_stopped_association_asked(ours, somebody):
    former = person()
    former.is_active = False
    former.save()
    refused(NotAllowed, lambda: ask(ours, former))
    ours.organisation.status = OrganisationStatus.SUSPENDED
    ours.organisation.save()
    refused(NotAllowed, lambda: ask(ours, somebody))


def test_a_member_leaves_and_may_come_back(ours):
    member = ours.members[0]
    member_leave(organisation=ours.organisation, person=member)
    assert not belongs(member, ours.organisation)
    assert [notice.to for notice in notices("member_left")] == [ours.chair.email]
    refused(RuleNotMet, lambda: member_leave(organisation=ours.organisation, person=member), code="not_held")
    join_approve(request=ask(ours, member), actor=ours.chair)
    assert belongs(member, ours.organisation)


def test_the_chair_ends_a_membership_with_a_reason(ours):
    member = ours.members[0]
    member_remove(organisation=ours.organisation, person=member, actor=ours.chair, reason="Уехал совсем")
    assert not belongs(member, ours.organisation)
    assert [notice.context["reason"] for notice in notices("member_removed")] == ["Уехал совсем"]
    assert AuditRecord.objects.get(action="member_remove").reason == "Уехал совсем"


def test_nobody_else_ends_a_membership(ours):
    def remove(actor, who=ours.members[0], reason="So."):
        return lambda: member_remove(organisation=ours.organisation, person=who, actor=actor, reason=reason)

    for actor in (ours.treasurer, ours.members[1], administrator(), association().chair):
        refused(NotAllowed, remove(actor))
    refused(NotAllowed, remove(ours.chair, who=ours.chair), code="same_person")
    refused(InvalidInput, remove(ours.chair, reason=" "), field="reason")
    refused(RuleNotMet, remove(ours.chair, who=ours.treasurer), code="not_held")


def test_only_a_members_seat_is_given_up(ours):
    assert may(ours.treasurer, Action.PROPOSAL_SIGN, ours.organisation)
    refused(RuleNotMet, lambda: member_leave(organisation=ours.organisation, person=ours.treasurer), code="not_held")
    assert Role.MEMBER not in ours.treasurer.terms.values_list("office__role", flat=True)
