"""Cash in somebody's hands on pages: receipts for everyone, red by itself, at most three taps to write it down."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from birge.accounts.devices import COOKIE
from funds.cash.models import CashReceipt
from funds.cash.papers import receipt_pdf, receipt_png
from funds.payments.models import Payment
from funds.settlement.cash_facts import receipt_facts
from funds.settlement.services import pool_cash_refuse
from tests.factories import cash, pools
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db
NAMES = {"name_ky": "Өзгөчө үйлөр үчүн ңң", "name_ru": "Общий фонд", "name_en": "Common"}


@pytest.fixture
def world():
    return pools.pool_of(**NAMES)


def receipt(payment):
    return CashReceipt.objects.get(payment=payment)


def check_page(payment, language="en"):
    return Visitor().go(reverse("cash_receipt", args=[receipt(payment).public_id]))


def paper_text(made):
    return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())


def test_anyone_can_check_a_receipt_and_learns_no_name(world):
    payment = pools.cash_recorded(world, 300_00, credit_line="Aida", contact=make.contact("aida@example.org"))
    page = check_page(payment)
    year = receipt(payment).year
    assert f"Receipt for cash No. {year}-0001" in page.text
    assert "300 som" in page.text
    assert "Not confirmed yet" in page.text
    assert world.custodian.name("en") in page.text
    for private in ("Aida", "aida@", str(world.association.treasurer), world.association.treasurer.email):
        assert private not in page.html
    chair = world.association.chair
    pools.pool_cash_confirm(payment=payment, actor=chair, proof=make.factor(chair))
    assert "Confirmed, not at the bank yet" in check_page(payment).text
    pools.banked(world, 100_00)
    assert "A part is at the bank" in check_page(payment).text
    pools.banked(world, 200_00, line=cash.line_at_bank(world.custodian, 200_00))
    page = check_page(payment)
    assert "At the bank" in page.text
    assert "not yet seen on a statement" in page.text


def test_a_banking_that_is_on_the_statement_says_so(world):
    payment = pools.cash_in(world, 300_00)
    pools.banked(world, 300_00, line=cash.line_at_bank(world.custodian, 300_00))
    assert "the bank’s line was found" in check_page(payment).text


def test_a_void_receipt_says_so(world):
    payment = pools.cash_recorded(world)
    pool_cash_refuse(payment=payment, actor=world.association.treasurer, reason="Nobody gave it.")
    page = check_page(payment)
    assert "This receipt is void" in page.text
    assert "Nobody gave it." not in page.text


def test_the_short_address_leads_to_the_page_and_an_unknown_one_nowhere(world):
    found = receipt(pools.cash_recorded(world))
    assert f"/cash/{found.public_id}/" in Visitor().go(f"/k/{found.public_id}").url
    assert Visitor().go("/k/zzzzzzzzzz").status == 404


def test_the_code_can_be_read_without_a_network(world):
    facts = receipt_facts(receipt(pools.cash_recorded(world, 300_50)).public_id)
    address, _hash, offline = facts.code.partition("#")
    assert address == facts.url
    assert offline == f"{facts.number}_300.50_KGS_{facts.day.isoformat()}"
    assert facts.code.isascii()


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_paper_and_the_picture_say_the_same(world, language):
    facts = receipt_facts(receipt(pools.cash_recorded(world, 300_00, kept="wallet")).public_id)
    text = paper_text(receipt_pdf(facts, language))
    for word in (facts.number, world.pool.name(language), facts.url):
        assert word in text
    made = receipt_png(facts, language)
    assert len(made) <= 40 * 1024
    assert Image.open(io.BytesIO(made)).size == (640, 900)


def test_long_names_stay_on_one_slip():
    world = pools.pool_of(name_ru="Оңдоо жана өркүндөтүү үчүн жалпы фонд " * 4)
    facts = receipt_facts(receipt(pools.cash_recorded(world)).public_id)
    assert len(PdfReader(io.BytesIO(receipt_pdf(facts, "ru"))).pages) == 1
    assert len(receipt_png(facts, "ru")) <= 40 * 1024


def test_paper_and_picture_can_be_fetched_by_anyone_who_has_the_number(world):
    ref = receipt(pools.cash_recorded(world)).public_id
    visitor = Visitor().client
    pdf = visitor.get(reverse("cash_receipt_pdf", args=[ref]))
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    picture = visitor.get(reverse("cash_receipt_picture", args=[ref]))
    assert picture.content.startswith(b"\x89PNG")


def test_three_taps_from_the_pools_page_to_a_receipt(world):
    treasurer = Visitor(world.association.treasurer)
    desk = treasurer.open("desk_pool", world.pool.public_id)
    form = treasurer.go(desk.link(f"/{world.pool.public_id}/cash/"))  # one
    assert "In your hands: 0 som." in form.text
    page = treasurer.send(form, "record/", amount="600", reference="", kept="wallet")  # two: what is typed, and send
    payment = Payment.objects.get()
    assert receipt(payment).label in page.text
    assert "in a wallet on the treasurer’s phone" in page.text
    assert treasurer.go(page.link("/cash/" + receipt(payment).public_id)).status == 200  # three: show it


def test_the_running_total_equals_the_tin(world):
    pools.cash_in(world, 8_000_00)
    with cash.days_later(8):
        pools.cash_recorded(world, 15_500_00)
        page = Visitor(world.association.treasurer).open("pool_cash_new", world.pool.public_id)
        assert "In your hands: 23,500 som. Of it 8,000 som is older than 7 days." in page.text.replace("\xa0", " ")


def test_more_than_the_ceiling_is_said_beside_the_sum(world, settings):
    settings.CASH_CEILING = {"KGS": 20_000_00}
    pools.cash_in(world, 12_000_00)
    treasurer = Visitor(world.association.treasurer)
    page = treasurer.send(treasurer.open("pool_cash_new", world.pool.public_id), "record/", amount="20000")
    assert page.status == 422
    assert "First take 12,000 som to the bank" in page.text.replace("\xa0", " ")


def test_scenario_23_all_members_see_it_in_red_by_receipt_and_the_public_sees_the_total(world):
    payment = pools.cash_in(world, 800_00, credit_line="Aida")
    number = receipt(payment).label
    with cash.days_later(8):
        member, stranger, guest = Visitor(world.association.members[0]), Visitor(make.person()), Visitor()
        places = [("pool", world.pool.public_id), ("association", world.association.organisation.public_id)]
        for name, ref in places:
            for visitor in (member, stranger, guest):
                page = visitor.open(name, ref)
                assert "800 som in cash has been in somebody’s hands for more than 7 days" in page.text
                assert (number in page.text) is (visitor is member)
        for name in ("desk_pool", "pool_cash_book"):
            page = member.open(name, world.pool.public_id)
            assert number in page.text
            assert 'class="tag bad"' in page.html
            assert "not at the bank" in page.text
            assert "Aida" not in page.text
        assert stranger.open("pool_cash_book", world.pool.public_id).status == 404
        assert guest.open("pool_cash_book", world.pool.public_id).url.startswith("/en/accounts/")


def test_scenario_23_what_nobody_confirmed_is_red_too(world):
    pools.cash_recorded(world, 800_00)
    with cash.days_later(4):
        page = Visitor(world.association.members[0]).open("pool", world.pool.public_id)
        assert "800 som in cash was written down more than 3 days ago, and nobody has confirmed it." in page.text


def test_nothing_is_red_while_all_is_well(world):
    pools.cash_in(world, 800_00)
    assert "note bad" not in Visitor().open("pool", world.pool.public_id).html


def test_the_list_on_paper_is_ones_own_for_who_takes_cash(world):
    pools.cash_in(world, 800_00)
    pools.cash_recorded(world, 200_00, kept="wallet")
    for who in (world.association.treasurer, world.association.members[0]):
        made = Visitor(who).client.get(reverse("pool_cash_book_pdf", args=[world.pool.public_id]))
        text = paper_text(made.content)
        assert "1,000" in text.replace("\xa0", " ")
        assert f"{receipt(Payment.objects.last()).year}-0002" in text


def test_the_chair_sets_how_much_one_person_may_have_in_hand(world):
    chair = Visitor(world.association.chair)
    page = chair.open("pool_cash_book", world.pool.public_id)
    much = chair.send(page, "ceiling/", amount="60000", reason="Protocol 4", code=chair.code)
    assert much.status == 422
    done = chair.send(much, "ceiling/", amount="5000", reason="Protocol 4", code=chair.code)
    assert "5,000 som" in done.text.replace("\xa0", " ")
    assert not Visitor(world.association.members[0]).open("pool_cash_book", world.pool.public_id).offers("ceiling/")


def test_the_giver_finds_the_receipt_on_their_own_page(world):
    from funds.pools.tokens import pool_gift_token

    payment = pools.cash_recorded(world)
    gift = world.pool.gifts.get(public_id=payment.group)
    page = Visitor().open("pool_gift", pool_gift_token(gift))
    assert receipt(payment).public_id in page.link("/cash/")


def test_scenario_24_the_page_keeps_the_device_and_refuses_it_to_the_second_account(world):
    treasurer, chair = Visitor(world.association.treasurer), Visitor(world.association.chair)
    treasurer.client.cookies[COOKIE] = "a" * 32
    treasurer.send(treasurer.open("pool_cash_new", world.pool.public_id), "record/", amount="600")
    payment = Payment.objects.get()
    chair.client.cookies[COOKIE] = "a" * 32
    page = chair.open("pool_cash", payment.public_id)
    refused = chair.send(page, "confirm/", code=chair.code)
    assert refused.status == 403
    assert "This is the phone on which it was written down." in refused.text
    chair.client.cookies[COOKIE] = "b" * 32
    done = chair.send(page, "confirm/", code=chair.code)
    assert "It is in the books." in done.text
