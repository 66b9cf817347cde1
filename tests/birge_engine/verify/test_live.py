"""The platform itself, over HTTP: anyone can check it, and a witness finds out when it tells another history."""

import urllib.request

import pytest

from birge_engine.note import key_parse
from birge_engine.verify import cli, witness
from funds.ledger.models import Cosignature
from funds.ledger.sequencing import sequence_all
from funds.ledger.signing import Signer
from tests.factories import attacks
from tests.factories.ledger import BANK, CASH, HELD, UNIDENTIFIED, K, one, received, undone
from tests.factories.logs import WITNESS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signer(tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    return signer


@pytest.fixture
def platform(live_server, signer):
    """A platform with a few entries; its address."""
    for amount in (100, 200, 300):
        received(amount)
    unknown = one(K.PAYMENT_UNIDENTIFIED, (CASH, 50), (UNIDENTIFIED, -50))
    one(K.PAYMENT_IDENTIFIED, (UNIDENTIFIED, 50), (HELD, -50), resolves=unknown)
    undone(received(7))
    sequence_all(signer=signer, at_once=4)
    return live_server.url


@pytest.fixture
def say(capsys):
    def run(command, *arguments):
        status = command.main([str(each) for each in arguments])
        return status, capsys.readouterr().out

    return run


def read(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def test_anyone_checks_the_platform_and_a_witness_finds_its_lie(platform, signer, settings, say, tmp_path):
    key = signer.key()
    status, said = say(cli, platform, "--key", key)
    assert status == 0
    assert said.startswith("HOLDS: 7 entries of birge.test/ledger")

    folder = tmp_path / "witness"
    as_witness = ["--name", WITNESS, "--folder", folder]
    looking = [platform, *as_witness, "--key", key]
    own_key = key_parse(say(witness, *as_witness, "--show-key")[1])
    assert say(witness, *looking, "--submit")[0] == 2, "the platform knows no witness yet"
    settings.LEDGER_WITNESSES = [str(own_key)]
    assert say(witness, *looking, "--submit")[0] == 0
    assert Cosignature.objects.count() == 1
    assert f"\N{EM DASH} {WITNESS} " in read(f"{platform}/ledger/checkpoint")
    assert "seen by" in say(cli, platform, "--witness", own_key)[1]
    (tmp_path / "old").write_text(read(f"{platform}/ledger/checkpoint"))

    for amount in (11, 12):
        received(amount)
    sequence_all(signer=signer)
    assert say(cli, platform, "--witness", own_key)[0] == 1, "it has not seen these entries yet"
    assert say(witness, *looking)[0] == 0
    assert "continues the earlier checkpoint of 7" in say(cli, platform, "--since", tmp_path / "old")[1]

    attacks.history_rewrite(attacks.gift_made_smaller(attacks.history(), 3), signer, old_size=7)
    assert say(cli, platform, "--key", key)[0] == 0, "who kept nothing sees nothing"
    status, said = say(witness, *looking, "--submit")
    assert status == 1
    assert said.startswith("CONTRADICTION: ")
    (evidence,) = folder.glob("contradiction-9-*")
    assert evidence.read_text() == read(f"{platform}/ledger/checkpoint")
    assert not Cosignature.objects.exists()
    status, said = say(cli, platform, "--key", key, "--since", tmp_path / "old")
    assert status == 1
    assert "history was rewritten: the first 7 entries" in said


@pytest.mark.parametrize(
    "forgery",
    [
        attacks.gift_made_smaller,
        attacks.gift_given_to_another,
        attacks.gift_deleted,
        attacks.fee_put_into_the_past,
        attacks.gifts_put_into_another_order,
    ],
)
def test_a_forgery_leaves_books_that_agree_with_themselves(forgery, platform, signer, say):
    """Only so is it worth anything that it is found. That check_ledger is silent is looked at after every test."""
    received(500, to=HELD.replace("BBBB3333", "FFFF6666"), of=BANK)
    sequence_all(signer=signer)
    before = attacks.history()
    attacks.history_rewrite(forgery(before, 8), signer)
    assert attacks.history() != before
    assert say(cli, platform)[0] == 0
