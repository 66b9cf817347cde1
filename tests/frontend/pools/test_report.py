"""Statements and the report: every number is a sum of entries of the ledger; few donors are not told apart."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge import clock
from frontend.presenters.pools.ledger_lines import BROUGHT, OWN, Period, lines_of
from frontend.presenters.pools.report import report_csv, report_of
from funds.ledger.models import Posting
from funds.pools import statements
from funds.pools.statements import statement
from funds.settlement.services import project_expire_and_refund
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Visitor()


def today_only():
    return Period(clock.today(), clock.today())


def supported(donors=6, **plan):
    """Return a pool that gave 800 and matched, in a project to which so many people and the village brought money."""
    world, village = pools.pool_and_village(20_000_00, matching=10_000_00, village=10_000_00, **plan)
    pools.booked(world, pools.giving(world, village.project, 800_00))
    pools.booked(world, pools.matching(world, 5_000_00))
    for n in range(donors):
        given = make.confirmed_pledge(
            village.project,
            made=make.pledge(village.project, 300_00, contact=make.contact(f"d{n}-{id(world)}@example.org")),
        )
        make.pay(village, given)
    make.village_pays(village, 1_000_00)
    return world, village


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def test_the_report_says_given_matched_and_what_others_brought(guest):
    world, village = supported()
    page = guest.go(guest.open("pool", world.pool.public_id).link("/report/"))
    for text in (
        "This pool gave, to 1 project 2,600 som", "Given by decision 800 som", "Matched by rules 1,800 som",
        "Others brought to the same projects 2,800 som", "People who give 1,800 som", "Villages 1,000 som",
        "2,800 som ÷ 2,600 som = 1.08", "By oblast", "By kind of work", "By rule Som for som", "By project",
        village.project.title("en"),
    ):  # fmt: skip
        assert text in page.text, text


def test_every_sum_ties_to_the_ledger(guest):
    world, _village = supported()
    report = report_of(world.pool, today_only())
    for line in report.lines:
        posting = Posting.objects.get(entry=line.entry, account__type="held", account__purpose_ref=line.project)
        assert posting.account.normal * posting.amount == line.minor
    assert sum(line.minor for line in report.lines) == report.total.of(*OWN)
    made = statement(world.pool, clock.today().year, clock.today().month, "en")
    left = {"pool.given": 0, "pool.returned": 0, "match.allocated": 0, "match.reversed": 0}
    for account in made.accounts:
        for line in account.lines:
            if line.kind in left:
                left[line.kind] -= line.amount_minor
    assert sum(left.values()) == report.total.of(*OWN)
    for groups in (report.oblasts, report.categories, report.projects):
        assert sum(each.of(*OWN) for each in groups) == report.total.of(*OWN)
        assert sum(each.of(*BROUGHT) for each in groups) == report.total.of(*BROUGHT)
    assert sum(each.of(*OWN) for each in report.rules) == report.total.of("matched")


def test_what_a_pool_brought_is_the_others_part_in_another_pools_report():
    world, village = supported()
    other = pools.pool_with_money(5_000_00, beside=world)
    pools.booked(other, pools.giving(other, village.project, 700_00))
    assert report_of(other.pool, today_only()).total.of("others") == 2_600_00
    assert report_of(world.pool, today_only()).total.of("others") == 700_00
    assert report_of(other.pool, today_only()).total.of("given") == 700_00


def test_few_donors_are_not_told_apart(guest):
    world, _village = supported(donors=2)
    page = guest.open("pool_report", world.pool.public_id)
    assert "Fewer than five people gave, so it is not told apart." in page.text
    assert "People who give" not in page.text
    assert "too few people gave" in page.text
    text = report_csv(report_of(world.pool, today_only()))
    for row in rows_of(text):
        assert row["donors"] == ""
        if row["row"] in ("oblast", "category", "project"):
            assert row["brought"] == row["brought_minor"] == ""


def test_one_hidden_group_hides_the_next_smallest_or_the_rest_would_tell():
    world, village = supported(donors=6)
    second = make.open_village_project(donors=10_000_00, village=10_000_00)
    project = second.project
    project.category, project.custodian = "bridge", village.custodian
    project.save()
    pools.booked(world, pools.giving(world, project, 500_00))
    report = report_of(world.pool, today_only())
    assert [each.hidden for each in report.categories] == [False, False]
    given = make.confirmed_pledge(project, made=make.pledge(project, 300_00))
    make.pay(village, given)
    report = report_of(world.pool, today_only())
    assert all(each.hidden for each in report.categories)
    assert not report.total.hidden


def test_the_table_names_each_entry(guest):
    world, _village = supported()
    url = at("pool_report_csv", world.pool.public_id)
    response = guest.client.get(url)
    assert response["Content-Type"].startswith("text/csv")
    rows = rows_of(response.content.decode())
    total = next(row for row in rows if row["row"] == "total")
    entries = [row for row in rows if row["row"] == "entry"]
    assert int(total["given_minor"]) == sum(int(row["given_minor"]) for row in entries) == 800_00
    assert int(total["matched_minor"]) == sum(int(row["matched_minor"]) for row in entries) == 1_800_00
    for row in entries:
        assert guest.go(at("entry", row["entry"])).status == 200


def test_a_period_is_chosen_and_nonsense_is_said(guest):
    world, _village = supported()
    before = (clock.today() - dt.timedelta(days=9)).isoformat()
    page = guest.open("pool_report", world.pool.public_id, **{"from": before, "to": before})
    assert "In this period it gave nothing." in page.text
    page = guest.open("pool_report", world.pool.public_id, **{"from": "soon"})
    assert "These are no days." in page.text
    page = guest.open("pool_report", world.pool.public_id, **{"from": "2026-02-01", "to": "2026-01-01"})
    assert "The last day is before the first one." in page.text


def test_what_went_back_is_less_in_the_report():
    world, village, _proposal = pools.gave(800_00, donors=10_000_00)
    make.pay(village, make.confirmed_pledge(village.project, 300_00))
    with make_late(village):
        project_expire_and_refund(project=village.project)
    found = lines_of(world.pool, Period(clock.today() - dt.timedelta(days=400), clock.today() + dt.timedelta(days=400)))
    assert sum(line.minor for line in found.lines if line.part in OWN) == 0
    assert (
        report_of(
            world.pool, Period(clock.today() - dt.timedelta(days=400), clock.today() + dt.timedelta(days=400))
        ).leverage
        == ""
    )


def make_late(village):
    """Go to the second day after the deadline."""
    return time_machine.travel(
        dt.datetime.combine(village.project.deadline, dt.time(12), dt.UTC) + dt.timedelta(days=2)
    )


def test_an_empty_report_is_no_mistake(guest):
    page = guest.open("pool_report", pools.pool_of().pool.public_id)
    assert page.status == 200
    assert "In this period it gave nothing." in page.text


def test_the_report_takes_as_many_queries_for_much_as_for_little(guest):
    def queries(world):
        with CaptureQueriesContext(connection) as caught:
            report_of(world.pool, today_only())
        return len(caught)

    few, _village = supported(donors=1)
    many, village = supported(donors=8)
    for _n in range(3):
        pools.booked(many, pools.giving(many, village.project, 100_00))
    count = queries(few)
    assert queries(many) <= count
    assert count <= 20


def test_a_month_is_a_page_a_pdf_and_a_table(guest):
    world, _village = supported()
    day = clock.today()
    page = guest.go(guest.open("pool", world.pool.public_id).link(f"/{day.year}/{day.month}/"))
    made = statement(world.pool, day.year, day.month, "en")
    for account in made.accounts:
        for line in account.lines:
            assert line.words in page.text
            assert line.entry_id in page.html
    assert "There at the end = " in page.text
    pdf = guest.client.get(at("pool_statement_pdf", world.pool.public_id, day.year, day.month))
    assert pdf.content.startswith(b"%PDF")
    assert "attachment" in pdf["Content-Disposition"]
    table = guest.client.get(at("pool_statement_csv", world.pool.public_id, day.year, day.month)).content.decode()
    closing = [row for row in rows_of(table) if row["line"] == "closing"]
    assert sum(int(row["balance_minor"]) for row in closing) == made.closing_minor


@pytest.mark.parametrize(("year", "month"), [(2999, 1), (2026, 13), (1999, 1), (2026, 0)])
def test_a_month_that_is_none_is_not_found(guest, year, month):
    world = pools.pool_of()
    for name in ("pool_statement", "pool_statement_pdf", "pool_statement_csv"):
        assert guest.open(name, world.pool.public_id, year, month).status == 404


def test_a_statement_that_does_not_tie_is_not_shown(guest, monkeypatch):
    def broken(*_args):
        raise statements.StatementMismatch("held")

    monkeypatch.setattr(statements, "statement", broken)
    world = pools.pool_with_money(100_00)
    page = guest.open("pool_statement", world.pool.public_id, clock.today().year, clock.today().month)
    assert page.status == 409
    assert "does not agree with the ledger" in page.text


def test_what_gave_nothing_yet_says_what_it_holds():
    world = pools.pool_with_money(500_00)
    page = Visitor().open("pool_report", world.pool.public_id)
    assert "In this period it gave nothing. It holds now 500 som" in page.text
