"""What was sent, arrived with a fee, came back and was lost, taken away from us: the verifier finds that all holds."""

import pytest
from django.conf import settings

from birge_engine.verify import cli
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from tests.factories import transfers as make

pytestmark = pytest.mark.django_db


def test_an_archive_with_transfers_in_every_state_holds(tmp_path, monkeypatch, capsys):
    both = make.two(9_000_00)
    make.received(both, 1_000_00)
    make.received(both, 1_000_00, 985_00)
    make.closed(both, 500_00)
    make.closed(both, 700_00, how="lost")
    make.sent(both, 300_00)
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    key = signer.key_make()
    size = sequence_all(signer=signer, at_once=100).size
    monkeypatch.setattr(settings, "LEDGER_EXPORTS", tmp_path)
    archive = archive_write()
    assert cli.main([str(archive), "--key", str(key)]) == cli.HOLDS
    assert capsys.readouterr().out.startswith(f"HOLDS: {size} entries")
    assert both.transit() == 300_00
