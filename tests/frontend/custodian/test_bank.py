"""The bank at the desk: a statement is looked at, taken in, its lines are explained, and others' lines do not exist."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from funds.banking.models import BankAccount, BankLine, ColumnMapping, PayPicture
from funds.banking.services import pay_picture_shown, reference_for, upload_kept
from funds.payments.models import Payment, PaymentMethod
from funds.payments.services import payment_confirm
from funds.settlement.facts import held_minor
from funds.settlement.statements import line_take_unknown
from funds.strays.models import PayerClaim, StrayReturn
from tests.factories import funds as make
from tests.factories.bank import bank_account, line_of, paying, taken_in, told
from tests.factories.pages import Visitor, a_paper, at
from tests.factories.statements import csv_file, one_c

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.open_village_project()


@pytest.fixture
def account(world):
    return bank_account(world.custodian)


@pytest.fixture
def officer(world):
    return Visitor(world.officer)


@pytest.fixture
def colleague(world):
    return Visitor(world.second_officer)


def a_file(data, name="statement.txt"):
    return SimpleUploadedFile(name, data, "application/octet-stream")


def a_picture():
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(out, "PNG")
    return SimpleUploadedFile("qr.png", out.getvalue(), "image/png")


def looked_at(officer, account, data):
    return officer.send(officer.open("bank_upload", account.public_id), file=a_file(data))


def test_an_officer_writes_an_account_down_and_finds_it(world, officer):
    page = officer.open("bank_account_new", world.custodian.public_id)
    done = officer.send(
        page, "open/", number="1030 1200 0001 2345", currency="kgs", name="МБанк", opened_on="2026-01-01"
    )
    account = BankAccount.objects.get()
    assert (account.number, account.currency, account.custodian) == ("1030120000012345", "KGS", world.custodian)
    assert "Now its statements can be taken in" in done.text
    assert "МБанк" in officer.open("custodian_bank", world.custodian.public_id).text


def test_from_the_file_to_the_books_by_two_persons(world, account, officer, colleague):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    data = one_c([paying(pledge.group, 3_000_00), told(150_00), told(-20_00)], account=account.number)
    page = looked_at(officer, account, data)
    for words in ("3 entries read, 3 new", "1 bear the reference", "1 came from nobody", "1 took money"):
        assert words in page.text
    assert BankLine.objects.count() == 0
    statement = officer.send(page, "upload/")
    assert BankLine.objects.count() == 3
    assert f"{reference_for(pledge.group)}" in statement.text
    assert "To be confirmed" not in statement.text
    assert "Nobody knows what for" not in statement.text
    taken = officer.send(statement, "/take/")
    assert "1 line taken. A colleague confirms it." in taken.text
    taken = officer.send(taken, "/unknown/")
    assert Payment.objects.filter(status="recorded").count() == 2
    assert not taken.offers("/confirm/")
    theirs = colleague.go(taken.url)
    assert "To be confirmed" in theirs.text
    assert f"{reference_for(pledge.group)} · Свет на улицах: 3,000 som" in theirs.text
    refused = colleague.send(theirs, "/confirm/", code="000000")
    assert refused.status == 422
    assert held_minor(world.project) == 0
    done = colleague.send(refused, "/confirm/", code=colleague.code)
    assert "2 payments are in the books." in done.text
    assert held_minor(world.project) == 3_000_00


def test_a_second_tap_takes_nothing_in_twice(world, account, officer):
    page = looked_at(officer, account, one_c([told(150_00)], account=account.number))
    officer.send(page, "upload/")
    again = officer.send(page, "upload/")
    assert (again.status, BankLine.objects.count()) == (200, 1)
    assert "/statements/" in again.url
    assert upload_kept(account, page.form("upload/").values["kept"]) is None


def test_what_is_wrong_with_a_file_is_said_in_words(account, officer):
    page = looked_at(officer, account, one_c([told(150_00)], account=account.number, closing=1))
    assert page.status == 422
    assert "An entry is missing, or something was changed." in page.text
    assert BankLine.objects.count() == 0
    assert looked_at(officer, account, b"\0\0").status == 422


def test_columns_are_chosen_from_the_files_own_rows(account, officer):
    data = csv_file([told(150_00)]).decode().replace("Дата операции", "Когда").replace("Кредит", "Плюс")
    data = data.replace("1030120000012345", account.number).encode()
    page = looked_at(officer, account, data)
    columns = officer.go(page.link("/columns/"))
    assert "Когда" in columns.text
    chosen = officer.send(columns, date="Когда", credit="Плюс", balance="Остаток", text="Назначение платежа")
    assert "Now send the file once more" in chosen.text
    assert ColumnMapping.objects.get(account=account).columns["date"] == "Когда"
    assert "1 entry read, 1 new." in looked_at(officer, account, data).text


def test_too_few_columns_are_refused_in_words(account, officer):
    data = csv_file([told(150_00)]).decode().replace("Дата операции", "Когда").encode()
    columns = officer.go(looked_at(officer, account, data).link("/columns/"))
    refused = officer.send(columns, date="", balance="Остаток")
    assert (refused.status, ColumnMapping.objects.count()) == (422, 0)


def test_a_suggested_line_shows_its_reasons_and_is_taken(world, account, officer):
    pledge = make.confirmed_pledge(world.project, 650_00)
    line = line_of(account, told(650_00, "Подарок"))
    page = officer.open("bank_line", line.public_id)
    assert f"{reference_for(pledge.group)} · Свет на улицах · 650 som: the same amount, a day on which" in page.text
    done = officer.send(page, "/take/", ref=pledge.group)
    assert "Taken in. A colleague confirms it." in done.text
    payment = Payment.objects.get(group=pledge.group)
    assert officer.go(done.link(payment.public_id)).status == 200
    assert line.public_id in officer.open("custodian_payment", payment.public_id).html


def test_a_line_is_taken_by_a_reference_that_somebody_told(world, account, officer):
    pledge = make.confirmed_pledge(world.project, 650_00)
    line = line_of(account, told(90_00))
    wrong = officer.send(officer.open("bank_line", line.public_id), "/reference/", reference="XX0-0000-0")
    assert "We do not know this reference." in wrong.text
    officer.send(wrong, "/reference/", reference=reference_for(pledge.group).lower().replace("-", " "))
    assert Payment.objects.get().group == pledge.group


def test_a_line_is_linked_or_set_aside_by_two(world, account, officer, colleague):
    village = make.record_village(world, 900_00)
    line, fee = taken_in(account, told(900_00), told(-25_00))
    officer.send(officer.open("bank_line", line.public_id), "/link/", ref=village.public_id)
    assert BankLine.objects.get(pk=line.pk).payment_ref == village.public_id
    page = officer.send(officer.open("bank_line", fee.public_id), "/aside/", reason="Комиссия")
    assert not page.offers("/agree/")
    theirs = colleague.open("bank_line", fee.public_id)
    colleague.send(theirs, "/agree/", code=colleague.code)
    assert BankLine.objects.get(pk=fee.pk).status == "ignored"
    assert "Комиссия" in officer.open("bank_line", fee.public_id).text


def test_the_lists_filter(world, account, officer):
    pledge = make.confirmed_pledge(world.project, 650_00)
    taken_in(account, paying(pledge.group, 650_00, name="Матчев"), told(33_00, name="Ничей"), told(-5_00, name="Ушёл"))
    for show, name in (("matched", "Матчев"), ("unidentified", "Ничей"), ("out", "Ушёл"), ("nonsense", "Ничей")):
        assert name in officer.open("bank_account", account.public_id, show=show).text
    assert "Ничей" not in officer.open("bank_account", account.public_id, show="matched").text
    assert "1 line of the bank to take in" in officer.open("custodian", world.custodian.public_id).text


def test_the_bank_of_another_custodian_does_not_exist(world, account, officer):
    stranger = Visitor(make.open_village_project().officer)
    line = line_of(account, told(33_00))
    pages = [
        ("custodian_bank", world.custodian.public_id), ("bank_account", account.public_id),
        ("bank_upload", account.public_id), ("bank_columns", account.public_id), ("bank_line", line.public_id),
        ("bank_statement", account.public_id, line.file_id),
    ]  # fmt: skip
    for page in pages:
        assert stranger.open(*page).status == 404, page
        assert officer.open(*page).status == 200, page
        assert "/accounts/" in Visitor().open(*page).url or Visitor().open(*page).status == 404
    other = bank_account(make.open_village_project().custodian)
    assert officer.open("bank_statement", other.public_id, line.file_id).status == 404


def test_unknown_money_goes_back_by_two_persons(world, account, officer, colleague):
    payment = line_take_unknown(line=line_of(account, told(700_00)), actor=world.officer)
    payment = payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert "700 som" in Visitor().open("unknown_money").text
    early = officer.open("custodian_return", payment.public_id)
    assert "Its payer has until" in officer.send(early, "/send/", bank_reference="Н-1", code=officer.code).text
    with time_machine.travel(clock.now() + dt.timedelta(days=91), tick=False):
        officer, colleague = Visitor(world.officer), Visitor(world.second_officer)
        assert "1 unknown payment to send back" in officer.open("custodian", world.custodian.public_id).text
        went = line_of(account, told(-700_00))
        page = officer.go(officer.open("custodian_payment", payment.public_id).link("/bank/return/"))
        officer.send(page, "/send/", line=went.public_id, code=officer.code)
        theirs = colleague.open("custodian_return", payment.public_id)
        done = colleague.send(theirs, "/confirm/", code=colleague.code)
        assert "It went back and is in the books." in done.text
    assert StrayReturn.objects.get().bank_line == went
    assert "Nobody holds such money now." in Visitor().open("unknown_money").text


def test_the_banks_own_picture_is_shown_once_another_agrees(world, officer, colleague):
    way = PaymentMethod.objects.get(custodian=world.custodian, kind="transfer")
    address = ("custodian_picture", world.custodian.public_id, way.pk)
    page = officer.send(officer.open(*address), "/put/", paper=a_picture(), code=officer.code)
    assert "A colleague must agree." in page.text
    assert not page.offers("/agree/")
    assert pay_picture_shown(world.custodian, "transfer", "") is None
    colleague.send(colleague.open(*address), "/agree/", code=colleague.code)
    shown = pay_picture_shown(world.custodian, "transfer", "")
    assert shown is not None
    assert f"/d/{shown.picture.public_id}/" in colleague.open(*address).html
    second = officer.send(officer.open(*address), "/put/", paper=a_picture(), code=officer.code)
    assert pay_picture_shown(world.custodian, "transfer", "") == shown
    officer.send(second, "/remove/")
    assert pay_picture_shown(world.custodian, "transfer", "") is None
    assert PayPicture.objects.filter(ended_at=None).count() == 1
    no_picture = officer.send(officer.open(*address), "/put/", paper=a_paper(), code=officer.code)
    assert no_picture.status == 422


def test_an_officer_looks_for_what_a_payer_told(world, account, officer):
    pledge = make.confirmed_pledge(world.project, 700_00)
    line = line_of(account, told(700_00, "без слов", name="Сосед"))
    PayerClaim.objects.create(
        custodian=world.custodian, group=pledge.group, amount_minor=700_00, currency="KGS", paid_on=clock.today(),
        bank="МБанк", slip=make.paper(world),
    )  # fmt: skip
    listed = officer.open("custodian_bank", world.custodian.public_id)
    page = officer.go(listed.link("/bank/said/"))
    done = officer.send(page, "/line/", ref=line.public_id)
    assert "Taken in. A colleague confirms it." in done.text
    assert Payment.objects.get().group == pledge.group
    assert not done.offers("/answer/")


def test_addresses_of_the_bank_are_in_the_menu(world, officer):
    assert at("custodian_bank", world.custodian.public_id) in officer.open("custodian", world.custodian.public_id).html


def test_unknown_money_is_claimed_by_the_reference_that_its_payer_knows(world, account, officer):
    pledge = make.confirmed_pledge(world.project, 700_00)
    payment = line_take_unknown(line=line_of(account, told(700_00)), actor=world.officer)
    payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))
    page = officer.open("custodian_payment", payment.public_id)
    officer.send(page, "/identify/", pledge=reference_for(pledge.group), paper=a_paper(), note="")
    assert payment.identifications.get().pledge_ref == pledge.public_id
    found = officer.open("custodian_money", world.custodian.public_id, q=reference_for(pledge.group))
    assert reference_for(pledge.group) in officer.go(found.link(pledge.public_id)).text
