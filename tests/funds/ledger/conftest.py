"""What the tests of the ledger start from."""

import pytest

from funds.ledger import codes
from funds.ledger.checks import check_ledger
from funds.ledger.commitments import commitment_make, opening_keep
from tests.factories.ledger import (
    ADVANCE,
    ANOTHER,
    BANK,
    BANK_OF_OTHER,
    CUSTODIAN,
    HELD,
    HELD_BY_OTHER,
    PROMISED,
    PROMISOR,
    K,
    one,
    openings,
    received,
    undone,
)


@pytest.fixture
def there():
    """Books with a bit of everything; the entries that others may name."""
    there = openings()
    commitment, opening = commitment_make("payment", "GGGG7777")
    there["donor"] = one(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300), commitment=commitment)
    opening_keep(opening, there["donor"])
    there["met"] = one(K.PLEDGE_MET, (PROMISED, -300_00), (PROMISOR, 300_00), resolves=there[K.PLEDGE_CONFIRMED])
    there["more"] = one(K.PLEDGE_CONFIRMED, (PROMISED, 77), (PROMISOR, -77))
    there["wrong"] = received(88)
    there["undone"] = undone(there["wrong"])[0]
    there["spent"] = one(K.EXPENSE_DOCUMENTED, (codes.spent(CUSTODIAN, "BBBB3333", 1), 99), (ADVANCE, -99))
    received(5, to=HELD_BY_OTHER, of=BANK_OF_OTHER)  # another custodian's accounts
    one(K.VILLAGE_SPENT, (codes.spent(CUSTODIAN, ANOTHER, 1), 5), (codes.accountable(CUSTODIAN, ANOTHER), -5))
    assert check_ledger() == []
    return there
