"""What anybody sees of the public log: whether an entry is final, an account's statement, proofs to take along."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge_engine.receipt import receipt_check
from funds.ledger.models import Account, Entry
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from funds.pledges.services import pledge_erase_person
from funds.pledges.tokens import pledge_token
from funds.settlement.services import payment_correct_approve, payment_correct_ask
from tests.factories import funds as make
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


@pytest.fixture
def seal(tmp_path):
    signer = Signer(tmp_path / "signer")
    signer.key_make()
    return lambda: sequence_all(signer=signer)


def queries(guest, url):
    with CaptureQueriesContext(connection) as caught:
        assert guest.client.get(url).status_code == 200
    return len(caught)


def entry_of(kind):
    return Entry.objects.filter(kind=kind).first()


def test_an_entry_says_whether_it_is_final(guest, seal):
    make.open_funded()
    entry = entry_of("payment.received")
    before = guest.open("entry", entry.pk)
    assert "Written down just now" in before.text
    assert guest.open("entry_receipt", entry.pk).status == 404
    seal()
    after = guest.open("entry", entry.pk)
    assert f"Number {entry.log_leaf.index + 1} of the ledger" in after.text
    assert 'class="qr"' in after.html


def test_the_proof_of_an_entry_can_be_taken_along_and_checked_without_us(guest, seal):
    make.open_funded()
    seal()
    entry = entry_of("payment.received")
    response = guest.client.get(at("entry_receipt", entry.pk))
    assert "attachment" in response["Content-Disposition"]
    proved = receipt_check(response.content.decode())
    assert proved.leaf["id"] == str(entry.pk)
    assert not proved.mine
    assert "opening" not in json.loads(response.content)


def test_a_donor_takes_a_proof_that_it_is_hers_and_nobody_else_gets_it(guest, seal):
    world = make.open_funded()
    pledge = make.confirmed_pledge(make.open_village_project().project, 500_00)
    token = pledge_token(pledge)
    assert "Ready in a minute" in guest.open("money", token).text
    seal()
    page = guest.open("money", token)
    link = re.search(rf"/en/money/{token}/receipt/[0-9a-f-]+/", page.html)[0]
    proved = receipt_check(guest.client.get(link).content.decode())
    assert proved.mine
    assert proved.minor == 500_00
    other = entry_of("payment.received")
    assert world.project.pk
    assert guest.client.get(at("my_receipt", token, other.pk)).status_code == 404


def test_a_payment_that_was_a_mistake_is_not_proof_that_money_came(guest):
    world = make.open_village_project(village=0)
    pledge = make.confirmed_pledge(world.project, 500_00)
    paid = make.pay(world, pledge)
    assert "taken back later" not in guest.open("money", pledge_token(pledge)).text
    asked = payment_correct_ask(payment=paid, actor=world.officer, reason="Another village’s")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=make.factor(world.second_officer))
    assert "taken back later" in guest.open("money", pledge_token(pledge)).text


def test_after_being_forgotten_the_entry_stays_and_the_opening_is_gone(guest, seal):
    pledge = make.confirmed_pledge(make.open_village_project().project, 500_00)
    seal()
    entry = pledge.entry if hasattr(pledge, "entry") else Entry.objects.get(pk=pledge.entry_id)
    pledge_erase_person(pledge=pledge)
    assert not hasattr(Entry.objects.get(pk=entry.pk), "opening")
    assert guest.open("entry", entry.pk).status == 200
    assert not receipt_check(guest.client.get(at("entry_receipt", entry.pk)).content.decode()).mine


def test_a_public_paper_can_be_compared_with_what_the_ledger_names(guest):
    make.open_village_project()
    entry = entry_of("village.promised")
    page = guest.open("entry", entry.pk)
    address = re.search(r"/d/[0-9a-z]+/", page.html)[0]
    digest, salt = re.search(r"SHA-256 ([0-9a-f]{64})<br>salt ([0-9a-f]{32})", page.html).groups()
    paper = b"".join(guest.client.get(address).streaming_content)
    assert hashlib.sha256(bytes.fromhex(salt) + paper).hexdigest() == digest


def test_an_account_has_a_statement_with_what_it_held_after_each_line(guest, seal, monkeypatch):
    make.open_funded()
    account = Account.objects.filter(type="held").first()
    assert "Nothing is sealed here yet" in guest.open("account", account.code, account.currency).text
    seal()
    monkeypatch.setattr("frontend.views.ledger.PAGE_SIZE", 1)
    page = guest.open("account", account.code, account.currency)
    assert "20,000 som" in page.text
    older = guest.go(at("account", account.code, account.currency) + page.link("?after="))
    assert older.status == 200
    assert guest.open("account", "held:nobody:main", "KGS").status == 404


def test_the_ledger_can_be_taken_along_whole_or_for_one_project(guest, seal):
    world = make.open_funded()
    seal()
    archive_write()
    for page in (guest.open("ledger"), guest.open("project_ledger", world.project.public_id)):
        links = re.findall(r'href="(/ledger/[^"]+)"', page.html)
        assert len(links) >= 3
        for link in links:
            response = guest.client.get(link)
            assert response.status_code == 200, link
            assert len(b"".join(response.streaming_content)) > 100


@pytest.mark.parametrize("sealed", [True, False])
def test_the_explorer_takes_at_most_six_queries_whatever_there_is(guest, seal, sealed):
    world = make.open_village_project()
    for _n in range(8):
        make.confirmed_pledge(world.project, 100_00)
    if sealed:
        seal()
    account = Account.objects.filter(type="promised").first()
    assert queries(guest, at("ledger")) <= 6
    assert queries(guest, at("account", account.code, account.currency)) <= 6
    assert queries(guest, at("entry", entry_of("pledge.confirmed").pk)) <= 6
    assert queries(guest, at("entry", entry_of("village.promised").pk)) <= 6
