"""Who signs the log of a test."""

import pytest

from funds.ledger.signing import Signer


@pytest.fixture
def signer(tmp_path):
    """Return a signer with a key of its own."""
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    return signer
