"""Pages of associations and matching donors that anybody reads, and asking to join there."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from birge.organisations.models import JoinRequest, Role, Term
from birge.organisations.services import join_refuse
from frontend.presenters.terms import rule_sentence
from funds.releases.models import Refund
from projects.works.models import Project, Share
from tests.factories import funds as make
from tests.factories.associations import association, gave, matched, pool_of, terms_of
from tests.factories.organisations import seated
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


@pytest.fixture
def ours():
    return association()


@pytest.fixture
def world():
    return make.open_village_project()


def queries(guest, url):
    with CaptureQueriesContext(connection) as caught:
        assert guest.client.get(url).status_code == 200
    return len(caught)


def page_of(guest, where):
    return guest.open("association", where.public_id)


def test_the_list_has_who_is_verified_by_name_and_nobody_else(guest, ours):
    donor, custodian = make.organisation("matching_donor"), make.organisation("custodian")
    waiting = make.organisation("migrant_association")
    waiting.status = "submitted"
    waiting.save()
    page = guest.open("association_list")
    assert ours.organisation.public_id in page.html
    assert donor.public_id in page.html
    assert custodian.public_id not in page.html
    assert waiting.public_id not in page.html
    for hidden in (custodian, waiting):
        assert page_of(guest, hidden).status == 404
    assert guest.open("association", "abcdefghjk").status == 404


def test_the_list_goes_on_in_pages(guest, monkeypatch):
    monkeypatch.setattr("frontend.views.associations.PAGE_SIZE", 2)
    made = [make.organisation("migrant_association") for _n in range(5)]
    seen, page = [], guest.open("association_list")
    while True:
        names = [each for each in made if each.public_id in page.html.partition("<main")[2].partition("<nav class")[0]]
        seen += names
        if f"after={names[-1].public_id}" not in page.html:
            break
        page = guest.go(at("association_list") + page.link(f"after={names[-1].public_id}"))
    assert sorted(seen, key=lambda each: each.name_ru) == sorted(made, key=lambda each: each.name_ru)
    assert len(seen) == 5
    assert guest.open("association_list", after="nonsense").status == 200


def test_list_and_page_take_as_many_queries_for_many_as_for_few(guest, ours, world):
    terms_of(ours)
    gave(pool_of(ours.organisation, world.custodian, 10_00), world.project, 5_00)
    few, one = queries(guest, at("association_list")), queries(guest, at("association", ours.organisation.public_id))
    for _n in range(4):
        terms_of(ours)
        other, more = association(), make.open_village_project()
        gave(pool_of(other.organisation, more.custodian, 10_00), more.project, 5_00)
        gave(pool_of(ours.organisation, more.custodian, 10_00), more.project, 5_00)
        matched(pool_of(ours.organisation, more.custodian, 10_00), more.project, 5_00)
    assert queries(guest, at("association_list")) <= few
    assert queries(guest, at("association", ours.organisation.public_id)) <= one + 1


def test_who_acts_in_public_is_named_and_members_are_a_number(guest, ours):
    seated(ours.organisation, Role.SIGNATORY, who=make.person(name="Дублёр"), acting=True)
    page = page_of(guest, ours.organisation)
    for person in (ours.chair, ours.treasurer, *ours.signatories):
        assert str(person) in page.text
    for person in ours.members:
        assert str(person) not in page.text
    assert "Дублёр, stands in" in page.text
    assert "Belong to it 8 people" in page.text
    Term.objects.exclude(user=ours.chair).update(status="ended")
    assert "Belong to it fewer than five people" in page_of(guest, ours.organisation).text


def test_managers_of_a_matching_donor_are_a_number(guest):
    donor = make.organisation("matching_donor")
    managers = [make.officer_of(donor, Role.DONOR_MANAGER, seat=seat) for seat in (1, 2)]
    page = page_of(guest, donor)
    assert "Managers 2" in page.text
    assert not any(str(manager) in page.text for manager in managers)


def test_the_rule_in_force_is_one_sentence_and_older_versions_stay(guest, ours):
    assert "none yet" in page_of(guest, ours.organisation).text
    terms_of(ours, text="Первый текст")
    terms_of(ours, text="Второй <b>текст</b>", how="vote", needed_above=4)
    page = page_of(guest, ours.organisation)
    assert "Up to 50,000 som: one more person must agree. Above: 4 of 7 members." in page.text
    assert "Второй <b>текст</b>" in page.text
    assert "<b>текст</b>" not in page.html
    older = page.text.partition("Older versions")[2]
    assert "Первый текст" in older
    assert "Above: 3 more people." in older


@pytest.mark.parametrize(
    ("changes", "people", "sentence"),
    [
        ({}, 5, "Up to 50,000 som: one more person must agree. Above: 3 of 5 who sign."),
        ({"needed_below": 2}, 5, "Up to 50,000 som: 2 more people must agree. Above: 3 of 5 who sign."),
        ({"threshold_minor": 0}, 5, "For every sum: 3 of 5 who sign must agree."),
        ({"needed_below": 3}, 5, "For every sum: 3 of 5 who sign must agree."),
        ({"how": "vote"}, 4, "Up to 50,000 som: one more person must agree. Above: 3 more people."),
        ({"how": "vote"}, 7, "Up to 50,000 som: one more person must agree. Above: 3 of 7 members."),
        ({"needed_above": 1}, 5, "For every sum: one more person must agree."),
    ],
)
def test_the_sentence_counts_no_group_under_five_and_says_each_number_once(ours, changes, people, sentence):
    terms = terms_of(ours)
    for name, value in changes.items():
        setattr(terms, name, value)
    with translation.override("en"):
        assert rule_sentence(terms, people) == sentence


def test_what_it_gave_stands_with_where_and_what_came_of_it(guest, ours, world):
    pool = pool_of(ours.organisation, world.custodian, 10_000_00, name_ru="Общий котёл")
    gave(pool, world.project, 3_000_00)
    gave(pool, world.project, 1_000_00)
    gave(pool, world.project, 7_000_00, status="recorded", confirmed_how="", entry_id=None, decided_at=None)
    matched(pool, world.project, 2_500_00, returned=500_00)
    page = page_of(guest, ours.organisation)
    assert "Given so far 6,000 som" in page.text
    assert "of it by matching 2,000 som" in page.text
    assert page.link(f"/p/{world.project.public_id}/")
    assert "raising money" in page.text.partition("What it gave")[2]
    assert "Общий котёл" in page.text
    assert "10,000 som" in page.text, "what is set aside for a rule is still held"
    assert "6,000 som" in guest.open("association_list").text


def test_what_came_back_from_a_project_that_failed_was_not_given(guest, ours, world):
    payment = gave(pool_of(ours.organisation, world.custodian), world.project, 3_000_00)
    Refund.objects.create(
        project=world.project,
        payment=payment,
        custodian=world.custodian,
        amount_minor=2_000_00,
        currency="KGS",
        status="paid",
        entry_id=uuid.uuid4(),
    )
    assert "Given so far 1,000 som" in page_of(guest, ours.organisation).text


def test_a_draft_is_not_told_of_by_who_gave_to_it(guest, ours, world):
    gave(pool_of(ours.organisation, world.custodian), world.project, 3_000_00)
    Project.objects.filter(pk=world.project.pk).update(status="draft")
    assert "It has given nothing yet." in page_of(guest, ours.organisation).text


def test_a_matching_donors_paid_share_counts(guest, world):
    donor = make.organisation("matching_donor")
    Share.objects.create(project=world.project, party="matching", organisation=donor, amount_minor=5_000_00)
    pledge = make.confirmed_pledge(world.project, 500_00)
    type(pledge).objects.filter(pk=pledge.pk).update(party="matching")
    paid = gave(pool_of(donor, world.custodian), world.project, 1_00)
    type(paid).objects.filter(pk=paid.pk).update(kind="transfer", pool_ref="", pledge_ref=pledge.public_id)
    assert "Given so far 1 som" in page_of(guest, donor).text


def test_one_that_was_stopped_keeps_its_page_and_says_so(guest, ours):
    ours.organisation.status = "suspended"
    ours.organisation.save()
    page = page_of(guest, ours.organisation)
    assert "It is stopped for now" in page.text
    assert "Become a member" not in page.text
    assert ours.organisation.public_id not in guest.open("association_list").html


def test_projects_lead_to_who_signs_for_them_and_back(guest, world):
    page = guest.open("project", world.project.public_id)
    signer = guest.go(page.link(f"/associations/{world.association.public_id}/"))
    assert "Projects it signs for" in signer.text
    assert signer.link(f"/p/{world.project.public_id}/")
    assert at("association_list") in guest.open("home").html


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_it_reads_in_every_language(guest, ours, world, language):
    terms_of(ours)
    gave(pool_of(ours.organisation, world.custodian, 100_00), world.project, 5_00)
    for url in (f"/{language}/associations/", f"/{language}/associations/{ours.organisation.public_id}/"):
        page = guest.go(url)
        assert page.status == 200
        assert f'<html lang="{language}">' in page.html


def test_a_guest_is_led_to_sign_in_and_back(guest, ours):
    page = page_of(guest, ours.organisation)
    assert f"/accounts/login/?next=/en/associations/{ours.organisation.public_id}/" in page.html
    assert not page.offers("join/")
    sent = guest.post("association_deed", ours.organisation.public_id, "join", key="k")
    assert "/accounts/login/" in sent.url
    assert not JoinRequest.objects.exists()


def test_somebody_asks_sees_where_it_stands_and_takes_it_back(ours):
    visitor = Visitor(make.person())
    asked = visitor.send(page_of(visitor, ours.organisation), "join/", message="Из Оша")
    assert "Asked. The chair decides" in asked.text
    assert "Your request to join waits for the chair, since" in asked.text
    assert not asked.offers("join/")
    back = visitor.send(asked, "withdraw/")
    assert "Taken back." in back.text
    assert back.offers("join/")
    assert [each.status for each in JoinRequest.objects.all()] == ["withdrawn"]


def test_a_second_tap_asks_once(ours):
    visitor = Visitor(make.person())
    form = page_of(visitor, ours.organisation)
    for _n in range(2):
        assert visitor.send(form, "join/", message="Из Оша").status == 200
    assert JoinRequest.objects.count() == 1


def test_a_refusal_is_told_with_its_reason_and_one_may_ask_again(ours):
    visitor = Visitor(make.person())
    visitor.send(page_of(visitor, ours.organisation), "join/")
    join_refuse(request=JoinRequest.objects.get(), actor=ours.chair, reason="Мы не знакомы")
    page = page_of(visitor, ours.organisation)
    assert "The chair did not admit you: Мы не знакомы" in page.text
    assert page.offers("join/")


def test_who_belongs_is_told_so_and_nobody_joins_a_matching_donor(ours):
    member = Visitor(ours.members[0])
    page = page_of(member, ours.organisation)
    assert "You belong to it." in page.text
    assert not page.offers("join/")
    donor = make.organisation("matching_donor")
    assert not page_of(member, donor).offers("join/")
    assert "Become a member" not in page_of(member, donor).text
