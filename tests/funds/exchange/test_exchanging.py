"""The custodian really exchanges: two officers, one entry, and what it gave or took is for everyone to see."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from birge import clock
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from birge.money import Money
from funds.banking.models import BankLine
from funds.exchange.models import Exchange
from funds.exchange.selectors import exchange_standing
from funds.exchange.services import Side, exchange_ask, exchange_book, exchange_refuse
from funds.ledger.models import Entry
from tests.factories.exchange import bank_in, fx_in, pay_in, promised_in
from tests.factories.funds import factor, open_village_project, paper, person
from tests.factories.rates import trusted
from tests.factories.statements import account_at_bank

pytestmark = pytest.mark.django_db
ROUBLES, SOM = Money(5_000_00, "RUB"), Money(4_575_00, "KGS")


@pytest.fixture
def world():
    """A custodian that holds 5 000 roubles, which count 4 600 som."""
    made = open_village_project()
    trusted("RUB", "0.92")
    pay_in(made, promised_in(made.project, 5_000_00, "RUB"), 5_000_00, "RUB")
    return made


def ask(world, **changes):
    request = {
        "custodian": world.custodian,
        "gave": Side(ROUBLES),
        "got": Side(SOM),
        "done_on": clock.today(),
        "actor": world.officer,
        "idempotency": ("user:test", "exchange"),
        "reference": "FX-7",
    }
    return exchange_ask(**(request | changes))


def book(world, exchange):
    return exchange_book(exchange=exchange, actor=world.second_officer, proof=factor(world.second_officer))


def standing(world):
    found = exchange_standing(world.custodian)
    return [str(each.amount.minor) + each.amount.currency for each in found.positions], found.result


def test_before_it_is_exchanged_it_is_an_open_position_at_the_last_rate(world):
    assert standing(world) == (["500000RUB"], Money(0, "KGS"))
    trusted("RUB", "0.90", source="nbkr-file")  # the same day: the first one counts
    assert standing(world)[1] == Money(0, "KGS")


def test_what_the_rate_does_to_it_shows_before_anybody_exchanges():
    made = open_village_project()
    yesterday = clock.today() - dt.timedelta(days=1)
    trusted("RUB", "0.92", yesterday)
    pay_in(made, promised_in(made.project, 5_000_00, "RUB"), 5_000_00, "RUB", received_on=yesterday)
    trusted("RUB", "0.90")
    assert standing(made) == (["500000RUB"], Money(-100_00, "KGS"))


def test_two_officers_book_it_and_the_loss_has_an_account_of_its_own(world):
    asked = ask(world)
    assert (asked.status, asked.official_minor, asked.difference) == ("asked", 4_600_00, Money(-25_00, "KGS"))
    assert bank_in(world, "RUB") == 5_000_00
    booked = book(world, asked)
    assert booked.status == "booked"
    assert (bank_in(world, "RUB"), bank_in(world, "KGS")) == (0, 4_575_00)
    assert (fx_in(world, "RUB"), fx_in(world, "KGS")) == (0, 25_00)
    assert standing(world) == ([], Money(-25_00, "KGS"))
    assert Entry.objects.get(pk=booked.entry_id).kind == "fx.converted"


def test_the_same_is_asked_and_booked_once(world):
    asked = ask(world)
    assert ask(world) == asked
    assert book(world, book(world, asked)).entry_id == Exchange.objects.get().entry_id
    with pytest.raises(Conflict) as refusal:
        ask(world, idempotency=("user:test", "another"))
    assert refusal.value.code == "duplicate_exchange"


def test_nobody_exchanges_alone_and_not_without_a_second_factor(world):
    asked = ask(world)
    with pytest.raises(NotAllowed) as refusal:
        exchange_book(exchange=asked, actor=world.officer, proof=factor(world.officer))
    assert refusal.value.code == "same_person"
    with pytest.raises(SecondFactorRequired):
        exchange_book(exchange=asked, actor=world.second_officer, proof=None)
    stranger = person()
    for verb in (
        lambda: ask(world, actor=stranger, idempotency=("user:test", "x")),
        lambda: exchange_book(exchange=asked, actor=stranger, proof=factor(stranger)),
        lambda: exchange_refuse(exchange=asked, actor=stranger, reason="no"),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert fx_in(world, "RUB") == -5_000_00


def test_no_more_is_exchanged_than_the_books_know_of(world):
    asked = ask(world, gave=Side(Money(5_000_01, "RUB")))
    with pytest.raises(RuleNotMet) as refusal:
        book(world, asked)
    assert (refusal.value.code, refusal.value.data["available"]) == ("not_so_much", 5_000_00)
    assert Exchange.objects.get().status == "asked"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gave": Side(Money(0, "RUB"))}, "gave"),
        ({"got": Side(Money(5_000_00, "RUB"))}, "got"),
        ({"done_on": clock.today() + dt.timedelta(days=2)}, "done_on"),
        ({"done_on": clock.today() - dt.timedelta(days=400)}, "done_on"),
        ({"reference": " "}, "reference"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(world, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        ask(world, **changes)
    assert refusal.value.field == field


def test_the_banks_lines_of_both_sides_are_this_exchange_and_nothing_else(world):
    lines = [_line(world, -ROUBLES), _line(world, SOM)]
    booked = book(world, ask(world, gave=Side(ROUBLES, line=lines[0]), got=Side(SOM, line=lines[1])))
    assert {line.payment_ref for line in BankLine.objects.all()} == {booked.public_id}


def test_a_line_of_another_sum_or_another_custodian_is_refused(world):
    elsewhere = open_village_project()
    for line in (_line(world, Money(-4_000_00, "RUB")), _line(elsewhere, -ROUBLES, number="999")):
        with pytest.raises(InvalidInput) as refusal:
            ask(world, gave=Side(ROUBLES, line=line))
        assert refusal.value.field == "line"


def test_it_is_refused_with_a_reason_and_then_never_booked(world):
    asked = ask(world, reference="", paper=paper(world))
    with pytest.raises(InvalidInput):
        exchange_refuse(exchange=asked, actor=world.officer, reason=" ")
    exchange_refuse(exchange=asked, actor=world.officer, reason="the bank did it another day")
    with pytest.raises(RuleNotMet) as refusal:
        book(world, asked)
    assert refusal.value.code == "decided"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE exchange_exchange SET got_minor = 1",
        "UPDATE exchange_exchange SET status = 'asked', entry_id = NULL",
        "DELETE FROM exchange_exchange",
    ],
)
def test_the_database_itself_lets_nobody_change_or_delete_it(world, sql):
    book(world, ask(world))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def _line(world, amount, number=""):
    account = account_at_bank(world.custodian, number or f"10{amount.currency}", amount.currency)
    file = account.files.create(
        sha256="0" * 64, format="csv", first_day=clock.today(), last_day=clock.today(), line_count=1, new_count=1
    )
    return account.lines.create(
        file=file, day=clock.today(), amount_minor=amount.minor, currency=amount.currency, identity=f"x{amount.minor}"
    )
