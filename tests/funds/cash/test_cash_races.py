"""Many at once, on PostgreSQL with real threads: numbers without a gap, the ceiling kept, cash banked once."""

import pytest

from birge.money import Money
from funds.cash.models import CashPart, CashReceipt
from funds.cash.selectors import in_hands_of
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.settlement.services import pool_cash_bank
from tests.factories import cash
from tests.factories import pools as make
from tests.factories.funds import factor
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_numbers_that_are_given_out_at_once_have_no_gap():
    world = make.pool_of()
    all_at_once([lambda: make.cash_recorded(world)] * 12)
    assert sorted(CashReceipt.objects.values_list("number", flat=True)) == list(range(1, 13))


def test_the_ceiling_holds_however_many_write_down_at_once(settings):
    settings.CASH_CEILING = {"KGS": 1_000_00}
    world = make.pool_of()
    done = all_at_once([lambda: make.cash_recorded(world, 300_00)] * 8)
    assert sorted(getattr(each, "code", "kept") for each in done) == ["kept"] * 3 + ["over_ceiling"] * 5
    assert in_hands_of(world.association.treasurer, world.association.organisation, "KGS") == 900_00


def test_one_line_and_the_same_cash_come_to_the_bank_once():
    world = make.pool_of()
    make.cash_in(world, 300_00)
    line = cash.line_at_bank(world.custodian, 300_00)

    def bank(n):
        return lambda: pool_cash_bank(
            pool=world.pool,
            amount=Money(300_00, "KGS"),
            actor=world.officer,
            line=line if n % 2 else None,
            bank_reference=f"B-{n}",
            proof=factor(world.officer),
            idempotency=("user:test", f"race-{n}"),
        )

    all_at_once([bank(n) for n in range(8)])
    assert CashPart.objects.get().amount_minor == 300_00
    assert balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS") == 0
