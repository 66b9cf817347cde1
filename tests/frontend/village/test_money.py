"""Money on its way out: one asks, the head signs with a code, receipts are shown. Nobody is two of them."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from funds.releases.models import Expense, Release, Signature
from funds.releases.services import expense_refuse
from projects.works.models import Milestone
from tests.factories.api import code_of
from tests.factories.funds import VillageProject, open_funded
from tests.factories.village import (
    address,
    asked_release,
    browser,
    in_days,
    paid_release,
    pdf,
    photo,
    under_way,
    village,
    written,
)

pytestmark = pytest.mark.django_db
WHY = {"key": "k", "reason": "The lamps are ordered"}


def test_money_is_asked_for_once_with_a_contract() -> None:
    world = under_way()
    page, here = browser(world.finance_officer), address("village_ask", world.project, 1)
    for _tap in range(2):
        answer = page.post(here, WHY | {"paper": pdf()})
        assert answer.status_code == 302
    release = Release.objects.get()
    assert (release.status, release.reason) == ("asked", "The lamps are ordered")
    assert release.basis is not None
    assert (release.basis.kind, release.basis.visibility) == ("contract", "public")


def test_the_first_money_needs_a_contract_or_a_quote() -> None:
    world = under_way()
    answer = browser(world.finance_officer).post(address("village_ask", world.project, 1), WHY)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"paper"}
    assert "The lamps are ordered" in answer.content.decode()
    assert not Release.objects.exists()


def test_too_early_the_page_says_why_instead_of_a_form() -> None:
    world = open_funded()
    answer = browser(world.finance_officer).get(address("village_ask", world.project, 1))
    text = answer.content.decode()
    assert "Money leaves only while the work is under way." in text
    assert "<textarea" not in text
    late = browser(world.finance_officer).post(address("village_ask", world.project, 1), WHY | {"paper": pdf()})
    assert late.status_code == 422
    assert not Release.objects.exists()


def test_photos_and_receipts_that_are_missing_have_a_way_to_them() -> None:
    world = under_way()
    Milestone.objects.create(project=world.project, position=2, text="Second", tranche_minor=0)
    paid_release(world)
    answer = browser(world.finance_officer).get(address("village_ask", world.project, 2))
    ways = {gap.url for gap in answer.context["gaps"]}
    assert {address("village_news", world.project), address("village_receipts", world.project)} <= ways


def test_the_head_does_not_ask() -> None:
    world = under_way()
    assert browser(world.head).get(address("village_ask", world.project, 1)).status_code == 403


def test_who_has_no_second_factor_is_led_to_set_one_up() -> None:
    world = under_way()
    Authenticator.objects.filter(user=world.finance_officer).delete()
    answer = browser(world.finance_officer).get(address("village_ask", world.project, 1), follow=True)
    assert "/accounts/2fa/" in answer.redirect_chain[0][0]
    assert "you need a second factor" in answer.content.decode()


def test_the_head_signs_with_a_code_once() -> None:
    world = under_way()
    release = asked_release(world)
    page, here = browser(world.head), address("village_release", world.project, release)
    code = code_of(world.head)
    for _tap in range(2):
        assert "Signed" in page.post(here, {"key": "k", "code": code}, follow=True).content.decode()
    assert Signature.objects.filter(release=release).count() == 1


@pytest.mark.parametrize("code", ["", "000000", "abc"])
def test_a_wrong_code_signs_nothing_and_says_so_at_the_field(code: str) -> None:
    world = under_way()
    release = asked_release(world)
    code_of(world.head)
    answer = browser(world.head).post(address("village_release", world.project, release), {"key": "k", "code": code})
    assert answer.status_code == 422
    assert answer.context["sign_form"].errors.keys() == {"code"}
    assert not Signature.objects.exists()


def test_a_head_without_a_second_factor_cannot_sign() -> None:
    world = under_way()
    release = asked_release(world)
    Authenticator.objects.filter(user=world.head).delete()
    answer = browser(world.head).post(address("village_release", world.project, release), {"key": "k", "code": "1"})
    assert "/accounts/2fa/" in answer.url
    assert not Signature.objects.exists()


def test_who_asked_cannot_sign() -> None:
    world = under_way()
    release = asked_release(world)
    page, here = browser(world.finance_officer), address("village_release", world.project, release)
    assert not page.get(here).context["can_sign"]
    assert page.post(here, {"key": "k", "code": code_of(world.finance_officer)}).status_code == 403
    assert not Signature.objects.exists()


def test_the_head_refuses_with_a_reason() -> None:
    world = under_way()
    release = asked_release(world)
    page, here = browser(world.head), address("village_release_no", world.project, release)
    assert page.post(here, {"key": "k", "reason": " "}).status_code == 422
    for _tap in range(2):
        assert page.post(here, {"key": "k", "reason": "Too early"}).status_code == 302
    release.refresh_from_db()
    assert (release.status, release.refused_reason) == ("refused", "Too early")


def receipt(world: VillageProject, **changes: Any) -> dict[str, Any]:
    release = Release.objects.get(project=world.project)
    return {
        "key": "k",
        "release": release.public_id,
        "budget_line": "1",
        "amount": "1 500,50",
        "supplier": "OsOO Svet",
        "number": "А-17",
        "spent_on": in_days(0),
        "paper": photo("receipt.jpg"),
    } | changes


def test_a_receipt_is_shown_once_to_the_parties() -> None:
    world = under_way()
    paid_release(world)
    page, here = browser(world.finance_officer), address("village_receipt_new", world.project)
    for _tap in range(2):
        assert page.post(here, receipt(world)).url == address("village_receipts", world.project)
    expense = Expense.objects.get()
    assert (expense.amount_minor, expense.number) == (1500_50, "А-17")
    assert expense.receipt.visibility == "parties"
    assert set(expense.receipt.parties.all()) == {world.custodian, world.association}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "much"),
        ("amount", "0"),
        ("amount", "99 999 999"),
        ("number", ""),
        ("supplier", "  "),
        ("spent_on", "soon"),
        ("budget_line", "9"),
        ("release", "nothing"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_the_photo_is_not_asked_for_again(field: str, value: str) -> None:
    world = under_way()
    paid_release(world)
    page, here = browser(world.finance_officer), address("village_receipt_new", world.project)
    answer = page.post(here, receipt(world, **{field: value}))
    form = answer.context["form"]
    assert answer.status_code == 422
    assert form.errors.keys() == {field}
    assert not Expense.objects.exists()
    again = receipt(world) | {"paper": "", "paper_kept": form["paper_kept"].value()}
    assert page.post(here, again).status_code == 302
    assert Expense.objects.count() == 1


def test_a_receipt_of_the_future_is_refused() -> None:
    world = under_way()
    paid_release(world)
    here = address("village_receipt_new", world.project)
    answer = browser(world.finance_officer).post(here, receipt(world, spent_on=in_days(2)))
    assert answer.context["form"].errors.keys() == {"spent_on"}


def test_the_same_number_with_another_sum_is_no_second_tap() -> None:
    world = under_way()
    paid_release(world)
    page, here = browser(world.finance_officer), address("village_receipt_new", world.project)
    page.post(here, receipt(world))
    answer = page.post(here, receipt(world, amount="700"))
    assert answer.context["form"].errors.keys() == {"number"}
    assert Expense.objects.count() == 1


def test_a_refused_receipt_is_shown_with_its_reason_and_can_be_shown_anew() -> None:
    world = under_way()
    paid_release(world)
    page = browser(world.finance_officer)
    page.post(address("village_receipt_new", world.project), receipt(world))
    expense_refuse(expense=Expense.objects.get(), actor=world.signatory, reason="The number cannot be read.")
    text = page.get(address("village_receipts", world.project)).content.decode()
    assert "The number cannot be read." in text
    assert page.post(address("village_receipt_new", world.project), receipt(world)).status_code == 302
    assert Expense.objects.count() == 2


def test_before_anything_is_paid_there_is_nothing_to_show() -> None:
    world = under_way()
    answer = browser(world.finance_officer).get(address("village_receipt_new", world.project), follow=True)
    assert "Nothing was paid out yet" in answer.content.decode()


def test_the_head_shows_no_receipts() -> None:
    world = under_way()
    paid_release(world)
    assert browser(world.head).post(address("village_receipt_new", world.project), receipt(world)).status_code == 403


def test_the_release_of_another_village_does_not_exist() -> None:
    world, home = under_way(), village()
    release, mine = asked_release(world), written(home)
    page = browser(home.head)
    assert page.get(address("village_release", mine, release)).status_code == 404
    assert page.get(address("village_release", world.project, release)).status_code == 404
