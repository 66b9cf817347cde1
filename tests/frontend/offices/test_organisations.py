"""An organisation applies with its papers; an administrator from outside checks them and decides."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.audit.models import AuditRecord
from birge.documents.models import Document
from birge.organisations.models import Organisation, Role
from tests.factories import funds as make
from tests.factories import organisations as orgs
from tests.factories.pages import Visitor, a_paper, at

pytestmark = pytest.mark.django_db
NAMES = {"name_ru": "Ассоциация Ак-Суу", "name_ky": "Ак-Суу бирикмеси"}


@pytest.fixture
def applicant():
    return Visitor(make.person())


@pytest.fixture
def staff():
    return Visitor(orgs.administrator())


def applied(visitor, **changes):
    """Return the page after an association was handed in."""
    page = visitor.go(visitor.open("organisation_apply").link("migrant_association"))
    return visitor.send(page, "apply/", **{**NAMES, "country": "RU", "paper": a_paper(), **changes})


def test_from_the_application_to_verified(applicant, staff):
    page = applied(applicant)
    assert "An administrator looks at the papers." in page.text
    made = Organisation.objects.get()
    assert (made.status, made.country, made.papers is not None) == ("submitted", "RU", True)
    desk = staff.open("desk")
    assert "Check the papers of" in desk.text
    check = staff.go(staff.open("administration").link(made.public_id))
    done = staff.send(check, "verify/", reason="Charter of 2019, the names agree.", code=staff.code)
    assert "Verified. Its people get a message." in done.text
    made.refresh_from_db()
    assert made.status == "verified"


def test_a_local_one_is_found_by_its_place_first(applicant):
    aimak, _village = make.aimak_and_village()
    page = applicant.open("organisation_new", "village_administration", q=aimak.name_ru)
    form = applicant.go(page.link(aimak.public_id))
    done = applicant.send(form, "apply/", name_ru="Айыл өкмөтү", paper=a_paper())
    assert done.status == 200
    assert Organisation.objects.get().place == aimak


def test_a_village_or_an_unknown_place_is_no_place_for_an_administration(applicant):
    _aimak, village = make.aimak_and_village()
    for place in (village.public_id, "abcdefghjk"):
        assert applicant.open("organisation_new_in", "village_administration", place).status == 404
    assert applicant.open("organisation_new", "nonsense").status == 404
    page = applicant.open("organisation_new", "village_administration", q="zzzz")
    assert "No place fits." in page.text


@pytest.mark.parametrize(("field", "value"), [("name_ru", " "), ("contact_email", "no address"), ("country", "")])
def test_what_cannot_be_is_told_at_its_field(applicant, field, value):
    page = applied(applicant, **{field: value})
    assert page.status == 422
    assert f'id="apply_{field}-error"' in page.html
    assert not Organisation.objects.exists()


def test_a_second_tap_hands_it_in_once(applicant):
    form = applicant.open("organisation_new", "migrant_association")
    for _n in range(2):
        applicant.send(form, "apply/", **NAMES, country="RU")
    assert Organisation.objects.count() == 1


def test_papers_can_follow_and_nobody_else_sees_them(applicant, staff):
    page = applied(applicant, paper=None)
    done = applicant.send(page, "papers/", paper=a_paper())
    assert "We look at them and write to you." in done.text
    papers = Document.objects.get()
    assert applicant.client.get(f"/d/{papers.public_id}/").status_code == 200
    assert staff.client.get(f"/d/{papers.public_id}/").status_code == 200
    for other in (Visitor(), Visitor(make.person())):
        assert other.client.get(f"/d/{papers.public_id}/").status_code == 404


def test_without_papers_it_is_not_verified(applicant, staff):
    applied(applicant, paper=None)
    made = Organisation.objects.get()
    page = staff.open("organisation_check", made.public_id)
    refused = staff.send(page, "verify/", reason="Looks right.", code=staff.code)
    assert refused.status == 422
    assert "Its papers are missing." in refused.text


def test_a_refusal_says_why_and_other_papers_may_come(applicant, staff):
    applied(applicant)
    made = Organisation.objects.get()
    check = staff.open("organisation_check", made.public_id)
    staff.send(check, "refuse/", reason="The name on the charter is another one.")
    page = applicant.open("organisation", made.public_id)
    assert "You may hand in others." in page.text
    again = applicant.send(page, "papers/", paper=a_paper())
    assert "An administrator looks at the papers." in again.text


@pytest.mark.parametrize(("field", "value"), [("code", "000000"), ("code", ""), ("reason", " ")])
def test_nothing_is_verified_without_a_code_and_a_reason(applicant, staff, field, value):
    applied(applicant)
    made = Organisation.objects.get()
    page = staff.open("organisation_check", made.public_id)
    sent = staff.send(page, "verify/", **{"reason": "Looked.", "code": staff.code, field: value})
    assert sent.status == 422
    assert f'id="verify_{field}-error"' in sent.html
    made.refresh_from_db()
    assert made.status == "submitted"


def test_nobody_verifies_what_they_applied_for(staff):
    applied(staff)
    made = Organisation.objects.get()
    assert not staff.open("organisation_check", made.public_id).offers("verify/")
    sent = staff.post("organisation_check_deed", made.public_id, "verify", key="k", reason="Mine.", code=staff.code)
    assert sent.status == 403
    assert "Who applied cannot decide." in sent.text


def test_an_administrator_with_an_office_decides_nothing(applicant):
    applied(applicant)
    made = Organisation.objects.get()
    held = orgs.administrator()
    orgs.seated(orgs.acting_for(Role.TREASURER), Role.TREASURER, who=held)
    visitor = Visitor(held)
    page = visitor.open("organisation_check", made.public_id)
    sent = visitor.send(page, "verify/", reason="Looked.", code=visitor.code)
    assert sent.status == 403
    assert "Another administrator must decide this." in sent.text


def test_it_is_stopped_and_may_act_again(staff):
    found = orgs.acting_for(Role.CUSTODIAN_OFFICER)
    officer = Visitor(make.officer_of(found, Role.CUSTODIAN_OFFICER))
    page = staff.open("organisation_check", found.public_id)
    stopped = staff.send(page, "suspend/", reason="A complaint.", code=staff.code)
    assert officer.open("custodian", found.public_id).status == 403
    staff.send(stopped, "resume/", reason="It was nothing.", code=staff.code)
    assert officer.open("custodian", found.public_id).status == 200


def test_administration_is_for_administrators(applicant):
    found = orgs.acting_for(Role.TREASURER)
    for name, *refs in (("administration",), ("audit",), ("organisation_check", found.public_id)):
        assert applicant.open(name, *refs).status == 403
    assert "/accounts/login/" in Visitor().open("administration").url


def test_an_organisation_shows_itself_to_its_own_people_only(applicant):
    found = orgs.acting_for(Role.TREASURER)
    treasurer = Visitor(orgs.seated(found, Role.TREASURER).user)
    assert treasurer.open("organisation", found.public_id).status == 200
    assert applicant.open("organisation", found.public_id).status == 404


def test_the_chair_admits_members_by_their_address(applicant):
    found = orgs.acting_for(Role.CHAIR)
    chair = Visitor(orgs.seated(found, Role.CHAIR).user)
    person = make.person()
    page = chair.go(chair.open("organisation", found.public_id).link("/members/"))
    done = chair.send(page, "admit/", person=person.email.upper())
    assert "Admitted." in done.text
    assert "1 member" in chair.open("organisation", found.public_id).text
    twice = chair.send(chair.open("organisation_members", found.public_id), "admit/", person=person.email)
    assert "This person is a member already." in twice.text
    nobody = chair.send(chair.open("organisation_members", found.public_id), "admit/", person="nobody@example.org")
    assert "Nobody with this address has an account." in nobody.text


def test_only_the_chair_admits():
    found = orgs.acting_for(Role.CHAIR)
    treasurer = Visitor(orgs.seated(found, Role.TREASURER).user)
    assert "/members/" not in treasurer.open("organisation", found.public_id).html
    sent = treasurer.post("organisation_members_deed", found.public_id, "admit", key="k", person=make.person().email)
    assert sent.status == 403


def test_the_record_of_acts_is_cut_and_filtered(applicant, staff):
    applied(applicant)
    made = Organisation.objects.get()
    staff.send(staff.open("organisation_check", made.public_id), "refuse/", reason="Another name.")
    page = staff.open("audit")
    assert "Organisation refused" in page.text
    assert "Another name." in page.text
    about = staff.open("audit", about=made.public_id)
    assert about.text.count("Organisation handed in") == 1
    assert "Nothing yet." in staff.open("audit", about="nothing").text


def test_the_record_of_acts_goes_on_in_pages_with_few_queries(staff):
    person = make.person()
    for n in range(55):
        AuditRecord.objects.create(actor=person, action="term_end", object_type="x", object_ref=str(n))
    with CaptureQueriesContext(connection) as caught:
        first = staff.client.get(at("audit"))
    assert len(caught) < 12
    assert first.content.decode().count("Term ended") == 50
    second = staff.go(at("audit") + staff.open("audit").link("?after="))
    assert second.text.count("Term ended") == 5
