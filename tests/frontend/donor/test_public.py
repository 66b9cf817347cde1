"""The pages that anybody reads: projects, one project, the ledger. Few queries whatever their number."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.questions.models import Question
from projects.works.models import Project
from tests.factories import funds as make
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


def first_entry(page):
    return re.search(r"/en/ledger/[0-9a-f-]{36}/", page.html)[0]


def queries(guest, url):
    with CaptureQueriesContext(connection) as caught:
        assert guest.client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["home", "about", "terms", "project_list", "ledger", "demo_people"])
def test_every_public_page_opens_on_an_empty_installation(guest, name):
    assert guest.open(name).status == 200


def test_the_list_takes_as_many_queries_for_many_as_for_few(guest):
    make.open_village_project()
    few = queries(guest, at("project_list"))
    for _n in range(5):
        world = make.open_village_project()
        make.confirmed_pledge(world.project)
    assert queries(guest, at("project_list")) <= few
    assert queries(guest, at("home")) <= few + 3


def test_what_raises_money_stands_first_and_pages_follow_each_other(guest, monkeypatch):
    monkeypatch.setattr("frontend.views.projects.PAGE_SIZE", 2)
    done = [make.open_village_project() for _n in range(2)]
    for world in done:
        Project.objects.filter(pk=world.project.pk).update(status="completed")
    raising = [make.open_village_project().project for _n in range(3)]
    seen, page = [], guest.open("project_list")
    while True:
        seen += order(page)
        links = [each for each in page.html.split('href="') if each.startswith("?after=")]
        if not links:
            break
        page = guest.go(at("project_list") + links[0].partition('"')[0])
    assert seen == [
        *(each.public_id for each in reversed(raising)),
        done[1].project.public_id,
        done[0].project.public_id,
    ]


def order(page):
    """Return the projects of a list in their order."""
    main = page.html.partition("<main")[2]
    return [part.partition("/")[0] for part in main.split('<h3><a href="/en/p/')[1:]]


@pytest.mark.parametrize(
    ("query", "found"),
    [({"q": "свет"}, 1), ({"q": "СВЕТ"}, 1), ({"q": "нет такого"}, 0), ({"state": "open"}, 1), ({"state": "done"}, 0),
     ({"category": "light"}, 1), ({"category": "water"}, 0), ({"category": "nonsense"}, 1), ({"oblast": "x"}, 1)],
)  # fmt: skip
def test_the_list_is_narrowed_and_nonsense_does_no_harm(guest, query, found):
    make.open_village_project()
    page = guest.open("project_list", **query)
    assert page.status == 200
    assert len(order(page)) == found


def test_promises_and_money_never_share_a_bar(guest):
    world = make.open_village_project(donors=10_000_00, village=10_000_00)
    make.confirmed_pledge(world.project, 4_000_00)
    card = guest.open("project_list")
    assert "0 som received of 20,000 som" in card.text
    assert "14,000 som more is promised" in card.text
    page = guest.open("project", world.project.public_id)
    assert "4,000 som more is promised" in page.text
    assert "If it does not come together by" in page.text


def test_a_draft_is_nobodys_to_see(guest):
    world = make.open_village_project()
    Project.objects.filter(pk=world.project.pk).update(status="draft")
    for name in ("project", "project_ledger", "pledge"):
        assert guest.open(name, world.project.public_id).status == 404
        assert guest.open(name, "abcdefghjk").status == 404


def test_a_question_is_public_and_so_is_that_it_waits(guest):
    world = make.open_village_project()
    page = guest.open("project", world.project.public_id)
    asked = guest.send(page, "ask/", text="Who looks after <b>it</b>?", asker_name="")
    assert "Who looks after <b>it</b>?" in asked.text
    assert "<b>it</b>" not in asked.html
    assert "asked today, no answer yet" in asked.text
    empty = guest.send(page, "ask/", text="  ")
    assert empty.status == 422
    assert Question.objects.count() == 1


def test_every_entry_of_a_project_leads_to_its_lines_that_add_up(guest):
    world = make.open_funded()
    page = guest.open("project_ledger", world.project.public_id)
    assert "Held" in page.text
    assert "20,000 som" in page.text
    entry = guest.go(first_entry(page))
    assert "The exact record" in entry.text
    assert guest.open("entry", "00000000-0000-4000-8000-000000000000").status == 404


def test_the_ledger_is_cut_by_key_and_takes_few_queries(guest, monkeypatch):
    world = make.open_village_project()
    few = queries(guest, at("ledger"))
    for _n in range(5):
        make.confirmed_pledge(world.project, 100_00)
    assert queries(guest, at("ledger")) <= few + 1
    monkeypatch.setattr("frontend.views.ledger.PAGE_SIZE", 3)
    first = guest.open("ledger")
    second = guest.go(at("ledger") + first.link("?after="))
    assert second.status == 200
    assert first_entry(first) != first_entry(second)
    assert guest.open("ledger", after="nonsense").status == 200


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_page_says_its_language_and_leads_to_the_others(guest, language):
    world = make.open_village_project()
    page = guest.go(f"/{language}/p/{world.project.public_id}/")
    assert f'<html lang="{language}">' in page.html
    for other in ("ky", "ru", "en"):
        assert f"/{other}/p/{world.project.public_id}/" in page.html


def test_no_page_names_another_host(guest):
    world = make.open_village_project()
    for url in (at("home"), at("project", world.project.public_id), at("pledge", world.project.public_id)):
        html = guest.go(url).html
        assert "//" not in html.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1:8000", "")
