"""On the desk: terms of reference are written and agreed to, and the chair decides who joins."""

from __future__ import annotations

import pytest

from birge.organisations.models import JoinRequest, Role, TermsOfReference
from birge.organisations.selectors import belongs
from birge.organisations.services import join_ask
from tests.factories import funds as make
from tests.factories import organisations as orgs
from tests.factories.associations import association, terms_of
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db
WORDS = {"text": "Решаем вместе.", "threshold": "50 000", "needed_below": "1", "needed_above": "3", "days": "10"}


@pytest.fixture
def ours():
    return association()


@pytest.fixture
def chair(ours):
    return Visitor(ours.chair)


@pytest.fixture
def treasurer(ours):
    return Visitor(ours.treasurer)


def written(chair, ours, **changes):
    page = chair.go(chair.open("organisation", ours.organisation.public_id).link("/terms/"))
    return chair.send(page, "ask/", **(WORDS | changes))


def test_the_chair_writes_and_another_who_signs_agrees(ours, chair, treasurer):
    assert "Your text waits for the others who sign" in written(chair, ours, paper=a_paper()).text
    task = treasurer.open("desk")
    assert "Terms of reference wait for your yes" in task.text
    page = treasurer.go(task.link("/terms/"))
    assert "Up to 50,000 som: one more person must agree. Above: 3 of 5 who sign." in page.text
    assert "Решаем вместе." in page.text
    done = treasurer.send(page, "approve/", code=treasurer.code)
    assert "Agreed. From now on it counts." in done.text
    terms = TermsOfReference.objects.get()
    assert (terms.status, terms.days_to_decide, terms.threshold_minor) == ("approved", 10, 50_000_00)
    assert (terms.paper.kind, terms.paper.visibility) == ("terms_of_reference", "public")
    assert Visitor().client.get(f"/d/{terms.paper.public_id}/").status_code == 200
    assert "Terms of reference wait" not in treasurer.open("desk").text


def test_a_second_text_needs_as_many_as_the_first_asks_for(ours, chair, treasurer):
    terms_of(ours)
    written(chair, ours)
    page = treasurer.open("organisation_terms", ours.organisation.public_id)
    assert "0 of 3 have agreed" in page.text
    done = treasurer.send(page, "approve/", code=treasurer.code)
    assert "Your yes counts. It waits for others." in done.text
    assert "1 of 3 have agreed" in done.text
    assert not done.offers("approve/")
    assert "Terms of reference wait" not in treasurer.open("desk").text


def test_a_new_text_begins_with_what_counts(ours, chair):
    terms_of(ours, threshold_minor=70_000_50, needed_below=2)
    page = chair.open("organisation_terms", ours.organisation.public_id)
    values = page.form("ask/").values
    assert (values["threshold"], values["needed_below"], values["needed_above"]) == ("70000,50", "2", "3")
    assert values["text"].strip().startswith("Собираем вместе")
    assert values["how"] == "signatures"


def test_a_refusal_says_why_and_another_text_may_come(ours, chair, treasurer):
    written(chair, ours)
    page = treasurer.open("organisation_terms", ours.organisation.public_id)
    assert "Refused. They read your reason." in treasurer.send(page, "refuse/", reason="Рано.").text
    assert chair.open("organisation_terms", ours.organisation.public_id).offers("ask/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", " "),
        ("threshold", "many"),
        ("needed_below", "0"),
        ("needed_above", "5"),
        ("needed_above", ""),
        ("days", "61"),
        ("how", "lots"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(ours, chair, field, value):
    page = written(chair, ours, **{field: value})
    assert page.status == 422
    assert f'id="ask_{field}-error"' in page.html
    assert not TermsOfReference.objects.exists()


@pytest.mark.parametrize("code", ["", "000000"])
def test_nobody_agrees_without_a_code(ours, chair, treasurer, code):
    written(chair, ours)
    page = treasurer.open("organisation_terms", ours.organisation.public_id)
    sent = treasurer.send(page, "approve/", code=code)
    assert sent.status == 422
    assert 'id="approve_code-error"' in sent.html
    assert TermsOfReference.objects.get().status == "asked"


def test_who_has_no_second_factor_is_led_to_one(ours, chair):
    written(chair, ours)
    new = Visitor(orgs.seated(ours.organisation, Role.SIGNATORY, who=make.person(), seat=9).user)
    page = new.open("organisation_terms", ours.organisation.public_id)
    assert page.offers("approve/")
    assert "/accounts/2fa/" in new.send(page, "approve/", code="123456").url


def test_members_read_and_do_not_decide(ours, chair):
    written(chair, ours)
    member = Visitor(ours.members[0])
    page = member.open("organisation_terms", ours.organisation.public_id)
    assert "Решаем вместе." in page.text
    assert not any(page.offers(deed) for deed in ("ask/", "approve/", "refuse/"))
    sent = member.post("organisation_terms_deed", ours.organisation.public_id, "refuse", key="k", reason="No.")
    assert sent.status == 403
    seen = Visitor(orgs.seated(ours.organisation, Role.MEMBER, seat=9).user)
    agreed = seen.post("organisation_terms_deed", ours.organisation.public_id, "approve", key="k", code=seen.code)
    assert agreed.status == 403
    assert TermsOfReference.objects.get().status == "asked"
    assert Visitor(make.person()).open("organisation_terms", ours.organisation.public_id).status == 404


def test_two_managers_of_a_matching_donor_agree_and_have_nothing_to_vote():
    donor = orgs.acting_for(Role.DONOR_MANAGER)
    one, other = (Visitor(orgs.seated(donor, Role.DONOR_MANAGER, seat=seat).user) for seat in (1, 2))
    page = one.go(one.open("organisation", donor.public_id).link("/terms/"))
    assert "how" not in page.form("ask/").names
    one.send(page, "ask/", **(WORDS | {"needed_above": "1"}))
    done = other.send(other.open("organisation_terms", donor.public_id), "approve/", code=other.code)
    assert "For every sum: one more person must agree." in done.text


def test_an_organisation_without_pools_has_no_such_page():
    custodian = orgs.acting_for(Role.CUSTODIAN_OFFICER)
    officer = Visitor(make.officer_of(custodian, Role.CUSTODIAN_OFFICER))
    assert officer.open("organisation_terms", custodian.public_id).status == 404
    assert "Terms of reference" not in officer.open("organisation", custodian.public_id).text


def test_a_manager_without_a_second_factor_is_asked_to_set_one_up():
    donor = orgs.acting_for(Role.DONOR_MANAGER)
    manager = Visitor(orgs.seated(donor, Role.DONOR_MANAGER, who=make.person()).user)
    assert "You have no second factor yet." in manager.open("desk").text


def test_the_chair_admits_who_asked(ours, chair):
    somebody = make.person(name="Нурлан Т.")
    join_ask(organisation=ours.organisation, person=somebody, message="Из Жаны-Арыка")
    desk = chair.open("desk")
    assert "1 person asks to join" in desk.text
    page = chair.go(desk.link("/members/"))
    assert "Нурлан Т. asks to join" in page.text
    assert "“Из Жаны-Арыка”" in page.text
    ref = JoinRequest.objects.get().public_id
    for _tap in range(2):
        assert "Admitted." in chair.send(page, f"yes-{ref}/").text
    assert belongs(somebody, ours.organisation)
    assert "asks to join" not in chair.open("desk").text
    assert "Нурлан Т." in chair.open("organisation_members", ours.organisation.public_id).text


def test_the_chair_refuses_with_a_reason(ours, chair):
    join_ask(organisation=ours.organisation, person=make.person())
    ref = JoinRequest.objects.get().public_id
    page = chair.open("organisation_members", ours.organisation.public_id)
    empty = chair.send(page, f"no-{ref}/", reason=" ")
    assert empty.status == 422
    assert f'id="no-{ref}_reason-error"' in empty.html
    assert "Refused." in chair.send(page, f"no-{ref}/", reason="Мы не знакомы").text
    assert JoinRequest.objects.get().status == "refused"
    late = chair.send(page, f"yes-{ref}/")
    assert "This is decided already." in late.text


def test_nobody_else_decides_or_reads_who_belongs(ours, treasurer):
    join_ask(organisation=ours.organisation, person=make.person(name="Нурлан Т."))
    ref = JoinRequest.objects.get().public_id
    for visitor in (treasurer, Visitor(ours.members[0])):
        page = visitor.open("organisation_members", ours.organisation.public_id)
        assert "Нурлан Т." not in page.text
        assert str(ours.members[1]) not in page.text
        for deed in (f"yes-{ref}", f"no-{ref}", "admit", "remove"):
            values = {"key": deed, "reason": "No.", "person": ours.members[1].email}
            sent = visitor.post("organisation_members_deed", ours.organisation.public_id, deed, **values)
            assert sent.status == (403 if deed != "remove" else 200), deed
    assert JoinRequest.objects.get().status == "asked"
    assert belongs(ours.members[1], ours.organisation)


def test_the_chair_ends_a_membership(ours, chair):
    page = chair.open("organisation_members", ours.organisation.public_id)
    done = chair.send(page, "remove/", person=ours.members[0].public_id, reason="Уехал")
    assert "Ended. They get a message." in done.text
    assert not belongs(ours.members[0], ours.organisation)


def test_a_member_leaves(ours):
    member = Visitor(ours.members[0])
    page = member.go(member.open("organisation", ours.organisation.public_id).link("/members/"))
    assert "You have left." in member.send(page, "leave/").text
    assert not belongs(ours.members[0], ours.organisation)


def test_an_administrator_sees_what_waits_inside(ours, chair):
    staff = Visitor(orgs.administrator())
    assert "Waits inside associations" not in staff.open("administration").text
    written(chair, ours)
    join_ask(organisation=ours.organisation, person=make.person())
    page = staff.open("administration")
    assert "Waits inside associations" in page.text
    assert "a new member" in page.text
    assert not staff.open("organisation_terms", ours.organisation.public_id).offers("approve/")
