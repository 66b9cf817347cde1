"""Offices change hands by two persons: one asks on the page of that kind, an administrator from outside decides."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator

from birge import clock
from birge.audit.models import AuditRecord
from birge.organisations.models import OfficeRequest, RequestKind, Role, Term
from birge.organisations.selectors import holds_office
from tests.factories import funds as make
from tests.factories import organisations as orgs
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def association():
    return orgs.acting_for(Role.TREASURER)


@pytest.fixture
def treasurer(association):
    return Visitor(orgs.seated(association, Role.TREASURER).user)


@pytest.fixture
def staff():
    return Visitor(orgs.administrator())


def asked(visitor, where, kind, **said):
    page = visitor.open("office_request", where.public_id, kind)
    assert page.status == 200
    return visitor.send(page, "ask/", **{"reason": "Decided on 3 May.", **said})


def agreed(staff, page):
    return staff.send(staff.go(page.url), "approve/", code=staff.code)


def test_a_new_holder_gets_the_office_when_an_administrator_agrees(association, treasurer, staff):
    person = make.person()
    page = asked(treasurer, association, "grant", office="chair:1", person=person.email, paper=a_paper())
    assert not holds_office(person, association, [Role.CHAIR])
    assert "the office on the day an administrator agrees" in page.text
    assert not page.offers("approve/")
    assert "A new holder of an office" in staff.open("desk").text
    done = agreed(staff, page)
    assert "Agreed. All concerned get a message." in done.text
    assert holds_office(person, association, [Role.CHAIR])
    assert AuditRecord.objects.filter(action="office_request_approve", actor=staff.user).exists()
    assert str(person) in treasurer.open("organisation", association.public_id).text


def test_somebody_stands_in_until_a_last_day(association, treasurer, staff):
    orgs.seated(association, Role.CHAIR)
    person, last = make.person(), clock.today() + dt.timedelta(days=30)
    without = asked(treasurer, association, "grant", office="chair:1", person=person.email, acting="on")
    assert 'id="ask_ends-error"' in without.html
    page = asked(
        treasurer, association, "grant", office="chair:1", person=person.email, acting="on", ends=last.isoformat()
    )
    agreed(staff, page)
    term = Term.objects.get(user=person)
    assert (term.acting, term.ends) == (True, last)


def test_an_office_that_somebody_holds_is_handed_over_not_given_twice(association, treasurer, staff):
    before, person = orgs.seated(association, Role.CHAIR).user, make.person()
    twice = asked(treasurer, association, "grant", office="chair:1", person=person.email)
    assert "Ask for a hand-over instead." in twice.text
    assert 'id="ask_office-error"' in twice.html
    agreed(staff, asked(treasurer, association, "hand_over", office="chair:1", person=person.email))
    assert holds_office(person, association, [Role.CHAIR])
    assert not holds_office(before, association, [Role.CHAIR])


def test_a_term_ends(association, treasurer, staff):
    chair = orgs.seated(association, Role.CHAIR).user
    page = asked(treasurer, association, "end_term", office=f"chair:1:{chair.public_id}")
    assert "What they signed stays valid." in page.text
    agreed(staff, page)
    assert Term.objects.get(user=chair).status == "ended"


def test_after_a_lost_phone_the_old_factor_is_gone(association, treasurer, staff):
    chair = orgs.seated(association, Role.CHAIR).user
    page = asked(treasurer, association, "lost_factor", office=f"chair:1:{chair.public_id}")
    assert "for 48 hours it cannot sign" in page.text
    agreed(staff, page)
    assert not Authenticator.objects.filter(user=chair).exists()


def test_who_lost_their_phone_asks_for_themselves(association, staff):
    member = Visitor(orgs.seated(association, Role.MEMBER).user)
    assert member.open("office_request", association.public_id, "grant").status == 403
    signatory = Visitor(orgs.seated(association, Role.SIGNATORY).user)
    ref = signatory.user.public_id
    page = asked(signatory, association, "lost_factor", office=f"signatory:1:{ref}")
    assert OfficeRequest.objects.get().person == signatory.user
    assert page.status == 200


def test_the_first_people_are_named_by_who_applied(staff):
    applicant = Visitor(make.person())
    found = orgs.applied("migrant_association", actor=applicant.user)
    page = applicant.go(applicant.open("organisation", found.public_id).link("first_signatories"))
    sent = applicant.send(page, "ask/", office="chair:1", person=applicant.user.email, reason="I was chosen on 3 May.")
    agreed(staff, sent)
    assert holds_office(applicant.user, found, [Role.CHAIR])
    assert applicant.open("office_request", found.public_id, "grant").status == 200


def test_who_asked_does_not_decide(association):
    staff = Visitor(orgs.administrator())
    orgs.seated(association, Role.TREASURER)
    page = asked(staff, association, "grant", office="chair:1", person=make.person().email)
    assert not page.offers("approve/")
    sent = staff.post(
        "office_decision_deed", OfficeRequest.objects.get().public_id, "approve", key="k", code=staff.code
    )
    assert sent.status == 403
    assert "Who asked cannot decide." in sent.text
    assert OfficeRequest.objects.get().status == "asked"


def test_a_refusal_needs_a_reason(association, treasurer, staff):
    page = asked(treasurer, association, "grant", office="chair:1", person=make.person().email)
    decision = staff.go(page.url)
    assert staff.send(decision, "refuse/", reason="").status == 422
    done = staff.send(decision, "refuse/", reason="The minutes name another person.")
    assert "Refused: The minutes name another person." in done.text
    late = staff.send(decision, "approve/", code=staff.code)
    assert "This is decided already." in late.text


def test_nobody_stands_on_two_sides(association, treasurer):
    head = make.open_village_project().head
    page = asked(treasurer, association, "grant", office="signatory:1", person=head.email)
    assert page.status == 422
    assert "cannot act for a village administration and for a migrant association" in page.text


@pytest.mark.parametrize("code", ["", "000000"])
def test_nothing_is_agreed_without_a_right_code(association, treasurer, staff, code):
    page = asked(treasurer, association, "grant", office="chair:1", person=make.person().email)
    sent = staff.send(staff.go(page.url), "approve/", code=code)
    assert sent.status == 422
    assert OfficeRequest.objects.get().status == "asked"


@pytest.mark.parametrize(
    ("field", "value"),
    [("person", "nobody@example.org"), ("person", ""), ("office", ""), ("office", "head:1"), ("reason", " "),
     ("ends", "2020-01-01"), ("ends", "soon")],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(association, treasurer, field, value):
    said = {"office": "chair:1", "person": make.person().email, field: value}
    page = asked(treasurer, association, "grant", **said)
    assert page.status == 422
    assert f'id="ask_{field}-error"' in page.html
    assert not OfficeRequest.objects.exists()


def test_a_second_tap_asks_once(association, treasurer):
    page = treasurer.open("office_request", association.public_id, "grant")
    person = make.person()
    for _n in range(2):
        treasurer.send(page, "ask/", office="chair:1", person=person.email, reason="Decided on 3 May.")
    assert OfficeRequest.objects.count() == 1


def test_strangers_neither_ask_nor_see(association, treasurer):
    page = asked(treasurer, association, "grant", office="chair:1", person=make.person().email)
    stranger = Visitor(make.person())
    assert stranger.go(page.url).status == 404
    for kind in RequestKind.values:
        assert stranger.open("office_request", association.public_id, kind).status == 404
    assert treasurer.open("office_request", association.public_id, "nonsense").status == 404


def test_each_kind_says_on_its_own_page_what_it_leads_to(association, treasurer):
    said = {treasurer.open("office_request", association.public_id, kind).text for kind in RequestKind.values
            if kind != RequestKind.FIRST_SIGNATORIES}  # fmt: skip
    assert len(said) == 4
