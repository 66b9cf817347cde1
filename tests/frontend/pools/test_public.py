"""What everyone sees of a pool: its money, what it gave, what was decided in numbers; never who voted or who gave."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.organisations.models import OrganisationStatus
from funds.pools.services import pool_close
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


def page_of(visitor, world):
    return visitor.open("pool", world.pool.public_id)


def queries(visitor, url):
    with CaptureQueriesContext(connection) as caught:
        assert visitor.client.get(url).status_code == 200
    return len(caught)


def test_the_list_has_the_pools_of_checked_organisations_with_what_they_hold(guest):
    shown, hidden = pools.pool_with_money(5_000_00), pools.pool_of()
    hidden.pool.organisation.status = "submitted"
    hidden.pool.organisation.save()
    page = guest.open("pools")
    assert shown.pool.name_ru in page.text
    assert "5,000 som" in page.text
    assert hidden.pool.public_id not in page.html
    assert page_of(guest, hidden).status == 404
    assert guest.open("pool", "abcdefghjk").status == 404


def test_the_list_goes_on_in_pages(guest, monkeypatch):
    monkeypatch.setattr("frontend.views.pools.public.PAGE_SIZE", 2)
    made = [pools.pool_of().pool for _n in range(3)]
    first = guest.open("pools")
    second = guest.go(at("pools") + first.link("after="))
    seen = [[each.public_id in page.html.partition("<main")[2] for each in made] for page in (first, second)]
    assert [sum(each) for each in seen] == [2, 1]
    assert guest.open("pools", after="nonsense").status == 200


def test_a_pool_says_whose_it_is_who_holds_it_and_where_its_money_is(guest):
    world, _village = pools.pool_and_village(5_000_00)
    pools.booked(world, pools.matching(world, 2_000_00))
    pools.cash_in(world, 300_00)
    page = page_of(guest, world)
    for text in (
        world.association.organisation.name("en"), world.custodian.name("en"), "It holds now 5,300 som",
        "Free to decide on 3,300 som", "of it with the treasurer, in cash 300 som", "Set aside for rules 2,000 som",
        "For each som you give, this pool adds 1 som.", "Still there to match 2,000 som",
    ):  # fmt: skip
        assert text in page.text, text
    assert f"/associations/{world.association.organisation.public_id}/" in page.html


def test_what_it_gave_stands_with_what_became_of_it(guest):
    world, village, _proposal = pools.gave(800_00)
    page = page_of(guest, world)
    assert village.project.title("en") in page.text
    assert "800 som" in page.text.partition("what became of it")[2]
    assert "See the photos" not in page.text


def test_a_match_counts_to_what_it_gave(guest):
    world, village = pools.pool_and_village(5_000_00, matching=10_000_00)
    pools.booked(world, pools.matching(world, 2_000_00))
    make.pay(village, make.confirmed_pledge(village.project, 500_00))
    page = page_of(guest, world)
    assert "by matching: 500 som" in page.text
    assert "Given to projects 500 som" in page.text


def test_decisions_are_shown_in_numbers_and_nobody_is_named(guest):
    world, village = pools.pool_and_village()
    proposal = pools.giving(world, village.project)
    pools.answer(proposal, world.association.signatories[2], yes=False)
    pools.booked(world, proposal)
    text = page_of(guest, world).text
    assert "2 yes, 1 no; needed: 2 of 5" in text
    everyone = [*world.association.signers, *world.association.members]
    assert not any(str(person) in text for person in everyone)
    assert "Not now." not in text
    assert proposal.reason not in text


def test_what_is_still_being_decided_is_not_public(guest):
    world, village = pools.pool_and_village()
    proposal = pools.giving(world, village.project)
    page = page_of(guest, world)
    assert "What was decided" not in page.text
    assert proposal.public_id not in page.html


def test_few_gifts_are_no_number_and_only_chosen_names_show(guest):
    world = pools.pool_of()
    gift = pools.announced(world, 500_00, credit_line="Daughters of Ak-Suu", contact=make.contact("aida@example.org"))
    pools.paid_in(world, gift=gift)
    page = page_of(guest, world)
    assert "Fewer than five gifts so far." in page.text
    assert "Daughters of Ak-Suu" in page.text
    assert "aida" not in page.html
    for _n in range(4):
        pools.paid_in(world, 100_00)
    assert "5 gifts so far." in page_of(guest, world).text


def test_a_giver_sees_their_own_payments_and_nobody_elses():
    world = pools.pool_of()
    mine, other = make.person(), make.person()
    gift = pools.announced(world, 700_00, actor=mine, contact=None)
    pools.paid_in(world, 700_00, gift=gift)
    page = page_of(Visitor(mine), world)
    assert "My gifts" in page.text
    assert f"/pools/gift/{gift.public_id}-" in page.html
    for visitor in (Visitor(other), Visitor()):
        assert gift.public_id not in page_of(visitor, world).html


def test_the_people_of_a_pool_find_its_desk_from_here():
    world = pools.pool_of()
    assert "To its desk" in page_of(Visitor(world.association.members[0]), world).text
    assert "To its desk" not in page_of(Visitor(make.person()), world).text


def test_a_closed_pool_and_a_stopped_organisation_keep_their_page_and_take_nothing(guest):
    world = pools.pool_of()
    pool_close(pool=world.pool, actor=world.association.chair, reason="done")
    page = page_of(guest, world)
    assert "This pool is closed." in page.text
    assert "Pay in" not in page.text
    other = pools.pool_of()
    other.pool.organisation.status = OrganisationStatus.SUSPENDED
    other.pool.organisation.save()
    page = page_of(guest, other)
    assert "It is stopped for now" in page.text
    assert "Pay in" not in page.text


def test_every_account_leads_into_the_ledger(guest):
    world = pools.pool_with_money(500_00)
    page = page_of(guest, world)
    assert guest.go(page.link("/ledger/account/held")).status == 200


def test_the_page_takes_as_many_queries_for_much_as_for_little(guest):
    world, village = pools.pool_and_village(50_000_00, matching=10_000_00)

    def more():
        pools.booked(world, pools.giving(world, village.project, 100_00))
        pools.booked(world, pools.matching(world, 100_00))
        pools.paid_in(world, 100_00, credit_line="Us")

    more()
    one = queries(guest, at("pool", world.pool.public_id))
    for _n in range(3):
        more()
    assert queries(guest, at("pool", world.pool.public_id)) <= one
    few = queries(guest, at("pools"))
    for _n in range(3):
        pools.pool_with_money(100_00)
    assert queries(guest, at("pools")) <= few


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_pages_speak_the_readers_language(guest, language):
    world, _village, _proposal = pools.gave(800_00)
    url = at("pool", world.pool.public_id).replace("/en/", f"/{language}/")
    page = guest.go(url)
    words = {"ky": "Азыр ичинде", "ru": "Сейчас в нём"}
    assert words[language] in page.text
    main = re.sub(r"<[^>]+>", " ", page.html.partition("<main")[2].partition("</main>")[0])
    assert not re.search(r"\b(It holds now|Pay in|Who decides)\b", main)
