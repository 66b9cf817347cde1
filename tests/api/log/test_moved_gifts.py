"""A gift that went on to another project: anyone computes its match there once more from the archive."""

import datetime as dt
import tarfile

import pytest

from birge import clock
from birge_engine.verify import cli
from funds.ledger.models import Entry
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence_all
from funds.matching.models import Given
from funds.settlement.services import tick
from tests.factories import returns as back
from tests.factories.funds import open_village_project
from tests.factories.matching import ONE_TO_ONE, published

pytestmark = pytest.mark.django_db


def test_the_verifier_accepts_a_moved_gift_and_the_match_that_it_draws(settings, tmp_path, signer):
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    world = open_village_project(matching=6_000_00)
    other = open_village_project(custodian=world.custodian, matching=6_000_00)
    other.project.village = world.project.village
    other.project.save(update_fields=["village"])
    published(world.custodian, ONE_TO_ONE, amount=3_000_00)
    back.choose_village(back.paid_gift(world, 700_00))
    back.give_up(world)
    with clock.moved_to(clock.now() + dt.timedelta(days=14)):
        assert tick().failed == []
    assert Given.objects.get(project=other.project).amount_minor == 700_00
    assert Entry.objects.filter(kind="surplus.moved").count() == 1
    sequence_all(signer=signer)
    with tarfile.open(archive_write()) as archive:
        archive.extractall(tmp_path / "files", filter="data")
    assert cli.main([str(tmp_path / "files" / "birge-ledger")]) == 0
