"""What the tests of the ledger start from."""

import pytest

from funds.ledger import codes, leaves, proofs, sequencing
from funds.ledger.checks import check_ledger, log
from funds.ledger.commitments import commitment_make, opening_keep
from funds.ledger.models import LogLeaf
from funds.ledger.signing import Signer
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


@pytest.fixture
def signer(tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    return signer


@pytest.fixture
def all_levels(monkeypatch):
    """Keep every level of the tree: else there is no node before the 256th entry."""
    for module in (log, proofs, sequencing):
        monkeypatch.setattr(module, "STEP", 1)


@pytest.fixture
def in_log(there, signer, all_levels, monkeypatch):
    """The same books; thirteen entries stand in the log, which was signed when it had seven and now. Return them."""
    monkeypatch.setattr(leaves, "_end_of_commands", lambda _end: None)  # else a command would not be divided
    for at_once in (7, 6):
        sequencing.sequence(signer=signer, at_once=at_once)
    assert check_ledger() == []
    return [leaf.entry for leaf in LogLeaf.objects.order_by("index").select_related("entry")]
