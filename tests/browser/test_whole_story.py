"""One village project from the first word to the last receipt, by its pages only, on a phone-sized screen."""

import datetime as dt
import re

import pytest
from django.core.cache import cache

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Role
from funds.ledger.models import Entry
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.releases.models import Expense, Release
from projects.works.models import Project
from tests.factories import funds as make
from tests.factories.api import code_of
from tests.factories.browsing import paper, send

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


class Story:
    """The people of a village and those who hold its money, each with a phone."""

    def __init__(self, phone):
        self.phone = phone
        aimak, self.village = make.aimak_and_village()
        self.administration = make.organisation("village_administration", aimak)
        council = make.organisation("local_council", aimak)
        self.custodian = make.organisation("custodian")
        self.association = make.organisation("migrant_association")
        self.head = make.officer_of(self.administration, Role.HEAD)
        self.clerk = make.officer_of(self.administration, Role.FINANCE_OFFICER)
        self.deputy = make.officer_of(council, Role.DEPUTY)
        self.officer = make.officer_of(self.custodian, Role.CUSTODIAN_OFFICER)
        self.second = make.officer_of(self.custodian, Role.CUSTODIAN_OFFICER, seat=2)
        self.signatory = make.officer_of(self.association, Role.SIGNATORY)
        self.substitute = make.officer_of(self.association, Role.CHAIR)
        day = clock.today() - dt.timedelta(days=1)
        self.custodian.payment_methods.create(kind="transfer", valid_from=day, details={"account": "1280016"})
        self.pages = {}

    def page(self, person: User):
        """Return this person's phone."""
        if person.pk not in self.pages:
            self.pages[person.pk] = self.phone(person)
        return self.pages[person.pk]

    def at(self, person: User, path: str):
        """Return this person's phone on a page of the desk."""
        page = self.page(person)
        answer = page.goto(f"/en/desk/{path}")
        assert answer.status == 200, f"{path}: {answer.status}"
        return page

    @property
    def project(self):
        return Project.objects.get()

    def works(self, person: User, path: str = ""):
        return self.at(person, f"village/{self.project.public_id}/{path}")


def code(person):
    """Return a code that was not used: the cache remembers those of the last half minute."""
    cache.clear()
    return code_of(person)


def test_from_the_first_word_to_the_last_receipt(phone):
    story = Story(phone)
    write_down(story)
    decide_and_open(story)
    donor = promise(story)
    pay_in(story)
    build(story)
    show_and_finish(story)
    follow(story, donor)


def write_down(story):
    page = story.at(story.clerk, f"village/new/{story.administration.public_id}/")
    send(page, village=story.village.public_id, category="light", title="Light for the street", language="en",
         summary="Twenty lamps between school and clinic.")  # fmt: skip
    page = story.works(story.clerk, "costs/")
    send(page, **{"row-0-text": "Lamps", "row-0-quantity": "20", "row-0-unit": "pieces", "row-0-price": "1 000"})
    send(story.works(story.clerk, "quotes/1/"), paper=paper("quote"))
    send(story.works(story.clerk, "shares/"), donors="10 000", village="10000")
    page = story.works(story.clerk, "stages/")
    send(page, **{"row-0-text": "Lamps bought and standing", "row-0-tranche": "20000"})
    page = story.works(story.clerk, "keeper/")
    send(page, keeper_name="B. Asanov", keeper_role="electrician", upkeep_yearly_minor="0")
    send(story.works(story.clerk, "people/"), people_asked="A meeting, 120 people", permits="None is needed")
    send(story.works(story.clerk), "/submit/")
    assert story.project.status == "submitted"


def decide_and_open(story):
    page = story.at(story.deputy, f"council/{story.project.public_id}/")
    send(page, "/adopt/", number="12", date=clock.today().isoformat(), paper=paper("resolution"))
    assert story.project.status == "adopted"
    deadline = (clock.today() + dt.timedelta(days=60)).isoformat()
    page = story.works(story.head, "open/")
    page.fill("[name=deadline]", deadline)
    page.select_option("[name=custodian]", story.custodian.public_id)
    page.select_option("[name=association]", story.association.public_id)
    page.locator("main form button").last.click()
    page.wait_for_selector("[name=outside_signatory]")
    page.check(f'[name=outside_signatory][value="{story.signatory.public_id}"]')
    page.check(f'[name=outside_substitute][value="{story.substitute.public_id}"]')
    with page.expect_navigation():
        page.locator("main form[method=post] button:not([name])").last.click()
    assert story.project.status == "open"


def promise(story):
    """Let a guest promise all that is asked of donors; return her phone on her own page."""
    page = story.phone()
    page.goto(f"/en/p/{story.project.public_id}/")
    page.get_by_role("link", name="Give for this").click()
    page.fill("[name=amount]", "ten thousand")
    page.fill("[name=contact]", "aigul@example.org")
    page.select_option("[name=country]", "RU")
    page.check("[name=credit_choice][value=nobody]")
    page.get_by_role("button", name="Next: check").click()
    assert "digits" in page.locator("#id_amount-error").inner_text()
    assert page.input_value("[name=amount]") == "ten thousand"
    page.fill("[name=amount]", "10 000")
    page.get_by_role("button", name="Next: check").click()
    page.get_by_role("button", name="Yes, I promise").dblclick()
    page.wait_for_selector("[name=code]")
    assert Pledge.objects.count() == 1
    page.fill("[name=code]", make.newest_code(Pledge.objects.get()))
    page.get_by_role("button", name="Confirm my promise").click()
    page.wait_for_url("**/money/**")
    assert story.project.status == "pledged_in_full"
    return page


def pay_in(story):
    custodian, pledge = story.custodian.public_id, Pledge.objects.get()
    page = story.at(story.officer, f"promise/{pledge.public_id}/money/")
    send(page, "/record/", kind="transfer", amount="10000", reference="PP-1", paper=paper("line"))
    confirm(story, Payment.objects.get(pledge_ref=pledge.public_id))
    page = story.at(story.officer, f"custodian/{custodian}/village/")
    send(page, "/record/", project=story.project.public_id, amount="10000", reference="VB-1")
    confirm(story, Payment.objects.get(kind="village"))
    assert story.project.status == "funded"


def confirm(story, payment):
    page = story.at(story.second, f"payment/{payment.public_id}/")
    send(page, "/confirm/", code=code(story.second))
    payment.refresh_from_db()
    assert payment.status == "confirmed"


def build(story):
    send(story.works(story.head), "/start/")
    page = story.works(story.clerk, "stages/1/ask/")
    send(page, reason="The lamps are ordered", paper=paper("contract"))
    release = Release.objects.get()
    send(story.works(story.head, f"releases/{release.public_id}/"), code=code(story.head))
    page = story.at(story.signatory, f"sign/money/{release.public_id}/")
    send(page, "/sign/", code=code(story.signatory))
    page = story.at(story.officer, f"pay/{release.public_id}/")
    send(page, "/pay/", bank_reference="OUT-1", paper=paper("out"), code=code(story.officer))
    release.refresh_from_db()
    assert release.status == "paid"


def show_and_finish(story):
    photo = make.photo_file().read()
    page = story.works(story.clerk, "news/")
    send(page, text="All lamps stand.", photos=[("p.jpg", "image/jpeg", photo)], caption="The street", milestone="1")
    send(story.works(story.clerk), "/report/")
    project = story.project.public_id
    send(story.at(story.signatory, f"sign/stage/{project}/1/"), "/accept/")
    page = story.works(story.clerk, "receipts/new/")
    send(page, paper=paper("receipt"), amount="20000", supplier="Electro Ltd", number="77",
         spent_on=clock.today().isoformat())  # fmt: skip
    send(story.at(story.signatory, f"sign/receipt/{Expense.objects.get().public_id}/"), "/accept/")
    send(story.works(story.head), "/complete/")
    assert story.project.status == "completed"


def follow(story, donor):
    """See it all as a stranger, and as the donor."""
    page = story.phone()
    page.goto(f"/en/p/{story.project.public_id}/")
    text = " ".join(page.locator("main").inner_text().split())
    for words in ("completed", "All lamps stand.", "Released 20,000 som", "Shown by receipts 20,000 som"):
        assert words in text
    assert re.search(r"Receipts missing 0 som", text)
    assert page.locator(".photos img").count() == 1
    page.get_by_role("link", name="Every entry in the ledger").click()
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"village.paid", "payment.received", "tranche.released", "expense.documented"} <= kinds
    page.get_by_role("link", name="Stage paid out").click()
    assert "20,000 som" in page.locator("main").inner_text()
    assert "aigul" not in page.content()
    donor.reload()
    assert donor.locator(".steps li:not(.done)").count() == 0
    assert "It is built." in donor.locator(".steps").inner_text()
