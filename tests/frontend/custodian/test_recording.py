"""Money came: one officer writes it down, another confirms it with the second factor. Nothing is booked before."""

from __future__ import annotations

import datetime as dt

import pytest

from birge import clock
from birge.documents.models import Document
from funds.payments.models import Payment
from funds.settlement.facts import held_minor
from tests.factories import funds as make
from tests.factories.pages import Visitor, a_paper, at

pytestmark = pytest.mark.django_db
CAME = {"kind": "transfer", "amount": "3 000", "reference": "PP-77"}


@pytest.fixture
def world():
    return make.open_village_project(donors=10_000_00, village=10_000_00)


@pytest.fixture
def officer(world):
    return Visitor(world.officer)


@pytest.fixture
def colleague(world):
    return Visitor(world.second_officer)


def recorded(officer, pledge, **changes):
    """Return the page after money was written down for this promise."""
    return officer.send(officer.open("custodian_record", pledge.public_id), "record/", **{**CAME, **changes})


def test_from_the_search_to_the_books_by_two_persons(world, officer, colleague):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    found = officer.open("custodian_money", world.custodian.public_id, q=pledge.public_id)
    promise = officer.go(found.link(pledge.public_id))
    form = officer.go(promise.link(f"{pledge.public_id}/money/"))
    page = officer.send(form, "record/", **CAME)
    assert "a second person confirms it" in page.text
    assert held_minor(world.project) == 0
    assert not page.offers("confirm/")
    theirs = colleague.open("custodian_waiting", world.custodian.public_id)
    payment = colleague.go(theirs.link("/payment/"))
    done = colleague.send(payment, "confirm/", code=colleague.code)
    assert "Confirmed. It is in the books." in done.text
    assert held_minor(world.project) == 3_000_00
    assert colleague.go(done.link("/ledger/")).status == 200


@pytest.mark.parametrize("how", ["reference", "sum", "contact"])
def test_a_promise_is_found_by_what_the_officer_knows(world, officer, how):
    pledge = make.confirmed_pledge(made=make.pledge(world.project, 3_000_00, contact=make.contact("aida@example.org")),
                                   project=world.project)  # fmt: skip
    text = {"reference": pledge.public_id.upper(), "sum": "3 000", "contact": " AIDA@example.org"}[how]
    page = officer.open("custodian_money", world.custodian.public_id, q=text)
    assert pledge.public_id in page.text
    assert "aida" not in page.html.replace(f'value="{text}"', "")


@pytest.mark.parametrize("text", ["aida", "example.org", "zzz", "%", "'", ""])
def test_nobody_is_found_by_a_part_of_their_address(world, officer, text):
    make.pledge(world.project, contact=make.contact("aida@example.org"))
    page = officer.open("custodian_money", world.custodian.public_id, q=text)
    assert page.status == 200
    assert "Which one is it?" not in page.text


def test_a_second_tap_writes_it_down_once(world, officer):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    form = officer.open("custodian_record", pledge.public_id)
    first, second = (officer.send(form, "record/", **CAME) for _n in range(2))
    assert first.url == second.url
    assert Payment.objects.count() == 1


def test_back_and_another_sum_is_not_swallowed(world, officer):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    form = officer.open("custodian_record", pledge.public_id)
    officer.send(form, "record/", **CAME)
    page = officer.send(form, "record/", **{**CAME, "amount": "2 000"})
    assert page.status == 422
    assert "You have sent this form before" in page.text
    assert Payment.objects.count() == 1


def test_the_same_line_of_the_statement_is_not_written_down_twice(world, officer):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    recorded(officer, pledge)
    page = recorded(officer, pledge)
    assert page.status == 422
    assert "This payment is recorded already." in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "three thousand"), ("amount", ""), ("amount", "0"), ("amount", "-3"),
        ("received_on", ""), ("received_on", "24.11.2026"), ("received_on", "tomorrow"),
        ("kind", None), ("reference", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(world, officer, field, value):
    if value == "tomorrow":
        value = (clock.today() + dt.timedelta(days=1)).isoformat()
    page = recorded(officer, make.confirmed_pledge(world.project, 3_000_00), **{field: value})
    assert page.status == 422
    assert f'id="record_{field}-error"' in page.html
    assert not Payment.objects.exists()


def test_a_picture_may_stand_for_the_number_and_only_officers_see_it(world, officer):
    page = recorded(officer, make.confirmed_pledge(world.project, 3_000_00), reference="", paper=a_paper())
    evidence = Document.objects.get(kind="bank_line")
    assert Payment.objects.get().evidence == evidence
    assert officer.go(page.link(evidence.public_id)).status == 200
    assert Visitor().client.get(f"/d/{evidence.public_id}/").status_code == 404
    assert Visitor(world.head).client.get(f"/d/{evidence.public_id}/").status_code == 404


def test_a_paper_that_is_none_is_told_at_its_field(world, officer):
    bad = a_paper("x.pdf")
    bad.file.seek(0)
    bad.file.truncate()
    bad.file.write(b"MZ this is a program")
    bad.size = 20
    page = recorded(officer, make.confirmed_pledge(world.project, 3_000_00), paper=bad)
    assert page.status == 422
    assert 'id="record_paper-error"' in page.html


def test_money_for_a_promise_that_is_not_confirmed_waits(world, officer):
    page = recorded(officer, make.pledge(world.project, 3_000_00))
    assert page.status == 422
    assert "This pledge is not confirmed yet." in page.text


def test_nobody_records_their_own_payment(world, officer):
    pledge = make.confirmed_pledge(made=make.pledge(world.project, contact=make.contact(world.officer.email)),
                                   project=world.project)  # fmt: skip
    page = recorded(officer, pledge)
    assert page.status == 403
    assert "Nobody records their own payment." in page.text


def test_the_village_pays_its_share(world, officer, colleague):
    form = officer.open("custodian_village", world.custodian.public_id)
    page = officer.send(form, "record/", project=world.project.public_id, amount="10 000", reference="VB-1")
    done = colleague.send(colleague.go(page.url), "confirm/", code=colleague.code)
    assert "the village" in done.text
    assert held_minor(world.project) == 10_000_00


def test_where_no_village_owes_anything_the_page_says_so(officer):
    donors_only = make.open_village_project(village=0)
    alone = Visitor(donors_only.officer)
    page = alone.open("custodian_village", donors_only.custodian.public_id)
    assert "No project waits for its village’s money now." in page.text
    assert not page.offers("record/")


def test_money_of_unknown_origin_finds_its_promise_by_two_persons(world, officer, colleague):
    form = officer.open("custodian_unknown", world.custodian.public_id)
    page = officer.send(form, "record/", kind="cash", amount="3000", reference="K-1", payer_note="a tall man")
    shown = colleague.send(colleague.go(page.url), "confirm/", code=colleague.code)
    assert "Nobody knows whose money this is." in shown.text
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    claim = officer.send(officer.go(page.url), "identify/", pledge=pledge.public_id.upper(), paper=a_paper())
    assert "You asked, so another officer decides." in claim.text
    assert not claim.offers("approve/")
    agreed = colleague.send(colleague.go(claim.url), "approve/", code=colleague.code)
    assert "The money belongs to its project now." in agreed.text
    assert held_minor(world.project) == 3_000_00


def test_a_claim_needs_its_proof_and_a_reference_that_exists(world, officer, colleague):
    form = officer.open("custodian_unknown", world.custodian.public_id)
    page = officer.send(form, "record/", kind="cash", amount="3000", reference="K-1")
    shown = colleague.send(colleague.go(page.url), "confirm/", code=colleague.code)
    bare = officer.send(officer.go(shown.url), "identify/", pledge="abcdefghjk")
    assert 'id="identify_paper-error"' in bare.html
    unknown = officer.send(officer.go(shown.url), "identify/", pledge="abcdefghjk", paper=a_paper())
    assert 'id="identify_pledge-error"' in unknown.html


def test_a_refused_claim_leaves_the_money_where_it_is(world, officer, colleague):
    form = officer.open("custodian_unknown", world.custodian.public_id)
    page = officer.send(form, "record/", kind="cash", amount="3000", reference="K-1")
    colleague.send(colleague.go(page.url), "confirm/", code=colleague.code)
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    claim = officer.send(officer.go(page.url), "identify/", pledge=pledge.public_id, paper=a_paper())
    said = colleague.send(colleague.go(claim.url), "refuse/", reason="Another name on the slip.")
    assert "Refused: Another name on the slip." in said.text
    assert held_minor(world.project) == 0


def test_looking_at_the_address_of_a_deed_does_nothing(world, officer):
    pledge = make.confirmed_pledge(world.project, 3_000_00)
    url = at("custodian_record_deed", pledge.public_id, "record")
    assert officer.go(url).url == at("custodian_record", pledge.public_id)
    assert officer.go(at("custodian_record_deed", pledge.public_id, "nonsense")).status == 404
    assert not Payment.objects.exists()
