"""Closing an account, and signing somebody out everywhere."""

import datetime as dt

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from rest_framework.authtoken.models import Token

from birge import clock
from birge.accounts.models import User
from birge.accounts.services import sessions_end, user_deactivate
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import Role, Term, TermStatus
from tests.factories.funds import notices, person
from tests.factories.organisations import acting_for, administrator, approved, asked, everything_kept, seated

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def signed_in(browser: Client) -> bool:
    request = HttpRequest()
    request.session = browser.session
    return get_user(request).is_authenticated


def refused(error, **request):
    before = everything_kept()
    with pytest.raises(error) as refusal:
        user_deactivate(**({"reason": "They asked us to."} | request))
    assert everything_kept() == before
    return refusal.value


def test_ending_the_sessions_signs_one_person_out_everywhere():
    somebody, another = person(), person()
    phone, desk, theirs = browser_of(somebody), browser_of(somebody), browser_of(another)
    Token.objects.create(user=somebody)
    sessions_end(user=somebody)
    assert not signed_in(phone)
    assert not signed_in(desk)
    assert signed_in(theirs)
    assert not Token.objects.filter(user=somebody).exists()
    assert signed_in(browser_of(somebody)), "they may sign in again"


def test_a_new_password_ends_the_sessions_too():
    somebody = person()
    phone = browser_of(somebody)
    somebody.set_password("another long password")
    somebody.save()
    assert not signed_in(phone)


def test_one_closes_ones_own_account():
    somebody = person()
    phone = browser_of(somebody)
    closed = user_deactivate(user=somebody, actor=somebody, reason="I do not need it.")
    assert not closed.is_active
    assert not signed_in(phone)
    assert not signed_in(browser_of(closed)), "and cannot sign in again"
    assert [notice.to for notice in notices("account_closed")] == [somebody.email]
    record = AuditRecord.objects.get(action="user_deactivate")
    assert (record.actor, record.object_ref, record.reason) == (somebody, somebody.public_id, "I do not need it.")


def test_a_member_may_leave_but_an_officer_hands_over_first():
    member = seated(acting_for(Role.MEMBER), Role.MEMBER).user
    user_deactivate(user=member, actor=member, reason="I am leaving.")
    assert Term.objects.get(user=member).status == TermStatus.ENDED
    head = seated(acting_for(Role.HEAD), Role.HEAD).user
    assert refused(RuleNotMet, user=head, actor=head).code == "holds_office"


def test_an_administrator_shuts_an_officer_out_at_once_and_the_seat_is_free():
    term, decider = seated(acting_for(Role.HEAD), Role.HEAD), administrator()
    user_deactivate(user=term.user, actor=decider, reason="The prosecutor asked us to.")
    ended = Term.objects.get(pk=term.pk)
    assert (ended.status, ended.ends) == (TermStatus.ENDED, clock.today())
    where = term.office.organisation
    assert approved(asked(where, role=Role.HEAD, actor=administrator())).status == "approved"


def test_a_term_that_begins_later_ends_before_it_counts():
    tomorrow = clock.today() + dt.timedelta(days=1)
    term = seated(acting_for(Role.HEAD), Role.HEAD, starts=tomorrow)
    user_deactivate(user=term.user, actor=administrator(), reason="The prosecutor asked us to.")
    ended = Term.objects.get(pk=term.pk)
    assert (ended.status, ended.ends) == (TermStatus.ENDED, tomorrow)


def test_nobody_else_closes_an_account():
    somebody = person()
    head = seated(acting_for(Role.HEAD), Role.HEAD).user
    for stranger in (person(), head):
        refused(NotAllowed, user=somebody, actor=stranger)
    refused(SecondFactorRequired, user=somebody, actor=administrator(factor_enrolled=False))


def test_no_administrator_closes_their_own_account():
    one = administrator()
    assert refused(NotAllowed, user=one, actor=one).code == "same_person"
    assert not user_deactivate(user=one, actor=administrator(), reason="They left.").is_active


def test_it_has_a_reason_and_happens_once():
    somebody, decider = person(), administrator()
    assert refused(InvalidInput, user=somebody, actor=decider, reason=" ").field == "reason"
    user_deactivate(user=somebody, actor=decider, reason="Twice?")
    assert refused(Conflict, user=somebody, actor=decider).code == "closed_already"
