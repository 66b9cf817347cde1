"""“I have paid and you do not see it”: told from the money page with a slip, answered there, and nothing else shows."""

from __future__ import annotations

import pytest
from django.urls import reverse

from birge import clock
from funds.banking.services import pay_picture_agree, pay_picture_put, reference_for
from funds.pledges.tokens import pledge_token
from funds.pools.tokens import pool_gift_token
from funds.settlement.statements import claim_answer, line_take_unknown
from funds.strays.models import PayerClaim
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.bank import bank_account, line_of, qr_picture, told
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def guest():
    return Visitor()


def telling(**changes):
    said = {"paid_on": clock.today().isoformat(), "amount": "700", "bank": "Сбербанк", "paper": a_paper()}
    return said | changes


def test_it_is_told_with_a_slip_and_the_answer_stands_on_the_page(world, guest):
    pledge = make.confirmed_pledge(world.project, 700_00)
    token = pledge_token(pledge)
    form = guest.go(guest.open("money", token).link("/missing/"))
    refused = guest.send(form, **telling(paper=None))
    assert (refused.status, PayerClaim.objects.count()) == (422, 0)
    page = guest.send(refused, **telling())
    assert "you told us that you paid 700 som. An officer looks for it." in page.text
    assert "/missing/" not in page.html
    claim = PayerClaim.objects.get()
    assert (claim.custodian, claim.group, claim.slip.visibility) == (world.custodian, pledge.group, "private")
    assert "You have told us already." in guest.open("pledge_missing", token).text
    claim_answer(claim=claim, answer="Банк вернул вам деньги", actor=world.officer)
    assert "an officer writes: Банк вернул вам деньги" in guest.open("money", token).text


def test_who_asks_learns_nothing_of_other_peoples_money(world, guest):
    """The answer is the same whether such a line exists or not."""
    stray = line_of(bank_account(world.custodian), told(700_00, name="Чужой Человек"))
    line_take_unknown(line=stray, actor=world.officer)
    pages = []
    for amount in ("700", "699"):
        pledge = make.confirmed_pledge(world.project, 700_00)
        page = guest.send(guest.open("pledge_missing", pledge_token(pledge)), **telling(amount=amount))
        pages.append(page.text.replace(reference_for(pledge.group), "").replace(pledge_token(pledge), ""))
        assert "Чужой" not in page.html
        assert stray.public_id not in page.html
    assert "700 som. An officer looks for it." in pages[0]
    assert "699 som. An officer looks for it." in pages[1]


def test_a_giver_to_a_pool_tells_it_too(guest):
    pool = pools.pool_of()
    gift = pools.announced(pool, 700_00)
    page = guest.open("pool_gift", pool_gift_token(gift))
    done = guest.send(guest.go(page.link("/missing/")), **telling())
    assert "An officer looks for it." in done.text
    assert PayerClaim.objects.get().group == gift.public_id


def test_a_forged_link_opens_nothing(guest):
    assert guest.open("pledge_missing", "abcdefghjk-aaaaaaaaaaaaaaaa").status == 404
    assert guest.open("pool_gift_missing", "abcdefghjk-aaaaaaaaaaaaaaaa").status == 404


def test_the_payer_sees_reference_details_to_copy_and_the_banks_picture(world, guest):
    pledge = make.confirmed_pledge(world.project, 10_000_00)
    pledge.refresh_from_db()
    pledge.status = "due"
    pledge.save(update_fields=["status"])
    picture = qr_picture(world.custodian, world.officer)
    put = pay_picture_put(
        custodian=world.custodian, kind="transfer", donor_country="", picture=picture, actor=world.officer,
        proof=make.factor(world.officer),
    )  # fmt: skip
    address = f"/d/{picture.public_id}/800/"
    page = guest.open("money", pledge_token(pledge))
    assert address not in page.html
    pay_picture_agree(picture=put, actor=world.second_officer, proof=make.factor(world.second_officer))
    page = guest.open("money", pledge_token(pledge))
    assert address in page.html
    assert f'data-copy="{reference_for(pledge.group)}"' in page.html
    assert 'data-copy="1280016000000000"' in page.html


def test_a_slip_that_is_too_large_is_refused_and_not_called_kept(world, guest, settings):
    settings.DOCUMENT_MAX_BYTES = 10
    pledge = make.confirmed_pledge(world.project, 700_00)
    form = guest.go(guest.open("money", pledge_token(pledge)).link("/missing/"))
    refused = guest.send(form, **telling())
    assert "too large" in refused.text
    assert "Kept from before" not in refused.text


def test_a_slip_that_is_not_there_any_more_is_asked_for_again(world, client):
    pledge = make.confirmed_pledge(world.project, 700_00)
    said = {name: value for name, value in telling(key="once", paper_kept="nowhere").items() if name != "paper"}
    refused = client.post(reverse("pledge_missing", args=[pledge_token(pledge)]), said)
    assert refused.status_code == 422
    assert not PayerClaim.objects.exists()
