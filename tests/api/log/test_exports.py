"""Anybody takes the signed ledger away for other programs, whole or in part, and comes to our balances with it."""

import csv
import datetime as dt
import io
import json
from collections import Counter
from unittest import mock
from urllib.parse import unquote

import pytest
from beancount import loader
from beancount.core.data import Transaction
from django.db import connection
from django.test.utils import CaptureQueriesContext

from birge.organisations.models import Organisation
from birge.places.models import Place
from birge_engine.journals import CSV_HEADER, beancount_account
from funds.ledger import codes, exporting
from funds.ledger.balances import balances_for, balances_like, balances_of_custodian
from funds.ledger.models import Checkpoint, LogLeaf
from funds.ledger.sequencing import sequence, sequence_all
from funds.ledger.signing import Signer, SigningRefused
from projects.works.models import Project
from tests.factories.funds import adopted_project, aimak_and_village, organisation
from tests.factories.ledger import (
    ANOTHER,
    BANK,
    CUSTODIAN,
    HELD,
    HELD_ELSEWHERE,
    HELD_POOL,
    OTHER,
    PROJECT,
    TRANSIT,
    K,
    draft,
    one,
    openings,
    posted,
    received,
    sample,
)
from tests.support.programs import needed

pytestmark = pytest.mark.django_db

FILES = ["journal.hledger", "journal.beancount", "postings.csv"]
POOL = "EEEE6666"
SPRING, SUMMER = dt.date(2020, 4, 1), dt.date(2020, 7, 1)


@pytest.fixture
def villages():
    """Two projects of one administration: the second one serves the village of the first, too."""
    aimak, first = aimak_and_village()
    second, unserved = (_village(first.parent, n) for n in "ab")
    office = organisation("village_administration", aimak)
    for ref, place in ((PROJECT, first), (ANOTHER, second)):
        made = adopted_project(donors=5_00, village_share=5_00, administration=office, place=place)
        Project.objects.filter(pk=made.pk).update(public_id=ref)
    Project.objects.get(public_id=ANOTHER).also_serves.set([first, unserved])
    for ref in (CUSTODIAN, OTHER):
        Organisation.objects.filter(pk=organisation("custodian").pk).update(public_id=ref)
    return {"first": first.public_id, "second": second.public_id, "unserved": unserved.public_id}


def _village(aimak, letter):
    since = dt.date(2000, 1, 1)
    return Place.objects.create(
        kind="village", level=4, name_ru=letter, soate=f"X{letter}", parent=aimak, valid_from=since
    )


@pytest.fixture
def books(villages, signer):
    """A signed log with all kinds of accounts, of two projects, a pool and two custodians, and with days."""
    there = openings()
    posted(sample(K.TRANSFER_RECEIVED, there))
    posted(draft(K.PAYMENT_RECEIVED, (BANK, 7), (HELD, -7), date=SPRING, tag="=HYPERLINK(1)", group="+1"))
    posted(draft(K.PAYMENT_RECEIVED, (BANK, 8), (HELD_ELSEWHERE, -8), date=SUMMER))
    posted(draft(K.PAYMENT_RECEIVED, (codes.bank(OTHER), 9), (codes.held_project(OTHER, ANOTHER), -9), date=SUMMER))
    sequence_all(signer=signer)
    return villages


def leaves():
    rows = LogLeaf.objects.order_by("index").values_list("index", "entry__leaf")
    return {index: json.loads(bytes(leaf)) for index, leaf in rows}


def touching(*wanted):
    """Return the places of entries with a posting on an account in whose code one of these stands."""
    return {
        index
        for index, leaf in leaves().items()
        if any(part in each["account"] for each in leaf["postings"] for part in wanted)
    }


def read(answer):
    return answer.getvalue().decode()


@pytest.fixture
def table(ask):
    """Ask for the table; return its rows."""

    def table(**query):
        text = ask("postings.csv", **query).getvalue().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))

    return table


def places(rows):
    return {int(row["index"]) for row in rows}


def sums(rows):
    found = Counter()
    for row in rows:
        found[row["account"], row["currency"]] += int(row["amount_minor"])
    return found


def ours(balances):
    """Return balances with the signs that postings have."""
    return {(each.code, each.currency): codes.account_type(each.code).normal * each.amount for each in balances}


def transactions(text):
    directives, errors, _options = loader.load_string(text)
    assert errors == []
    return [each for each in directives if isinstance(each, Transaction)]


def test_the_whole_ledger_is_given_with_all_that_the_leaves_say(books, table):
    rows = table()
    assert list(rows[0]) == CSV_HEADER
    assert places(rows) == set(leaves())
    assert len(rows) == sum(len(leaf["postings"]) for leaf in leaves().values())
    assert sums(rows) == Counter(ours(balances_like("")))


def test_the_order_is_that_of_the_log(books, table, ask):
    said = [int(row["index"]) for row in table()]
    assert said == sorted(said)
    journal = read(ask("journal.hledger"))
    assert [int(line.split(":")[1]) for line in journal.splitlines() if "; index:" in line] == sorted(leaves())


@pytest.mark.parametrize("query", [{}, {"project": PROJECT}, {"pool": POOL}, {"custodian": OTHER}])
def test_beancount_takes_what_was_asked_for_and_reads_the_same_balances(books, table, ask, query):
    found = Counter()
    for each in transactions(read(ask("journal.beancount", **query))):
        for posting in each.postings:
            found[posting.account, posting.units.currency] += int(posting.units.number * 100)
    assert found == Counter({
        (beancount_account(code), unit): amount for (code, unit), amount in sums(table(**query)).items()
    })  # fmt: skip


@pytest.mark.parametrize("query", [{}, {"project": PROJECT}, {"pool": POOL}, {"custodian": OTHER}, {"from_": SUMMER}])
def test_hledger_takes_what_was_asked_for(books, ask, query, tmp_path, run):
    (tmp_path / "a.journal").write_text(read(ask("journal.hledger", **query)), encoding="ascii")
    assert run(needed("hledger"), "-f", tmp_path / "a.journal", "check", "--strict", "payees") == ""


def test_a_projects_file_has_whole_entries_and_our_balances(books, table):
    rows = table(project=PROJECT)
    expected = touching(f"project-{PROJECT}", f"village-{PROJECT}")
    assert places(rows) == expected < set(leaves())
    found, of_project = sums(rows), ours(balances_for(purpose_ref=PROJECT))
    assert len(of_project) > 8
    assert any("village-" in code for code, _unit in of_project)
    assert {account: found[account] for account in of_project} == of_project
    assert sum(found.values()) == 0


def test_a_pools_file_is_about_the_pool(books, table):
    rows = table(pool=POOL)
    assert places(rows) == touching(f":pool-{POOL}")
    assert {account: sums(rows)[account] for account in [(HELD_POOL, "KGS")]} == ours(balances_for(purpose_ref=POOL))


def test_a_custodians_file_has_the_balances_of_all_its_accounts(books, table):
    rows = table(custodian=OTHER)
    of_custodian = ours(balances_of_custodian(OTHER))
    assert len(of_custodian) == 3
    assert {account: sums(rows)[account] for account in of_custodian} == of_custodian
    assert places(rows) == touching(*{code for code, _unit in of_custodian})
    assert (TRANSIT, "KGS") in sums(rows)  # it stands in the same entry


def test_a_villages_file_is_about_all_projects_that_serve_it(books, table):
    of_each = {ref: places(table(project=ref)) for ref in (PROJECT, ANOTHER)}
    assert of_each[PROJECT] - of_each[ANOTHER]
    assert of_each[ANOTHER] - of_each[PROJECT]
    of_village = {name: places(table(village=ref)) for name, ref in books.items()}
    assert of_village["first"] == of_each[PROJECT] | of_each[ANOTHER]
    assert of_village["second"] == of_village["unserved"] == of_each[ANOTHER]


@pytest.mark.parametrize("file", FILES)
def test_a_village_without_projects_has_an_empty_file(books, ask, file):
    elsewhere = Place.objects.get(public_id=books["first"]).parent.public_id
    text = read(ask(file, village=elsewhere))
    assert "payment.received" not in text.replace("payee payment.received", "")
    assert text.strip()


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from_": SUMMER}, {"2020-07-01", "today"}),
        ({"to": SPRING}, {"2020-04-01"}),
        ({"from_": SPRING, "to": SUMMER}, {"2020-04-01", "2020-07-01"}),
        ({"from_": SPRING, "to": SPRING}, {"2020-04-01"}),
        ({"from_": "2020-04-02", "to": "2020-06-30"}, set()),
    ],
)
def test_both_days_are_within(books, table, query, days):
    today = leaves()[0]["date"]
    assert today > "2020-07-01"
    said = {row["date"] for row in table(**query)}
    assert {"today" if day == today else day for day in said} == days


def test_several_parameters_leave_what_fits_them_all(books, table):
    of_project = places(table(project=ANOTHER))
    of_custodian = places(table(custodian=OTHER))
    assert places(table(project=ANOTHER, custodian=OTHER)) == of_project & of_custodian
    assert len(of_project & of_custodian) == 1
    assert places(table(project=PROJECT, pool=POOL)) == touching(HELD_POOL) & touching(HELD)
    assert places(table(project=ANOTHER, custodian=OTHER, to=SPRING)) == set()


def test_only_what_is_signed_is_given(books, table, signer, tmp_path):
    before = places(table(project=PROJECT))
    received(1)
    assert places(table(project=PROJECT)) == before
    with pytest.raises(SigningRefused):
        sequence(signer=Signer(tmp_path / "no key", signer.origin))
    assert LogLeaf.objects.count() > Checkpoint.objects.latest("size").size
    assert places(table(project=PROJECT)) == before
    sequence(signer=signer)
    assert len(places(table(project=PROJECT))) == len(before) + 1


@pytest.mark.parametrize("file", FILES)
def test_a_file_says_what_is_in_it_and_is_kept_shortly(books, ask, file):
    size = Checkpoint.objects.latest("size").size
    answer = ask(file, project=PROJECT, from_="2026-01-01")
    ending = {"journal.hledger": "journal", "journal.beancount": "beancount", "postings.csv": "csv"}[file]
    name = f"birge-project-{PROJECT}-from-2026-01-01-at-{size}.{ending}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == f"text/{'csv' if ending == 'csv' else 'plain'}; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=2"
    assert answer.streaming
    assert f'"birge-at-{size}.{ending}"' in ask(file)["Content-Disposition"]


WRONG = [
    ("project=nobody", "There is no project 'nobody'.\n"),
    ("project=a%20b%22", "There is no project 'a b\"'.\n"),
    ("project=%00", "There is no project '\\x00'.\n"),
    (f"project={POOL}", f"There is no project '{POOL}'.\n"),
    ("village=nowhere", "There is no place 'nowhere'.\n"),
    (f"pool={PROJECT}", f"There is no pool '{PROJECT}'.\n"),
    ("custodian=nobody", "There is no custodian 'nobody'.\n"),
    (f"custodian={PROJECT}", f"There is no custodian '{PROJECT}'.\n"),
    ("from=yesterday", "from is a day, written as 2026-11-24.\n"),
    ("from=2026-02-30", "from is a day, written as 2026-11-24.\n"),
    ("from=20260224", "from is a day, written as 2026-11-24.\n"),
    ("to=24.11.2026", "to is a day, written as 2026-11-24.\n"),
    ("to=2026-11-24T00:00", "to is a day, written as 2026-11-24.\n"),
    ("from=2026-11-25&to=2026-11-24", "from is a later day than to.\n"),
    ("project=", "Give project once and with a value, or leave it out.\n"),
    ("to=2026-11-24&to=2026-11-25", "Give to once and with a value, or leave it out.\n"),
    ("form=2026-11-24", "There is no parameter 'form': there are project, village, pool, custodian, from, to.\n"),
]


@pytest.mark.parametrize(("query", "sentence"), WRONG)
def test_a_wrong_parameter_is_refused_in_a_plain_sentence(books, client, query, sentence):
    for file in FILES:
        answer = client.get(f"/ledger/{file}?{query}")
        assert (answer.status_code, answer.content.decode()) == (400, sentence)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_a_project_that_no_council_has_adopted_is_not_betrayed(books, table, ask):
    Project.objects.filter(public_id=ANOTHER).update(status="draft")
    ask("postings.csv", 400, project=ANOTHER)
    assert places(table(village=books["second"])) == set()


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_given_before_anything_was_signed(ask, file):
    received(1)
    assert ask(file, 404).content == b"Nothing has been signed yet.\n"


@pytest.mark.parametrize("file", FILES)
def test_who_asks_only_for_the_head_gets_no_body_and_nobody_can_write(books, ask, file):
    head = ask(file, method="head")
    assert (head["Cache-Control"], head.getvalue()) == ("public, max-age=2", b"")
    ask(file, 405, method="post")


def test_no_text_becomes_a_formula_or_a_line_of_its_own(books, table, ask):
    row = next(row for row in table() if row["tag"])
    assert (row["tag"], row["group"], row["amount"]) == ("'=HYPERLINK(1)", "'+1", "0,07")
    meta = next(each.meta for each in transactions(read(ask("journal.beancount"))) if "tag" in each.meta)
    assert unquote(meta["tag"]) == "=HYPERLINK(1)"
    assert "; tag:%3DHYPERLINK%281%29\n" in read(ask("journal.hledger"))


@pytest.mark.parametrize("query", [{}, {"project": PROJECT}, {"custodian": CUSTODIAN, "project": PROJECT}])
@pytest.mark.parametrize("file", FILES)
def test_more_entries_mean_no_more_questions_and_none_counts(books, ask, signer, file, query):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            ask(file, **query).getvalue()
        assert not [each for each in queries.captured_queries if "COUNT(" in each["sql"].upper()]
        return len(queries)

    before = asked()
    posted(*[draft(K.PAYMENT_RECEIVED, (BANK, n), (HELD, -n)) for n in range(1, 60)])
    sequence_all(signer=signer)
    assert asked() == before <= 6


@pytest.mark.parametrize("at_once", [1, 2, 3, 7])
@pytest.mark.parametrize("query", [{}, {"pool": POOL}, {"project": ANOTHER}, {"from_": SUMMER}, {"to": SPRING}])
def test_the_file_is_the_same_however_it_was_cut(books, ask, at_once, query):
    whole = ask("journal.hledger", **query).getvalue()
    with mock.patch.object(exporting, "AT_ONCE", at_once), mock.patch.object(exporting, "PIECE", at_once):
        assert ask("journal.hledger", **query).getvalue() == whole


def test_entries_are_read_only_as_far_as_the_reader_has_come(books, ask, django_assert_max_num_queries):
    with mock.patch.object(exporting, "AT_ONCE", 1), mock.patch.object(exporting, "PIECE", 1):
        pieces = iter(ask("postings.csv"))
        with django_assert_max_num_queries(2):
            assert next(pieces).startswith(b"\xef\xbb\xbfindex;")
            assert [next(pieces)[:2] for _posting in range(4)] == [b"0;", b"0;", b"0;", b"1;"]


def test_one_that_pays_a_fee_is_whole_in_both_files(books, table, signer):
    one(K.FEE_CHARGED, (HELD, 5), (BANK, -5))
    sequence(signer=signer)
    newest = max(leaves())
    assert newest in places(table(project=PROJECT)) & places(table(custodian=CUSTODIAN))
