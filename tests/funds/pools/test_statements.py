"""A month of a pool: opening and lines come to the closing, and all of it to what the ledger keeps."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pypdf import PdfReader

from birge import clock
from birge.errors import InvalidInput
from birge.money import Money
from funds.ledger.models import Balance
from funds.pools.papers import statement_pdf
from funds.pools.selectors import pool_free, pool_set_aside
from funds.pools.statements import StatementMismatch, months_of, statement, statement_csv
from funds.settlement.services import payment_correct_approve, payment_correct_ask, project_cancel_and_refund
from tests.factories import pools as make
from tests.factories.funds import factor
from tests.factories.tampering import change

pytestmark = pytest.mark.django_db


def this_month(world, language="en", *, named=True):
    return statement(world.pool, clock.today().year, clock.today().month, language, named=named)


def full_world():
    """Return a pool in which everything has happened that a statement can tell."""
    world, village = make.pool_and_village()
    make.paid_in(world, 250_50, credit_line="Family of Асан, Oş")
    make.cash_in(world, 100_00)
    make.booked(world, make.giving(world, village.project, 800_00))
    make.booked(world, make.matching(world, 700_00))
    district = make.pool_of(beside=world)
    make.booked(world, make.proposed(world, 300_00, kind="pass_on", to_pool=district.pool))
    return world, village, district


def test_a_month_tells_all_that_came_and_went():
    world, village, district = full_world()
    made = this_month(world)
    said = [(line.kind, line.amount_minor, line.words) for line in made.free.lines]
    assert said == [
        ("payment.received", 5_000_00, "Came from a giver"),
        ("payment.received", 250_50, "Came from Family of Асан, Oş"),
        ("payment.received", 100_00, "Came in cash, to the treasurer"),
        ("pool.given", -800_00, "Given to “Свет на улицах”"),
        ("match.budgeted", -700_00, "Set aside for “Som for som”"),
        ("pool.passed", -300_00, f"Passed on to “{district.pool.name_ru}”"),
    ]
    assert [line.purpose for line in made.free.lines[3:]] == [
        village.project.public_id,
        made.set_aside[0].rule_ref,
        district.pool.public_id,
    ]
    assert (made.opening_minor, made.free.closing_minor, made.closing_minor) == (0, 3_550_50, 4_250_50)
    assert made.free.closing_minor == pool_free(world.pool)
    assert {each.rule_ref: each.closing_minor for each in made.set_aside} == pool_set_aside(world.pool)


def test_the_other_pools_statement_says_where_its_money_came_from():
    world, _village, district = full_world()
    (line,) = this_month(district).free.lines
    assert (line.words, line.amount_minor) == (f"Came from “{world.pool.name_ru}”", 300_00)


def test_each_line_carries_the_balance_after_it_and_its_entry():
    world, _village, _district = full_world()
    running = 0
    for line in this_month(world).free.lines:
        running += line.amount_minor
        assert (line.balance_minor, len(line.entry_id)) == (running, 36)


def test_a_mistake_that_was_put_right_stands_as_two_lines():
    world = make.pool_with_money(500_00)
    payment = make.paid_in(world, 90_00)
    asked = payment_correct_ask(payment=payment, actor=world.officer, reason="another sum")
    by = world.second_officer
    payment_correct_approve(correction=asked, actor=by, proof=factor(by))
    lines = this_month(world).free.lines
    assert [(line.words, line.amount_minor) for line in lines[1:]] == [
        ("Came from a giver", 90_00),
        ("Put right: Came from a giver", -90_00),
    ]


def test_what_comes_back_from_a_failed_project_is_a_line():
    world, village, _proposal = make.gave(800_00)
    project_cancel_and_refund(project=village.project, actor=village.head, reason="no road")
    line = this_month(world).free.lines[-1]
    assert (line.words, line.amount_minor) == ("Back from “Свет на улицах”, which did not come about", 800_00)


def test_a_months_closing_is_the_next_ones_opening():
    with time_machine.travel(dt.datetime(2026, 9, 15, 9, tzinfo=dt.UTC)):
        world = make.pool_with_money(500_00)
    with time_machine.travel(dt.datetime(2026, 11, 30, 23, 59, tzinfo=dt.UTC)):
        make.paid_in(world, 70_00)
    with time_machine.travel(dt.datetime(2026, 12, 1, 0, 1, tzinfo=dt.UTC)):
        make.paid_in(world, 8_00)
        months = {(year, month): statement(world.pool, year, month, "en") for year, month in months_of(world.pool)}
    assert [(key, made.opening_minor, made.closing_minor) for key, made in months.items()] == [
        ((2026, 12), 570_00, 578_00),
        ((2026, 11), 500_00, 570_00),
        ((2026, 10), 500_00, 500_00),
        ((2026, 9), 0, 500_00),
    ]
    assert (months[2026, 10].free.lines, months[2026, 10].last) == ([], dt.date(2026, 10, 31))


def test_a_pool_that_never_held_anything_has_an_empty_statement():
    made = this_month(make.pool_of())
    assert (made.free.lines, made.set_aside, made.closing_minor) == ([], [], 0)


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (9999, 12), (1, 1), (99999, 1)])
def test_a_month_that_is_none_or_has_not_begun_is_refused(year, month):
    with pytest.raises(InvalidInput) as refused:
        statement(make.pool_of().pool, year, month, "en")
    assert refused.value.field == "month"


@pytest.mark.plants_faults
def test_a_statement_that_does_not_come_to_the_ledgers_balance_is_not_shown():
    world = make.pool_with_money(500_00)
    kept = Balance.objects.get(account__code__contains=f"pool-{world.pool.public_id}")
    change("UPDATE ledger_balance SET amount = amount + 1 WHERE account_id = %s", kept.pk)
    with pytest.raises(StatementMismatch):
        this_month(world)


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_paper_can_be_read_again_in_each_language(language):
    world, _village, _district = full_world()
    pool = world.pool
    pool.name_ky = "Көпүрө үчүн биргелешкен фонд, ңөү ҢӨҮ"
    pool.save(update_fields=["name_ky"])
    made = this_month(world, language)
    paper = PdfReader(io.BytesIO(statement_pdf(made)))
    text = "\n".join(page.extract_text() for page in paper.pages).replace("\u00a0", " ")
    assert pool.name(language) in text
    for line in made.free.lines:
        assert line.words.replace("\u00a0", " ") in " ".join(text.split())
    if language == "ky":
        assert "ңөү ҢӨҮ" in text
    assert "3 550" in text if language != "en" else "3,550.50 som" in text


def test_a_long_statement_runs_over_several_pages():
    world = make.pool_of()
    for n in range(60):
        make.paid_in(world, 100_00 + n, credit_line=f"Family number {n} " + "with a long name " * 3)
    paper = PdfReader(io.BytesIO(statement_pdf(this_month(world))))
    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert len(paper.pages) >= 3
    assert all(f"Family number {n} " in text for n in range(60))


def test_the_table_opens_in_a_spreadsheet_and_in_a_program():
    world, _village, _district = full_world()
    text = statement_csv(this_month(world))
    assert text.startswith("\ufeffpool;month;")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    by_account = {}
    for row in rows:
        kept = by_account.setdefault(row["account"], {"opening": 0, "line": 0, "closing": 0})
        kept[row["line"]] += int(row["amount_minor"] if row["line"] == "line" else row["balance_minor"])
    assert len(by_account) == 2
    assert all(each["opening"] + each["line"] == each["closing"] for each in by_account.values())
    assert {row["currency"] for row in rows} == {"KGS"}
    assert [row["amount"] for row in rows if row["kind"] == "pool.given"] == ["-800,00"]


def test_for_everyone_it_names_no_giver():
    world, _village, _district = full_world()
    made = this_month(world, named=False)
    assert [line.words for line in made.free.lines][:2] == ["Came from a giver"] * 2
    assert "Асан" not in statement_csv(made)


def test_a_name_that_a_spreadsheet_would_compute_is_kept_as_text():
    world = make.pool_of()
    make.paid_in(world, 100_00, credit_line='=HYPERLINK("http://evil";"x")')
    assert "Came from '=" not in statement_csv(this_month(world))  # it does not begin the cell
    assert '\n"=' not in statement_csv(this_month(world))


def test_a_statement_of_many_lines_asks_no_more_questions_than_one_of_few():
    world, village, _district = full_world()

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            this_month(world)
        return len(seen)

    few = asked()
    for n in range(5):
        make.paid_in(world, 10_00, credit_line=f"Giver {n}")
    make.booked(world, make.giving(world, village.project, 50_00))
    make.booked(world, make.matching(world, 60_00, name="Another"))
    assert asked() == few <= 12


def test_words_are_in_the_language_asked_for_whatever_is_active():
    world = make.pool_with_money(500_00)
    with translation.override("ru"):
        assert this_month(world, "en").free.name == "Free money"


def test_money_of_another_pool_of_the_same_organisation_is_not_in_it():
    world = make.pool_with_money(500_00)
    other = make.pool_of(world.association, beside=world, name_ru="Другой")
    make.paid_in(other, 70_00)
    assert this_month(world).closing_minor == 500_00
    assert Money(this_month(other).closing_minor, "KGS") == Money(70_00, "KGS")
