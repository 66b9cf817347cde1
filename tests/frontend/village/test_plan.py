"""The plan in figures: costs with their quotes, shares that add up, stages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from projects.works.models import BudgetLine, Project
from projects.works.services import BudgetLineData, budget_lines_set
from tests.factories.funds import organisation
from tests.factories.village import Village, address, browser, draft, pdf, quoted, rows, village, written

pytestmark = pytest.mark.django_db
LAMPS = {"text": "Lamps", "quantity": "20", "unit": "pieces", "price": "1 250,50"}
CABLE = {"text": "Cable", "quantity": "2,5", "unit": "km", "price": "40000"}


def costed() -> tuple[Village, Project]:
    """Return a draft with costs of 1000 som."""
    home = village()
    project = draft(home)
    lines = [BudgetLineData("Lamps", Decimal(10), "pieces", 100_00)]
    budget_lines_set(project=project, actor=home.head, lines=lines)
    return home, project


def test_costs_are_read_as_people_write_them() -> None:
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_costs", project), rows(LAMPS, CABLE))
    assert answer.url == address("village_quotes", project)
    assert [(line.text, line.quantity, line.total_minor) for line in project.budget_lines.all()] == [
        ("Lamps", Decimal("20.000"), 25_010_00),
        ("Cable", Decimal("2.500"), 100_000_00),
    ]


def test_a_light_project_begins_with_what_light_usually_needs() -> None:
    home = village()
    answer = browser(home.head).get(address("village_costs", draft(home)))
    assert 'value="LED lamps"' in answer.content.decode()


def test_suggested_and_emptied_lines_are_left_out() -> None:
    home = village()
    project = draft(home)
    page = browser(home.head)
    suggested = [form.initial for form in page.get(address("village_costs", project)).context["form"].forms]
    untouched = {"text": suggested[0]["text"], "quantity": "", "unit": suggested[0]["unit"], "price": ""}
    emptied = dict.fromkeys(LAMPS, "")
    page.post(address("village_costs", project), rows(untouched, emptied, LAMPS))
    assert [line.text for line in project.budget_lines.all()] == ["Lamps"]


def test_a_wrong_figure_is_named_with_its_line_and_all_that_was_typed_stays() -> None:
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_costs", project), rows(LAMPS, CABLE | {"price": "much"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_row-1-price"' in text
    assert all(f'value="{value}"' in text for value in ("Lamps", "1 250,50", "Cable", "much"))
    assert not project.budget_lines.exists()


@pytest.mark.parametrize("quantity", ["many", "1.500", "0", "-1", "1,2345", "9999999999"])
def test_an_unclear_quantity_is_refused(quantity: str) -> None:
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_costs", project), rows(LAMPS | {"quantity": quantity}))
    assert answer.status_code == 422
    assert not project.budget_lines.exists()


def test_one_more_line_keeps_what_was_typed_and_complains_of_nothing() -> None:
    home = village()
    project = draft(home)
    data = rows(LAMPS, {"text": "Cable", "quantity": "", "unit": "", "price": ""}) | {"more": "1"}
    answer = browser(home.head).post(address("village_costs", project), data)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="row-2-text"' in text
    assert 'value="Cable"' in text
    assert "Please check" not in text
    assert not project.budget_lines.exists()


def test_rows_have_an_end_however_many_are_asked_for() -> None:
    home = village()
    data = {"row-TOTAL_FORMS": "999999999", "row-INITIAL_FORMS": "0", "more": "1"}
    answer = browser(home.head).post(address("village_costs", draft(home)), data)
    assert len(answer.context["form"].forms) == 100


@pytest.mark.parametrize("count", ["x", "-3", ""])
def test_a_broken_count_of_rows_is_no_crash(count: str) -> None:
    home = village()
    data = {"row-TOTAL_FORMS": count, "row-INITIAL_FORMS": "0"}
    assert browser(home.head).post(address("village_costs", draft(home)), data).status_code in (302, 422)


def test_a_quote_stays_with_its_line_when_costs_are_saved_again() -> None:
    home = village()
    project = written(home)
    quoted(home, project)
    page = browser(home.head)
    shown = page.get(address("village_costs", project)).context["form"].forms[0]
    again = {"text": "Lamps", "quantity": "12", "unit": "pieces", "price": "100", "quote": shown["quote"].value()}
    page.post(address("village_costs", project), rows(again))
    line = BudgetLine.objects.get(project=project)
    assert line.quote is not None
    assert line.quantity == 12


def test_the_quote_of_another_project_is_not_taken_over() -> None:
    home, stranger = village(), village()
    foreign, project = written(stranger), draft(home)
    quoted(stranger, foreign)
    quote = BudgetLine.objects.get(project=foreign).quote
    assert quote is not None
    browser(home.head).post(address("village_costs", project), rows(LAMPS | {"quote": quote.public_id}))
    assert BudgetLine.objects.get(project=project).quote is None


def test_a_quote_is_attached_to_a_line_for_everyone_to_see() -> None:
    home = village()
    project = written(home)
    answer = browser(home.head).post(address("village_quote", project, 1), {"paper": pdf()})
    quote = BudgetLine.objects.get(project=project).quote
    assert answer.url == address("village_quotes", project)
    assert quote is not None
    assert (quote.kind, quote.visibility, quote.organisation) == ("quote", "public", home.administration)


def test_a_quote_of_an_unknown_kind_is_refused_beside_the_field() -> None:
    home = village()
    answer = browser(home.head).post(address("village_quote", written(home), 1), {"paper": pdf("x.exe")})
    assert answer.status_code == 302  # what it is called does not matter, what it is does
    bad = pdf()
    bad.file.write(b"MZ")
    bad.file.seek(0)
    answer = browser(home.head).post(address("village_quote", written(home), 1), {"paper": bad})
    assert answer.context["form"].errors.keys() == {"paper"}


def test_a_line_that_does_not_exist_has_no_page() -> None:
    home = village()
    assert browser(home.head).get(address("village_quote", written(home), 7)).status_code == 404


def test_shares_that_make_the_costs_are_saved() -> None:
    home, project = costed()
    donor = organisation("matching_donor")
    data = {
        "donors": "400",
        "village": "300,00",
        "matching": "200",
        "matching_donor": donor.public_id,
        "in_kind": "100",
        "in_kind_note": "Thirty people dig",
    }
    assert browser(home.head).post(address("village_shares", project), data).status_code == 302
    shares = {share.party: share for share in project.shares.all()}
    assert {party: share.amount_minor for party, share in shares.items()} == {
        "donors": 400_00, "village": 300_00, "matching": 200_00, "in_kind": 100_00,
    }  # fmt: skip
    assert shares["matching"].organisation == donor
    assert shares["in_kind"].note == "Thirty people dig"


@pytest.mark.parametrize(
    ("village_brings", "words"),
    [("599,99", "0.01 som is missing"), ("600.01", "0.01 som is too much")],
)
def test_shares_that_do_not_make_the_costs_are_refused_with_the_gap(village_brings: str, words: str) -> None:
    home, project = costed()
    answer = browser(home.head).post(address("village_shares", project), {"donors": "400", "village": village_brings})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert f'value="{village_brings}"' in text
    assert not project.shares.exists()


def test_shares_before_costs_lead_to_the_costs() -> None:
    home = village()
    project = draft(home)
    assert browser(home.head).get(address("village_shares", project)).url == address("village_costs", project)


def stages_of(*tranches: str) -> dict[str, Any]:
    return rows(*({"text": f"Stage {tranche}", "tranche": tranche, "due_on": ""} for tranche in tranches))


def test_stages_divide_the_money_of_the_plan() -> None:
    home = village()
    project = written(home)
    answer = browser(home.head).post(address("village_stages", project), stages_of("250", "750"))
    assert answer.url == address("village_project", project)
    assert [stage.tranche_minor for stage in project.milestones.all()] == [250_00, 750_00]


def test_stages_that_do_not_add_up_are_refused_with_the_gap() -> None:
    home = village()
    project = written(home)
    answer = browser(home.head).post(address("village_stages", project), stages_of("250", "800"))
    assert answer.status_code == 422
    assert "50 som is too much" in answer.content.decode()
    assert [stage.tranche_minor for stage in project.milestones.all()] == [1000_00]


def test_a_day_that_is_none_is_refused_beside_the_field() -> None:
    home = village()
    data = rows({"text": "All", "tranche": "1000", "due_on": "2027-02-31"})
    answer = browser(home.head).post(address("village_stages", written(home)), data)
    assert answer.status_code == 422
    assert 'href="#id_row-0-due_on"' in answer.content.decode()
