"""A proposal's page: yes or no by those entitled, booked by another than its author, and every answer stays."""

from __future__ import annotations

import datetime as dt

import pytest

from birge import clock
from birge.organisations.models import Role
from funds.ledger.models import Entry
from funds.pools.models import Ballot, Proposal
from funds.pools.selectors import pool_free
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def both():
    return pools.pool_and_village(5_000_00)


@pytest.fixture
def world(both):
    return both[0]


@pytest.fixture
def proposal(both):
    return pools.giving(both[0], both[1].project, 800_00)


@pytest.fixture
def chair(world):
    return Visitor(world.association.chair)


def page_of(visitor, proposal):
    return visitor.open("proposal", proposal.public_id)


def test_the_desk_shows_what_waits_first_and_leads_to_it(world, proposal, chair):
    desk = chair.open("desk")
    assert "Decide: Give 800 som" in desk.text
    page = chair.go(chair.open("desk_pool", world.pool.public_id).link(f"/proposals/{proposal.public_id}/"))
    for text in (
        proposal.reason, str(proposal.made_by), "0 of 2 yes", "2 of 5 who sign must say yes.", proposal.digest,
        "leaves the free money of this pool",
    ):  # fmt: skip
        assert text in page.text, text


def test_the_signature_that_decides_books_at_once(world, proposal, chair):
    first = chair.send(page_of(chair, proposal), "yes/", code=chair.code)
    assert "You said yes." in first.text
    assert "1 of 2 yes" in first.text
    assert pool_free(world.pool) == 5_000_00
    second = Visitor(world.association.treasurer)
    done = second.send(page_of(second, proposal), "yes/", code=second.code)
    assert "in the books exactly as it stands here" in done.text
    assert pool_free(world.pool) == 4_200_00
    assert second.go(done.link("/ledger/")).status == 200
    for person in (world.association.chair, world.association.treasurer):
        assert str(person) in done.text


def test_a_no_needs_its_reason_and_everyone_inside_reads_it(world, proposal, chair):
    page = page_of(chair, proposal)
    assert chair.send(page, "no/", reason="", code=chair.code).status == 422
    done = chair.send(page, "no/", reason="Too much.", code=chair.code)
    assert "You said no." in done.text
    assert "Too much." in page_of(Visitor(world.association.members[1]), proposal).text


def test_a_second_tap_answers_once_and_an_answer_stays(proposal, chair):
    page = page_of(chair, proposal)
    code = chair.code
    for _n in range(2):
        assert chair.send(page, "yes/", code=code).status == 200
    assert Ballot.objects.count() == 1
    late = chair.send(page, "no/", reason="Changed my mind.", code=chair.code)
    assert "You have answered already, and an answer stays." in late.text
    assert Ballot.objects.get().yes


def test_a_wrong_code_is_said_on_top_with_the_way_to_its_field(proposal, chair):
    page = chair.send(page_of(chair, proposal), "yes/", code="000000")
    assert "Not sent yet. Please check: I agree" in page.text
    assert page.link("#yes")


@pytest.mark.parametrize("code", ["", "000000"])
def test_without_the_right_code_nobody_signs(proposal, chair, code):
    page = chair.send(page_of(chair, proposal), "yes/", code=code)
    assert page.status == 422
    assert not Ballot.objects.exists()


def test_the_author_sees_plainly_that_the_others_decide(both, world):
    mine = pools.giving(world, both[1].project, actor=world.association.chair)
    author = Visitor(world.association.chair)
    page = page_of(author, mine)
    assert "You proposed this, so you do not decide on it" in page.text
    assert not page.offers("yes/")
    tried = author.post("proposal_deed", mine.public_id, "yes", key="k", digest=mine.digest, code=author.code)
    assert tried.status == 403
    assert "Who proposed it does not decide on it." in tried.text
    desk = author.open("desk_pool", world.pool.public_id)
    assert "You began this, others go on" in desk.text
    assert "Nothing waits for you here." in desk.text


def test_what_was_shown_differently_cannot_be_agreed_to(proposal, chair):
    page = chair.send(page_of(chair, proposal), "yes/", code=chair.code, digest="0" * 64)
    assert page.status == 422
    assert "This is not what you were shown." in page.text
    assert not Ballot.objects.exists()


def test_who_joined_later_does_not_decide(world, proposal):
    late = make.officer_of(world.association.organisation, Role.SIGNATORY, seat=12)
    visitor = Visitor(late)
    page = visitor.send(page_of(visitor, proposal), "yes/", code=visitor.code)
    assert page.status == 403
    assert "You joined after this was proposed." in page.text


def test_a_member_who_does_not_sign_reads_and_cannot_answer(world, proposal):
    member = Visitor(world.association.members[1])
    page = page_of(member, proposal)
    assert "Those who sign decide on this." in page.text
    assert not page.offers("yes/")
    tried = member.post("proposal_deed", proposal.public_id, "yes", key="k", digest=proposal.digest, code=member.code)
    assert tried.status in (200, 403)
    assert not Ballot.objects.exists()


def test_members_vote_without_a_code_and_who_signs_books(both):
    world, village = pools.pool_and_village(5_000_00, terms={"how": "vote"})
    vote = pools.giving(world, village.project, actor=world.association.members[0])
    for person in (world.association.members[1], world.association.chair):
        visitor = Visitor(person)
        page = page_of(visitor, vote)
        assert "code" not in page.form("yes/").names
        visitor.send(page, "yes/")
    vote.refresh_from_db()
    assert vote.status == "approved"
    assert not page_of(Visitor(world.association.members[1]), vote).offers("book/")
    signer = Visitor(world.association.treasurer)
    desk = signer.open("desk")
    assert "Book: Give 800 som" in desk.text
    done = signer.send(page_of(signer, vote), "book/", code=signer.code)
    assert "in the books exactly as it stands here" in done.text
    assert pool_free(world.pool) == 4_200_00


def test_what_lacks_money_stays_decided_and_says_so(world, both):
    much = pools.giving(world, both[1].project, 9_000_00)
    decided = pools.approved(world, much)
    page = page_of(Visitor(world.association.signatories[2]), decided)
    assert "only 5,000 som is ready at the custodian" in page.text
    signer = Visitor(world.association.chair)
    refused = signer.send(page_of(signer, decided), "book/", code=signer.code)
    assert refused.status == 422
    assert "There is not enough money in the pool" in refused.text
    assert Proposal.objects.get(pk=much.pk).status == "approved"


def test_a_second_tap_books_once(world, proposal):
    decided = pools.approved(world, proposal)
    signer = Visitor(world.association.signatories[2])
    page = page_of(signer, decided)
    code = signer.code
    before = Entry.objects.count()
    first = signer.send(page, "book/", code=code)
    booked = Entry.objects.count()
    second = signer.send(page, "book/", code=code)
    assert booked > before
    assert Entry.objects.count() == booked
    assert first.status == second.status == 200


def test_it_is_taken_back_by_its_author_with_a_reason(world, proposal):
    author = Visitor(proposal.made_by)
    page = page_of(author, proposal)
    assert author.send(page, "take-back/", reason="").status == 422
    done = author.send(page, "take-back/", reason="I was wrong.")
    assert "It was taken back." in done.text
    assert "I was wrong." in done.text
    late = Visitor(world.association.chair)
    tried = late.post("proposal_deed", proposal.public_id, "yes", key="k", digest=proposal.digest, code=late.code)
    assert "This is decided already." in tried.text


def test_after_the_last_day_nothing_is_decided(world, proposal, chair):
    Proposal.objects.filter(pk=proposal.pk).update(deadline=clock.today() - dt.timedelta(days=1))
    page = page_of(chair, proposal)
    assert "The last day to decide has passed." in page.text
    assert not page.offers("yes/")
    tried = chair.post("proposal_deed", proposal.public_id, "yes", key="k", digest=proposal.digest, code=chair.code)
    assert "The last day to decide has passed." in tried.text
    assert not Ballot.objects.exists()
    assert "Decide:" not in chair.open("desk").text


def test_a_booking_that_failed_says_why_in_its_history(world, both):
    much = pools.giving(world, both[1].project, 6_000_00)
    for who in pools.deciding(world, much)[: much.needed]:
        much = pools.answer(much, who, book=True)
    page = page_of(Visitor(world.association.chair), much)
    assert "It could not be booked yet" in page.text
    assert "There is not enough money in the pool" in page.text


def test_another_associations_proposal_does_not_exist(proposal):
    stranger = Visitor(pools.association_of_seven().chair)
    assert page_of(stranger, proposal).status == 404
    assert stranger.post("proposal_deed", proposal.public_id, "yes", key="k", digest=proposal.digest).status == 404
    assert "/login/" in page_of(Visitor(), proposal).url


def test_a_signer_without_a_second_factor_is_led_to_set_one_up(world, proposal):
    signer = Visitor(make.person())
    office = world.association.signatories[0]
    term = office.terms.get()
    term.user = signer.user
    term.save()
    page = page_of(signer, proposal)
    assert page.offers("yes/")
    led = signer.send(page, "yes/", code="123456")
    assert led.url == at("mfa_index")


def test_a_stopped_organisation_reads_that_it_may_not_act(world, proposal, chair):
    world.association.organisation.status = "suspended"
    world.association.organisation.save()
    assert page_of(chair, proposal).status == 403
    assert chair.open("desk_pool", world.pool.public_id).status == 403


def test_an_empty_pool_is_closed_by_the_chair_and_a_full_one_is_not(world, chair):
    page = chair.open("desk_pool", world.pool.public_id)
    full = chair.send(page, "close/", reason="Done.")
    assert full.status == 422
    assert "There is still money in it." in full.text
    empty = pools.pool_of()
    theirs = Visitor(empty.association.chair)
    done = theirs.send(theirs.open("desk_pool", empty.pool.public_id), "close/", reason="Done.")
    assert "Closed." in done.text
    assert not done.offers("close/")
    assert not Visitor(empty.association.members[0]).open("desk_pool", empty.pool.public_id).offers("close/")


def test_the_short_address_in_the_message_leads_to_it(proposal, chair):
    short = chair.go(f"/v/{proposal.public_id}")
    assert short.url.endswith(f"/desk/proposals/{proposal.public_id}/")
    assert make.notices("pool_proposal_made")[0].context["link"].endswith(f"/v/{proposal.public_id}")
