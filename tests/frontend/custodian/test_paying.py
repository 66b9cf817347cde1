"""Money goes out: a signed stage by the custodian, and what goes back after a project failed, by two officers."""

from __future__ import annotations

import pytest

from funds.releases.models import Refund
from funds.settlement.facts import held_minor
from funds.settlement.services import project_cancel_and_refund
from tests.factories import funds as make
from tests.factories.pages import Visitor, a_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.under_way(donors=10_000_00, village=10_000_00, stages=1)


def paid_with(visitor, page, **changes):
    return visitor.send(
        page, "pay/", **{"bank_reference": "OUT-1", "paper": a_paper(), "code": visitor.code, **changes}
    )


def test_a_signed_stage_is_paid_with_the_banks_line_and_a_code(world):
    release = make.sign(make.ask(world), world.head, world.signatory)
    officer = Visitor(world.officer)
    desk = officer.open("custodian", world.custodian.public_id)
    assert "Pay out 20,000 som" in desk.text
    page = officer.go(desk.link(release.public_id))
    assert "You are none of the three persons before you." in page.text
    done = paid_with(officer, page)
    assert "It is in the books. Receipts must follow now." in done.text
    assert held_minor(world.project) == 0
    again = paid_with(officer, page)
    assert again.url == done.url
    assert held_minor(world.project) == 0


def test_a_wrong_code_does_not_cost_the_paper_again(world):
    release = make.sign(make.ask(world), world.head, world.signatory)
    officer = Visitor(world.officer)
    wrong = paid_with(officer, officer.open("custodian_release", release.public_id), code="000000")
    assert wrong.status == 422
    assert 'id="pay_code-error"' in wrong.html
    assert wrong.form("pay/").values["bank_reference"] == "OUT-1"
    assert "Kept from before." in wrong.text
    right = officer.send(wrong, "pay/", code=officer.code)
    assert "It is in the books." in right.text
    release.refresh_from_db()
    assert release.bank_line is not None


def test_somebody_elses_paper_cannot_be_slipped_in(world):
    release = make.sign(make.ask(world), world.head, world.signatory)
    theirs = make.paper(make.open_village_project())
    officer = Visitor(world.officer)
    page = officer.open("custodian_release", release.public_id)
    sent = paid_with(officer, page, paper=None, paper_kept=theirs.public_id)
    assert sent.status == 422
    assert 'id="pay_paper-error"' in sent.html


@pytest.mark.parametrize("missing", ["bank_reference", "paper", "code"])
def test_nothing_is_paid_without_line_paper_and_code(world, missing):
    release = make.sign(make.ask(world), world.head, world.signatory)
    officer = Visitor(world.officer)
    page = officer.open("custodian_release", release.public_id)
    sent = paid_with(officer, page, **{missing: None if missing == "paper" else ""})
    assert sent.status == 422
    assert f'id="pay_{missing}-error"' in sent.html
    assert held_minor(world.project) == 20_000_00


def test_a_stage_that_one_side_has_not_signed_cannot_be_paid(world):
    release = make.sign(make.ask(world), world.head)
    officer = Visitor(world.officer)
    page = officer.open("custodian_release", release.public_id)
    assert "Both sides have not signed yet. Pay nothing." in page.text
    assert not page.offers("pay/")
    sent = officer.post(
        "custodian_release_deed", release.public_id, "pay",
        key="k", bank_reference="1", paper=a_paper(), code=officer.code,
    )  # fmt: skip
    assert "cannot become" in sent.text
    assert held_minor(world.project) == 20_000_00


def test_the_custodian_may_refuse_with_a_reason(world):
    release = make.sign(make.ask(world), world.head, world.signatory)
    officer = Visitor(world.officer)
    page = officer.send(
        officer.open("custodian_release", release.public_id), "refuse/", reason="The account is closed."
    )
    assert "Refused: The account is closed." in page.text


def test_what_failed_goes_back_by_two_officers(world):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="No builder came.")
    refund = Refund.objects.exclude(payment__group="").get()
    officer, colleague = Visitor(world.officer), Visitor(world.second_officer)
    assert "refunds to send" in officer.open("custodian", world.custodian.public_id).text
    page = officer.go(officer.open("custodian_refunds", world.custodian.public_id).link(refund.public_id))
    sent = officer.send(page, "send/", bank_reference="BACK-1", code=officer.code)
    assert "Another officer" in sent.text
    assert not sent.offers("confirm/")
    own = officer.post("custodian_refund_deed", refund.public_id, "confirm", key="k", code=officer.code)
    assert own.status == 403
    held = held_minor(world.project)
    theirs = colleague.open("custodian_refund", refund.public_id)
    done = colleague.send(theirs, "confirm/", code=colleague.code)
    assert "It went back and is in the books." in done.text
    assert held_minor(world.project) == held - refund.amount_minor


def test_what_came_back_from_the_bank_is_due_again(world):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="No builder came.")
    refund = Refund.objects.order_by("id").first()
    officer = Visitor(world.officer)
    sent = officer.send(
        officer.open("custodian_refund", refund.public_id), "send/", bank_reference="BACK-1", code=officer.code
    )
    again = officer.send(sent, "not-sent/", reason="The account does not exist.")
    assert again.offers("send/")


def test_the_donors_contact_shows_only_while_money_must_go_back(world):
    project_cancel_and_refund(project=world.project, actor=world.head, reason="No builder came.")
    refund = Refund.objects.exclude(payment__group="").get()
    officer, colleague = Visitor(world.officer), Visitor(world.second_officer)
    page = officer.open("custodian_refund", refund.public_id)
    assert "@example.org" in page.text
    officer.send(page, "send/", bank_reference="BACK-1", code=officer.code)
    done = colleague.send(colleague.open("custodian_refund", refund.public_id), "confirm/", code=colleague.code)
    assert "@example.org" not in done.text
