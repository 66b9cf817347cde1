"""Promises are paid from phones: by card at our Stripe, by a saved one, by transfer and in cash; by pages only."""

import re

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from birge_engine.note import key_parse
from birge_engine.receipt import receipt_check
from funds.banking.models import BankAccount, BankLine
from funds.banking.services import reference_for
from funds.cash.models import CashReceipt
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.checks import check_ledger
from funds.ledger.publishing import key_newest
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from funds.payments.models import Payment, StripeAttempt
from funds.pledges.models import Pledge
from tests.factories import cards
from tests.factories import funds as make
from tests.factories import saved_cards as saved
from tests.factories.api import code_of
from tests.factories.browsing import paper, send
from tests.factories.statements import OURS, Told, one_c

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
EACH = 2_000_00
NOT_ENGLISH = {"Birge", "Stripe", "Fund", "Excel", "Visa", "camt"}  # names, and words of every language
FEE = 1_00 + EACH * 3 // 100  # what our Stripe keeps of the first


class Story:
    """A project that raises from donors, three of them who read Kyrgyz, and its custodian's two, who read Russian."""

    def __init__(self, phone):
        self.phone, self.pages = phone, {}
        self.village = make.open_village_project(donors=3 * EACH, village=0)
        cards.account(self.village.custodian)

    def at(self, person, name, *args):
        """Return this officer's phone on a page."""
        if person not in self.pages:
            self.pages[person] = self.phone(person)
        page = self.pages[person]
        with translation.override("ru"):
            answer = page.goto(reverse(name, args=args))
        assert answer.status == 200, f"{name}: {answer.status}"
        words(page)
        return page

    def promise(self, contact):
        """Let a guest promise and tap the link in the message; return their phone, and what they promised."""
        page = self.phone()
        page.goto(f"/ky/p/{self.village.project.public_id}/give/")
        page.select_option("[name=country]", "KG")
        page.fill("[name=amount]", "2 000")
        page.fill("[name=contact]", contact)
        page.check("[name=credit_choice][value=nobody]")
        page.locator("[name=step][value=check]").click()
        page.wait_for_selector("[name=step][value=make]")
        words(page)
        page.locator("[name=step][value=make]").click()
        page.wait_for_selector("[name=code]")
        page.goto(link_told(contact))
        with page.expect_navigation():
            page.locator("main form button").first.click()
        page.wait_for_url("**/money/**")
        made = Pledge.objects.latest("id")
        assert made.status in ("confirmed", "due")  # the last one lets all be due
        return page, made

    def held(self):
        """Return what the books hold for the project."""
        project = self.village.project
        return balance(codes.held_project(project.custodian.public_id, project.public_id), "KGS")


@pytest.fixture
def double(settings, monkeypatch, live_server):
    settings.SITE_URL = live_server.url
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


def words(page):
    """Return what a page says; it fits a phone, no English is left in it, and no sentence ends with two dots."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{page.url} is wider than a phone"
    said = page.locator("main").inner_text().replace("\xa0", " ")
    english = set(re.findall(r"\b[A-Z]?[a-z]{3,}\b", re.sub(r"http\S+|\S+@\S+", "", said))) - NOT_ENGLISH
    assert not english, f"{page.url} says {english}"
    assert ".." not in said, page.url
    return said


def link_told(contact):
    """Return the link in the newest message to this address."""
    body = next(each.body for each in reversed(mail.outbox) if each.to == [contact])
    return re.search(r"http\S+/m/\S+", body)[0]


def arrived(page):
    """Say that the page tells of money that came, each step of it with its entry in the ledger: promised and came."""
    assert "2 000 сом келди" in words(page)
    assert page.locator("main ol.steps a[href*='/ledger/']").count() == 2


def code(person):
    """Return a code that was not used: the cache remembers those of the last half minute."""
    cache.clear()
    return code_of(person)


def test_three_pay_by_card_by_transfer_and_in_cash(phone, double, tmp_path):
    story = Story(phone)
    by_card(story, double, Signer(tmp_path / "signer", "birge.test/ledger"))
    others = [story.promise(f"donor{number}@example.org") for number in (2, 3)]
    by_transfer(story, *others[0])
    in_cash(story, *others[1])
    assert story.held() == 3 * EACH - FEE
    assert [each.amount_minor for each in Payment.objects.filter(status="confirmed")] == [EACH] * 3
    assert check_ledger() == []


def test_a_saved_card_pays_on_its_day_and_one_that_was_stopped_is_forgotten(phone, double):
    story = Story(phone)
    page, pledge = story.promise("donor1@example.org")
    mine = page.url
    save_card(page)
    cards.told(double)
    page.goto(mine)
    assert "Visa •••• 4242" in words(page)
    other, given = story.promise("donor2@example.org")
    theirs = other.url
    save_card(other)
    cards.told(double)
    other.goto(theirs)
    send(other, "/card/stop/")
    assert "Visa" not in words(other)
    saved.forget_ended()
    assert len(double.cards()) == 1
    story.promise("donor3@example.org")  # now all is promised
    page.reload()
    assert double.charged() == []
    assert "карта" in words(page)
    assert any(each.to == ["donor1@example.org"] and "4242" in each.body for each in mail.outbox), "told before"
    with time_machine.travel(saved.tomorrow()):
        saved.charges_run()
        saved.charges_run()
        page.reload()
        assert "2 000 сом келди" in words(page)
        other.reload()
        words(other)
    assert [each["metadata"]["birge_pledge"] for each in double.charged()] == [pledge.public_id]
    given.refresh_from_db()
    assert (given.status, story.held()) == ("due", EACH - FEE)


def save_card(page):
    """Say yes on the money page, and save the card on Stripe's."""
    send(page, "/card/save/", agreed=True)
    words(page)
    page.locator("main a.btn[href*='/pay/']").click()
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/k/**")
    words(page)


def by_card(story, double, signer):
    """The button leads to a page with a link, that to Stripe, and its signed word into the books. Once."""
    page, _pledge = story.promise("donor1@example.org")
    mine = page.url
    assert "карта менен төлөө" in words(page)
    page.locator("main form[action$='/card/'] button").dblclick()
    page.wait_for_selector("main a.btn[href*='/pay/']")
    words(page)
    page.locator("main a.btn[href*='/pay/']").click()
    page.wait_for_url(f"{double.address}/pay/**")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/paid/")
    words(page)
    assert page.locator("main a.btn").get_attribute("href") in mine, "it is remembered here, Stripe was not told"
    sessions = [each for each in double.things.values() if each["object"] == "checkout.session"]
    assert len(sessions) == 1
    assert (StripeAttempt.objects.count(), len(double.charged()), Payment.objects.count()) == (1, 1, 0)
    page.goto(mine)
    page.locator("main form[action$='/card/'] button").click()  # before Stripe has told us
    page.wait_for_url(mine)
    cards.told(double)
    cards.told(double)  # Stripe says things twice
    signer.key_make()
    sequence_all(signer=signer)
    page.goto(mine)
    words(page)
    assert page.locator("main form[action$='/card/']").count() == 0
    arrived(page)
    proofs = page.locator("main a[download][href*='/receipt/']")  # of the promise, and of the money
    proved = receipt_check(page.request.get(proofs.nth(1).get_attribute("href")).text(), key_parse(key_newest()))
    assert (proved.minor, proved.currency, proved.mine) == (EACH, "KGS", True)
    assert (Payment.objects.get().status, len(double.charged()), story.held()) == ("confirmed", 1, EACH - FEE)


def by_transfer(story, page, pledge):
    """The donor reads where and under which reference; the bank's file brings it, two officers take it in."""
    page.reload()  # now that all have promised it is due
    told = words(page)
    reference = reference_for(pledge.group)
    assert reference in told
    assert "1280016000000000" in told
    officer, second, custodian = story.village.officer, story.village.second_officer, story.village.custodian
    desk = story.at(officer, "bank_account_new", custodian.public_id)
    send(desk, "/open/", number=OURS, currency="KGS", name="МБанк")
    account = BankAccount.objects.get()
    desk = story.at(officer, "bank_upload", account.public_id)
    lines = one_c([Told(day=account.opened_on, minor=EACH, text=f"Взнос {reference}")])
    send(desk, file=[("kl_to_1c.txt", "text/plain", lines)])
    assert BankLine.objects.count() == 0
    words(desk)
    send(desk, "/upload/")
    assert reference in words(desk)
    send(desk, "/take/")
    assert desk.locator("form[action$='/confirm/']").count() == 0
    file = BankLine.objects.get().file
    theirs = story.at(second, "bank_statement", account.public_id, file.pk)
    send(theirs, "/confirm/", code=code(second))
    assert Payment.objects.get(group=pledge.group).status == "confirmed"
    page.reload()
    arrived(page)
    assert story.held() == 2 * EACH - FEE


def in_cash(story, page, pledge):
    """An officer writes down what was brought; it is in the books when the donor says so; the receipt is for anyone."""
    officer = story.village.officer
    desk = story.at(officer, "custodian_record", pledge.public_id)
    send(desk, "/record/", kind="cash", amount="2 000", reference="К-1", paper=paper("slip"))
    payment = Payment.objects.get(group=pledge.group)
    assert payment.status == "recorded"
    page.reload()
    words(page)
    send(page, f"/yes/{payment.public_id}/")
    payment.refresh_from_db()
    assert (payment.status, story.held()) == ("confirmed", 3 * EACH - FEE)
    arrived(page)
    receipt = CashReceipt.objects.get(payment=payment)
    page.locator(f"main a[href$='/cash/{receipt.public_id}/']").first.click()
    page.wait_for_selector("svg.qr")
    assert receipt.label in words(page)
    anyone = story.phone()
    with translation.override("ru"):
        anyone.goto(reverse("cash_receipt", args=[receipt.public_id]))
    assert f"Квитанция за наличные № {receipt.label} 2 000 сом Подтверждено" in " ".join(words(anyone).split())
