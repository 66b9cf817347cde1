"""A receipt on paper: what, when, how much, who holds it, how to check it; ң ө ү in regular and bold, in a PDF."""

import io
import json

import pytest
from django.utils.translation import override
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from birge.errors import NotFound
from birge_engine.receipt import receipt_check
from funds.banking.services import reference_for
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pools.papers import FONT_FILE
from funds.releases.models import Refund
from funds.settlement.papers import gift_receipt, receipt_pdf, refund_receipt, year_of, year_pdf, years_of
from funds.settlement.papers.paper import BOLD_FILE
from tests.factories import funds as make
from tests.factories import pools
from tests.factories import returns as back
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def gift(amount=2_500_00):
    world = make.open_village_project()
    world.custodian.name_ky, world.custodian.registered_number = "Өнүгүү коому", "1234-ЮР"
    world.custodian.save()
    pledge = back.paid_gift(world, amount)
    return world, Payment.objects.get(group=pledge.group)


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_it_says_what_when_how_much_who_holds_it_and_how_to_check(language):
    world, payment = gift()
    reference = reference_for(payment.group)
    with override(language):
        text = " ".join(text_of(receipt_pdf(gift_receipt(payment, mine=True))).split())
    assert "2" in text
    assert "500" in text
    for wanted in (payment.public_id, reference, "1234-ЮР", f"{payment.received_on:%d.%m.%Y}", str(payment.entry_id)):
        assert wanted in text.replace(" ", "") or wanted in text
    assert f"/{language}/ledger/" in text.replace(" ", "")
    title = world.project.title(language)
    assert title.split()[0] in text


def test_its_letters_are_kyrgyz_in_regular_and_bold():
    for file in (FONT_FILE, BOLD_FILE):
        known = TTFont(file).getBestCmap()
        assert all(ord(letter) in known for letter in "ңөүҢӨҮ“”«»№")
    _world, payment = gift()
    with override("ky"):
        text = text_of(receipt_pdf(gift_receipt(payment)))
    assert "Өнүгүү коому" in text.replace("\n", " ")
    assert any(letter in text for letter in "ңөү")


def test_the_file_that_proves_it_lies_inside_and_holds_without_us(tmp_path):
    _world, payment = gift()
    signer = Signer(tmp_path / "signer")
    signer.key_make()
    sequence_all(signer=signer)
    pdf = receipt_pdf(gift_receipt(payment, mine=True))
    (name, (content,)) = next(iter(PdfReader(io.BytesIO(pdf)).attachments.items()))
    assert name == f"birge-receipt-{payment.public_id}.json"
    assert json.loads(content)
    assert receipt_check(content.decode()) is not None


def test_before_the_log_has_it_the_receipt_says_so():
    _world, payment = gift()
    pdf = receipt_pdf(gift_receipt(payment))
    assert PdfReader(io.BytesIO(pdf)).attachments == {}


def test_money_that_is_not_in_the_books_has_no_receipt():
    world = make.open_village_project()
    with pytest.raises(NotFound):
        gift_receipt(make.record(world, make.confirmed_pledge(world.project, 1_000_00)))


def test_the_village_and_a_pools_givers_have_theirs():
    world = make.open_village_project()
    village = make.village_pays(world, 500_00)
    assert village.public_id in text_of(receipt_pdf(gift_receipt(village)))
    pool = pools.pool_with_money()
    payment = Payment.objects.filter(pool_ref=pool.pool.public_id).first()
    receipt = gift_receipt(payment)
    assert pool.pool.name("en") in dict(receipt.lines)["For"]


def test_a_refund_has_a_receipt_once_it_went_and_the_gifts_own_says_so():
    world, payment = gift()
    back.give_up(world)
    refund = Refund.objects.get()
    with pytest.raises(NotFound):
        refund_receipt(refund)
    refund = back.send_back(world, refund)
    assert refund.public_id in text_of(receipt_pdf(refund_receipt(refund, mine=True)))
    assert "Gone back since" in dict(gift_receipt(payment).lines)


def test_a_strangers_receipt_names_nobody_and_ones_own_as_one_wants_to_be_thanked():
    world = make.open_village_project()
    made = make.pledge(world.project, 700_00, credit_choice="family", credit_line="Асановдор")
    pledge = make.confirmed_pledge(world.project, made=made)
    payment = make.pay(world, pledge)
    assert dict(gift_receipt(payment, mine=True).lines)["From"] == "Асановдор"
    assert "From" not in dict(gift_receipt(payment).lines)


def test_a_year_has_all_gifts_and_what_went_back():
    world, payment = gift(1_000_00)
    user = person()

    Pledge.objects.filter(group=payment.group).update(donor=user)
    back.give_up(world)
    back.send_back(world, Refund.objects.get())
    year = payment.received_on.year
    assert years_of(user) == [year]
    made = year_of(user, year)
    ((given, gone),) = made.sums
    assert (given.minor, gone.minor, len(made.lines)) == (1_000_00, 1_000_00, 2)
    text = text_of(year_pdf(made, "en"))
    assert payment.public_id in text.replace("\n", "")
    assert year_of(user, year - 1).lines == ()
    assert years_of(person()) == []
