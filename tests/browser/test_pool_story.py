"""Seven people collect, propose, sign three of five and match a kindergarten, by pages only, on phone-sized screens.

In the end the statement ties to the ledger, and whoever doubts it computes all of it once more from the archive.
"""

import pytest
from django.core.cache import cache
from django.urls import reverse

from birge import clock
from birge.organisations.models import Role
from birge_engine.verify.cli import main as birge_verify
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.publishing import archive_write, key_newest
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from funds.matching.models import Given, Reservation
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pools.models import Pool, PoolGift, Proposal
from funds.pools.tokens import pool_gift_token
from tests.factories import funds as make
from tests.factories.api import code_of
from tests.factories.browsing import paper, send

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


class Story:
    """An association of seven, and the village whose kindergarten it wants."""

    def __init__(self, phone):
        self.phone, self.pages = phone, {}
        self.village = make.open_village_project(donors=20_000_00, village=0, matching=10_000_00)
        self.association = make.organisation("migrant_association")
        self.chair = make.officer_of(self.association, Role.CHAIR)
        self.treasurer = make.officer_of(self.association, Role.TREASURER)
        self.signers = [make.officer_of(self.association, Role.SIGNATORY, seat=seat) for seat in (1, 2, 3)]
        self.member = make.officer_of(self.association, Role.MEMBER)
        self.seventh = make.person(name="Каныкей")

    def at(self, person, name, *args):
        """Return this person's phone on a page."""
        if person not in self.pages:
            self.pages[person] = self.phone(person)
        page = self.pages[person]
        answer = page.goto(reverse(name, args=args))
        assert answer.status == 200, f"{name}: {answer.status}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{name} is wider than a phone"
        return page

    @property
    def pool(self):
        return Pool.objects.get()


def code(person):
    """Return a code that was not used: the cache remembers those of the last half minute."""
    cache.clear()
    return code_of(person)


def test_seven_people_collect_decide_and_match_a_kindergarten(phone, tmp_path, capsys):
    story = Story(phone)
    agree(story)
    join(story)
    collect(story)
    decide(story)
    give(story)
    look(story)
    compute_once_more(tmp_path, capsys)


def agree(story):
    """The chair writes how they decide; another signatory agrees; the chair opens the pool."""
    ref = story.association.public_id
    page = story.at(story.chair, "organisation_terms", ref)
    send(page, "/ask/", text="We decide together.", how="signatures", threshold="1 000", needed_below="1",
         needed_above="3", days="7")  # fmt: skip
    page = story.at(story.signers[0], "organisation_terms", ref)
    send(page, "/approve/", code=code(story.signers[0]))
    page = story.at(story.chair, "pool_new", ref)
    send(page, "/open/", name_ru="Наша касса", name_ky="Биздин казына", custodian=story.village.custodian.public_id)
    assert story.pool.organisation == story.association


def join(story):
    """The seventh asks; the chair admits her."""
    send(story.at(story.seventh, "association", story.association.public_id), "/join/", message="Мен дагы кошулам")
    page = story.at(story.chair, "organisation_members", story.association.public_id)
    page.get_by_role("button", name="Admit").first.click()
    page.wait_for_load_state()
    assert story.association.offices.filter(terms__user=story.seventh, role=Role.MEMBER).exists()


def collect(story):
    """Five pay in through the bank; a neighbour gives cash and says so by her own link; the cash goes to the bank."""
    pool = story.pool
    for number, person in enumerate([story.chair, *story.signers, story.member]):
        page = story.at(person, "pool_pay", pool.public_id)
        page.fill("[name=amount]", "1 000")
        page.check("[name=credit_choice][value=nobody]")
        page.locator("button[value=check]").click()
        page.locator("button[value=make]").dblclick()
        page.wait_for_url("**/pools/gift/**")
        gift = PoolGift.objects.order_by("-id").first()
        page = story.at(story.village.officer, "custodian_pool_gift", gift.public_id)
        send(page, "/record/", kind="transfer", amount="1 000", reference=f"PP-{number}", paper=paper(f"line {number}"))
        confirm(story, Payment.objects.get(group=gift.public_id))
    page = story.at(story.treasurer, "pool_cash_new", pool.public_id)
    send(page, "/record/", amount="500", contact="neighbour@example.org", reference="К-1")
    payment = Payment.objects.get(kind="pool_cash")
    gift = PoolGift.objects.get(public_id=payment.group)
    neighbour = story.phone()
    neighbour.goto(reverse("pool_gift", args=[pool_gift_token(gift)]))
    send(neighbour, f"/yes/{payment.public_id}/")
    page = story.at(story.village.officer, "custodian_pool_bank", pool.public_id)
    taken = {"amount": "500", "bank_reference": "BL-1", "paper": paper("banked")}
    send(page, "/bank/", **taken, code=code(story.village.officer))
    assert PoolGift.objects.filter(status="paid").count() == 6
    assert balance(codes.held_pool(pool.custodian.public_id, pool.public_id), "KGS") == 5_500_00


def confirm(story, payment):
    page = story.at(story.village.second_officer, "custodian_payment", payment.public_id)
    send(page, "/confirm/", code=code(story.village.second_officer))
    payment.refresh_from_db()
    assert payment.status == "confirmed"


def decide(story):
    """A member proposes to match; she cannot agree to it herself; three of five sign, and the third books it."""
    pool = story.pool
    page = story.at(story.member, "proposal_new_match_kind", pool.public_id, "proportional")
    page.fill("[name=name]", "Som for som")
    page.fill("[name=amount]", "five thousand")
    page.fill("[name=reason]", "So that more people give.")
    page.fill("[name=rate]", "1")
    page.locator("button[value=check]").click()
    assert page.locator("#id_amount-error").count() == 1
    page.fill("[name=amount]", "5 000")
    page.locator("button[value=check]").click()
    assert "3 of 5" in page.locator("main").inner_text()
    page.locator("button[value=make]").dblclick()
    page.wait_for_url("**/proposals/**")
    proposal = Proposal.objects.get()
    assert (proposal.needed, proposal.entitled) == (3, 5)
    assert page.locator("main form[action$='/yes/']").count() == 0
    for number, person in enumerate([story.signers[0], story.treasurer, story.signers[2]], start=1):
        page = story.at(person, "proposal", proposal.public_id)
        send(page, "/yes/", code=code(person))
        proposal.refresh_from_db()
        assert (proposal.ballots.count(), proposal.status) == (number, "booked" if number == 3 else "open")


def give(story):
    """A donor reads what the pool adds, promises and pays; the pool's part follows."""
    donor = story.phone()
    donor.goto(reverse("project", args=[story.village.project.public_id]))
    assert "Som for som" in donor.locator("main").inner_text() or "Наша касса" in donor.locator("main").inner_text()
    donor.goto(reverse("pledge", args=[story.village.project.public_id]))
    donor.fill("[name=amount]", "2 000")
    donor.fill("[name=contact]", "aigul@example.org")
    donor.select_option("[name=country]", "RU")
    donor.check("[name=credit_choice][value=nobody]")
    donor.get_by_role("button", name="Next: check").click()
    assert "2,000 som" in donor.locator("main").inner_text()
    assert "Наша касса" in donor.locator("main").inner_text()
    donor.get_by_role("button", name="Yes, I promise").click()
    donor.wait_for_selector("[name=code]")
    donor.fill("[name=code]", make.newest_code(Pledge.objects.get()))
    donor.get_by_role("button", name="Confirm my promise").click()
    donor.wait_for_url("**/money/**")
    waiting = Reservation.objects.get(version__isnull=False)
    assert (waiting.amount_minor, waiting.status) == (2_000_00, "reserved")
    assert "Наша касса" in donor.locator("main").inner_text()
    page = story.at(story.village.officer, "custodian_record", Pledge.objects.get().public_id)
    send(page, "/record/", kind="transfer", amount="2000", reference="PP-9", paper=paper("line 9"))
    confirm(story, Payment.objects.get(pledge_ref=Pledge.objects.get().public_id))
    assert Given.objects.get().amount_minor == 2_000_00


def look(story):
    """Anyone reads what the pool holds and gave; its statement ends with what the ledger keeps."""
    pool, today = story.pool, clock.today()
    held = codes.held_pool(pool.custodian.public_id, pool.public_id)
    aside = codes.held_rule(pool.custodian.public_id, pool.public_id, Given.objects.get().version.rule.public_id)
    assert (balance(held, "KGS"), balance(aside, "KGS")) == (500_00, 3_000_00)
    guest = story.phone()
    guest.goto(reverse("pool_statement", args=[pool.public_id, today.year, today.month]))
    text = guest.locator("main").inner_text()
    assert "3,500 som" in text
    assert story.chair.name not in text
    for ending in ("pdf", "csv"):
        name = f"pool_statement_{ending}"
        answer = guest.request.get(reverse(name, args=[pool.public_id, today.year, today.month]))
        assert answer.status == 200
        assert len(answer.body()) > 500
    guest.goto(reverse("pool", args=[pool.public_id]))
    assert "Свет на улицах" in guest.locator("main").inner_text()


def compute_once_more(tmp_path, capsys):
    """Sign the log, write the archive, and let birge-verify recompute the match from it alone."""
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    sequence_all(signer=signer)
    status = birge_verify([str(archive_write()), "--key", key_newest()])
    said = capsys.readouterr().out
    assert (status, "HOLDS" in said) == (0, True), said
    assert "1 allocation" in said, said
