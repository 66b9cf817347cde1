"""An administrator from outside decides: seats change hands, lost factors go, nobody decides for themselves."""

import datetime as dt
import itertools

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.authtoken.models import Token

from birge import clock
from birge.accounts.factors import factor_enrolled
from birge.audit.models import AuditRecord
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.organisations.models import (
    REQUEST_ALLOWED,
    OfficeRequest,
    RequestKind,
    RequestStatus,
    Role,
    Term,
    TermStatus,
)
from birge.organisations.permissions import Action, may
from birge.organisations.selectors import holds_office, offices_of, terms_of
from birge.organisations.services import office_request_approve, office_request_refuse
from tests.factories.funds import factor, notices, person
from tests.factories.organisations import acting_for, administrator, approved, asked, everything_kept, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return acting_for(Role.HEAD)


@pytest.fixture
def association():
    return acting_for(Role.CHAIR)


def ask(where, role, who=None, kind=RequestKind.GRANT, **changes):
    """Ask through an administrator, who cannot approve it then."""
    changes.setdefault("actor", administrator())
    return asked(where, role=role, person=who or person(factor_enrolled=True), kind=kind, **changes)


def refuse(request):
    return office_request_refuse(request=request, actor=administrator(), reason="The minutes are missing.")


def in_days(count):
    return clock.today() + dt.timedelta(days=count)


def test_a_grant_makes_the_office_and_begins_a_term_today(village):
    new, decider = person(factor_enrolled=True), administrator()
    request = approved(ask(village, Role.HEAD, new), decider)
    assert (request.status, request.decided_by, request.factor_method) == ("approved", decider, "totp")
    term = Term.objects.get(user=new)
    assert (term.starts, term.ends, term.acting, term.granted_by) == (clock.today(), None, False, decider)
    assert term.requested_by == request.asked_by
    assert may(new, Action.RELEASE_SIGN_VILLAGE, village)
    assert [notice.to for notice in notices("office_granted")] == [new.email]
    actions = list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["office_request", "office_request_approve", "term_begin"]


def test_a_hand_over_ends_one_term_and_begins_the_other_on_the_same_day(village):
    old, new = seated(village, Role.HEAD).user, person(factor_enrolled=True)
    deputy = seated(village, Role.FINANCE_OFFICER).user
    approved(ask(village, Role.HEAD, new, RequestKind.HAND_OVER))
    ended = Term.objects.get(user=old)
    assert (ended.status, ended.ends) == (TermStatus.ENDED, clock.today())
    assert holds_office(new, village, [Role.HEAD])
    assert not may(old, Action.RELEASE_SIGN_VILLAGE, village), "at once, not tomorrow"
    assert [notice.to for notice in notices("office_ended")] == [old.email]
    assert [notice.to for notice in notices("office_changed")] == [deputy.email]
    assert [term.status for term in terms_of(old)] == ["ended"]
    assert not offices_of(old).exists()


def test_a_seat_keeps_its_history(village):
    people = [person() for _each in range(3)]
    approved(ask(village, Role.HEAD, people[0]))
    for one in people[1:]:
        approved(ask(village, Role.HEAD, one, RequestKind.HAND_OVER))
    terms = list(Term.objects.order_by("pk"))
    assert [term.user for term in terms] == people
    assert {term.office_id for term in terms} == {terms[0].office_id}
    assert [term.status for term in terms] == ["ended", "ended", "active"]


def test_the_end_of_a_term_leaves_the_seat_free(association):
    treasurer = seated(association, Role.TREASURER).user
    approved(ask(association, Role.TREASURER, treasurer, RequestKind.END_TERM))
    assert not holds_office(treasurer, association, [Role.TREASURER])
    assert [notice.to for notice in notices("office_ended")] == [treasurer.email]
    approved(ask(association, Role.TREASURER, treasurer))
    assert holds_office(treasurer, association, [Role.TREASURER])


def test_who_stands_in_acts_beside_the_holder_until_their_last_day(village):
    head, standing_in = seated(village, Role.HEAD).user, person(factor_enrolled=True)
    approved(ask(village, Role.HEAD, standing_in, acting=True, ends=in_days(10)))
    assert holds_office(head, village, [Role.HEAD])
    assert holds_office(standing_in, village, [Role.HEAD])
    with time_machine.travel(dt.datetime.combine(in_days(10), dt.time(23, 59), dt.UTC), tick=False):
        assert may(standing_in, Action.RELEASE_SIGN_VILLAGE, village)
    with time_machine.travel(dt.datetime.combine(in_days(11), dt.time(0, 0), dt.UTC), tick=False):
        assert not may(standing_in, Action.RELEASE_SIGN_VILLAGE, village)


def test_after_one_stand_in_has_run_out_another_may_follow(village):
    first, second = person(), person()
    approved(ask(village, Role.HEAD, first, acting=True, ends=in_days(3)))
    with time_machine.travel(dt.datetime.combine(in_days(4), dt.time(12), dt.UTC), tick=False):
        approved(ask(village, Role.HEAD, second, acting=True, ends=in_days(30)))
        assert holds_office(second, village, [Role.HEAD])
    assert (Term.objects.get(user=first).ends, Term.objects.get(user=first).status) == (in_days(3), "ended")


def test_one_stand_in_hands_over_to_another_and_the_holder_stays(village):
    head = seated(village, Role.HEAD).user
    first = seated(village, Role.HEAD, acting=True, ends=in_days(30)).user
    approved(ask(village, Role.HEAD, kind=RequestKind.HAND_OVER, acting=True, ends=in_days(60)))
    assert holds_office(head, village, [Role.HEAD])
    assert not holds_office(first, village, [Role.HEAD])


def test_a_new_head_ends_the_standing_in(village):
    standing_in = seated(village, Role.HEAD, acting=True, ends=in_days(30)).user
    approved(ask(village, Role.HEAD))
    assert not holds_office(standing_in, village, [Role.HEAD])


def test_who_stood_in_may_become_the_head(village):
    head = seated(village, Role.HEAD).user
    standing_in = seated(village, Role.HEAD, acting=True, ends=in_days(30)).user
    approved(ask(village, Role.HEAD, standing_in, RequestKind.HAND_OVER))
    assert [term.acting for term in offices_of(standing_in)] == [False]
    assert not offices_of(head).exists()
    assert [notice.to for notice in notices("office_ended")] == [head.email]


# The status each verb leads to; a decided request stays decided.
STEPS = {("asked", approved): "approved", ("asked", refuse): "refused"}


@pytest.mark.parametrize(("before", "verb"), list(itertools.product(RequestStatus, (approved, refuse))))
def test_the_matrix_of_steps(association, before, verb):
    request = ask(association, Role.TREASURER)
    if before != RequestStatus.ASKED:
        OfficeRequest.objects.filter(pk=request.pk).update(status=before, decided_by=administrator())
    terms = Term.objects.count()
    if (before, verb) in STEPS:
        assert verb(request).status == STEPS[before, verb]
    else:
        with pytest.raises(RuleNotMet) as refusal:
            verb(request)
        assert refusal.value.code == "transition"
        assert OfficeRequest.objects.get(pk=request.pk).status == before
        assert Term.objects.count() == terms


def test_the_table_is_what_the_verbs_do():
    steps = {(before, after) for (before, _verb), after in STEPS.items()}
    assert steps == {(before, after) for before, all_after in REQUEST_ALLOWED.items() for after in all_after}
    assert set(REQUEST_ALLOWED) == set(RequestStatus)


def test_a_refusal_has_a_reason_and_is_told_to_who_asked(association):
    chair, wanted = seated(association, Role.CHAIR).user, person()
    request = ask(association, Role.TREASURER, wanted, actor=chair)
    with pytest.raises(InvalidInput) as refusal:
        office_request_refuse(request=request, actor=administrator(), reason="")
    assert refusal.value.field == "reason"
    assert refuse(request).decision_reason == "The minutes are missing."
    assert {notice.to for notice in notices("office_refused")} == {chair.email, wanted.email}
    assert not offices_of(wanted).exists()


def stranger():
    return person(factor_enrolled=True)


def without_factor():
    return administrator(factor_enrolled=False)


def somebody_in_the_village():
    decider = administrator()
    seated(acting_for(Role.FOCAL_POINT), Role.FOCAL_POINT, who=decider)
    return decider


def a_friend_on_the_other_side():
    decider = administrator()
    seated(acting_for(Role.SIGNATORY), Role.SIGNATORY, who=decider)
    return decider


def the_custodians_officer():
    decider = administrator()
    seated(acting_for(Role.CUSTODIAN_OFFICER), Role.CUSTODIAN_OFFICER, who=decider)
    return decider


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (stranger, NotAllowed),
        (without_factor, SecondFactorRequired),
        (somebody_in_the_village, NotAllowed),
        (a_friend_on_the_other_side, NotAllowed),
        (the_custodians_officer, NotAllowed),
    ],
)
@pytest.mark.parametrize("kind", [RequestKind.GRANT, RequestKind.HAND_OVER, RequestKind.END_TERM, "lost_factor"])
def test_only_an_administrator_from_outside_decides(village, kind, who, error):
    head, decider = seated(village, Role.HEAD).user, who()
    role = Role.FOCAL_POINT if kind == RequestKind.GRANT else Role.HEAD
    wanted = person() if kind in (RequestKind.GRANT, RequestKind.HAND_OVER) else head
    request = ask(village, role, wanted, kind)
    before = everything_kept()
    with pytest.raises(error):
        office_request_approve(request=request, actor=decider, proof=factor(decider))
    with pytest.raises(error):
        office_request_refuse(request=request, actor=decider, reason="No.")
    assert everything_kept() == before


def test_the_head_does_not_decide_who_follows(village):
    head = seated(village, Role.HEAD).user
    request = ask(village, Role.HEAD, kind=RequestKind.HAND_OVER)
    with pytest.raises(NotAllowed):
        office_request_approve(request=request, actor=head, proof=factor(head))


def test_who_asked_does_not_approve(village):
    asker = administrator()
    request = ask(village, Role.HEAD, actor=asker)
    before = everything_kept()
    with pytest.raises(NotAllowed) as refusal:
        office_request_approve(request=request, actor=asker, proof=factor(asker))
    assert refusal.value.code == "same_person"
    assert everything_kept() == before


def test_nobody_approves_for_themselves(village):
    wanted = administrator()
    request = ask(village, Role.HEAD, wanted)
    before = everything_kept()
    with pytest.raises(NotAllowed) as refusal:
        office_request_approve(request=request, actor=wanted, proof=factor(wanted))
    assert refusal.value.code == "same_person"
    assert everything_kept() == before


def test_the_database_refuses_one_person_in_both_places(village):
    request = ask(village, Role.HEAD)
    for same in (request.asked_by, request.person):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfficeRequest.objects.filter(pk=request.pk).update(status="approved", decided_by=same)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeRequest.objects.filter(pk=request.pk).update(status="approved")
    term = seated(village, Role.HEAD)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.filter(pk=term.pk).update(granted_by=term.user)


@pytest.mark.parametrize("proof", ["none", "another's", "old", "from the future"])
def test_the_factor_must_be_fresh_and_ones_own(village, proof):
    decider, request = administrator(), ask(village, Role.HEAD)
    shown = {
        "none": None,
        "another's": factor(administrator()),
        "old": factor(decider, at=clock.now() - dt.timedelta(minutes=5, seconds=5)),
        "from the future": factor(decider, at=clock.now() + dt.timedelta(minutes=1)),
    }[proof]
    before = everything_kept()
    with pytest.raises(SecondFactorRequired):
        office_request_approve(request=request, actor=decider, proof=shown)
    assert everything_kept() == before


def test_two_requests_do_not_bring_one_person_to_both_sides(village, association):
    somebody, decider = person(), administrator()
    signs, heads = ask(association, Role.SIGNATORY, somebody), ask(village, Role.HEAD, somebody)
    approved(heads)
    before = everything_kept()
    with pytest.raises(RuleNotMet) as refusal:
        approved(signs, decider)
    assert refusal.value.code == "two_sides"
    assert everything_kept() == before


def test_two_requests_do_not_fill_one_seat_twice(village):
    first, second, decider = ask(village, Role.HEAD), ask(village, Role.HEAD), administrator()
    approved(first)
    before = everything_kept()
    with pytest.raises(Conflict) as refusal:
        approved(second, decider)
    assert refusal.value.code == "seat_held"
    assert everything_kept() == before


def test_what_was_asked_may_have_become_impossible(village):
    wanted, decider = person(), administrator()
    late = ask(village, Role.HEAD, wanted, acting=True, ends=in_days(1))
    with time_machine.travel(dt.datetime.combine(in_days(2), dt.time(12), dt.UTC), tick=False):
        with pytest.raises(RuleNotMet) as refusal:
            approved(late, decider)
        assert refusal.value.code == "ends_past"
    wanted.is_active = False
    wanted.save()
    with pytest.raises(RuleNotMet) as refusal:
        approved(late, decider)
    assert refusal.value.code == "person_inactive"


def test_a_lost_factor_is_gone_everywhere_and_a_new_one_rests_for_two_days(village):
    head, colleague = seated(village, Role.HEAD).user, seated(village, Role.FINANCE_OFFICER).user
    Authenticator.objects.create(user=head, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "", "used_mask": 0})
    Token.objects.create(user=head)
    browser = Client()
    browser.force_login(head)
    request = ask(village, "", head, RequestKind.LOST_FACTOR)
    assert factor_enrolled(head), "nothing happens before somebody has approved"

    approved(request)
    head.refresh_from_db()
    assert not Authenticator.objects.filter(user=head).exists()
    assert not Token.objects.filter(user=head).exists()
    assert head.factor_trusted_from == pytest.approx(clock.now() + dt.timedelta(hours=48), abs=dt.timedelta(minutes=1))
    assert not signed_in(browser)
    assert holds_office(head, village, [Role.HEAD]), "the office stays"

    Authenticator.objects.create(user=head, type=Authenticator.Type.TOTP, data={"secret": "new"})
    assert not may(head, Action.RELEASE_SIGN_VILLAGE, village)
    with time_machine.travel(clock.now() + dt.timedelta(hours=47, minutes=59), tick=False):
        assert not factor_enrolled(head)
    with time_machine.travel(clock.now() + dt.timedelta(hours=48, minutes=1), tick=False):
        assert may(head, Action.RELEASE_SIGN_VILLAGE, village)
    assert [notice.to for notice in notices("factor_reset")] == [head.email]
    assert [notice.to for notice in notices("factor_reset_colleague")] == [colleague.email]
    assert AuditRecord.objects.get(action="factor_reset").object_ref == head.public_id


def test_everyone_who_signs_with_them_is_told_of_a_lost_factor(association):
    treasurer = seated(association, Role.TREASURER).user
    elsewhere = seated(acting_for(Role.CUSTODIAN_OFFICER), Role.CUSTODIAN_OFFICER)
    seated(elsewhere.office.organisation, Role.CUSTODIAN_OFFICER, seat=2, who=treasurer)
    chair = seated(association, Role.CHAIR).user
    approved(ask(association, "", treasurer, RequestKind.LOST_FACTOR))
    told = {notice.to for notice in notices("factor_reset_colleague")}
    assert told == {chair.email, elsewhere.user.email}


def test_who_lost_a_factor_may_say_so_but_not_decide(association):
    treasurer = seated(association, Role.TREASURER).user
    request = ask(association, "", treasurer, RequestKind.LOST_FACTOR, actor=treasurer)
    assert approved(request).asked_by == treasurer


def signed_in(browser: Client) -> bool:
    from django.contrib.auth import get_user
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = browser.session
    return get_user(request).is_authenticated
