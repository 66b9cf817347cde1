"""`birge-verify RECEIPT.json`: it proves what it says, to the one whose it is, and nothing after a single change."""

import json
import random

import pytest

from birge_engine.receipt import amount_of
from birge_engine.verify.cli import main
from tests.factories.logs import BANK, HELD, NAME, OPENING, Log, entry, story, witness_key, witnessed


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def check(log, tmp_path, capsys):
    """Return what checks a receipt given as text, bytes or content; it returns status and text."""

    def run(receipt, *options):
        path = tmp_path / "birge-receipt.json"
        text = receipt if isinstance(receipt, str | bytes) else json.dumps(receipt)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        status = main([str(path), *map(str, options)])
        return status, capsys.readouterr().out

    return run


@pytest.fixture
def content(log):
    return json.loads(log.receipt(3, OPENING))


def test_a_receipt_proves_an_entry_without_the_platform(log, check):
    status, said = check(log.receipt(18), "--key", log.key)
    assert status == 0
    assert said.splitlines() == [
        "HOLDS: payment.received of 70 KGS (minor units), 2026-11-24.",
        f"  stands at place 18 of the 20 entries that {NAME} has signed",
    ]


def test_it_says_whose_it_is_to_whoever_can_open_it(log, check):
    assert "it is the entry of whoever holds this receipt" in check(log.receipt(3, OPENING))[1]
    assert "whoever holds" not in check(log.receipt(3))[1]


def test_without_a_key_it_asks_to_compare_the_one_that_came_with_it(log, check):
    assert f"Compare its fingerprint with one from elsewhere: {log.key.fingerprint}" in check(log.receipt(3))[1]


@pytest.mark.parametrize("index", range(20))
def test_every_entry_has_its_receipt(index, log, check):
    assert check(log.receipt(index))[0] == 0


def test_the_lines_of_witnesses_do_no_harm(log, content, check):
    content["proof"] = content["proof"].replace(log.checkpoint(), witnessed(log.checkpoint()))
    assert check(content)[0] == 0


def opened_with(**changed):
    return lambda content: content["opening"].update(changed)


def proof_with(old, new):
    def change(content):
        assert old in content["proof"]
        content["proof"] = content["proof"].replace(old, new, 1)

    return change


CHANGES = {
    "another amount": (lambda content: content["amount"].update(minor=999), "the receipt says 999 KGS, the entry 1000"),
    "another currency": (lambda content: content["amount"].update(currency="USD"), "says 1000 USD, the entry 1000 KGS"),
    "an amount as a decimal": (lambda content: content["amount"].update(minor=1000.0), "says 1000.0 KGS"),
    "no amount": (lambda content: content.pop("amount"), "no receipt of Birge"),
    "another label": (opened_with(label="refund"), "it is somebody else's"),
    "another reference": (opened_with(reference="PAYM9999"), "it is somebody else's"),
    "another secret": (opened_with(r="ff" * 32), "it is somebody else's"),
    "a secret in capitals": (opened_with(r=bytes(range(32)).hex().upper()), "not written as it should be"),
    "a secret with blanks": (opened_with(r=bytes(range(32)).hex(" ")), "not written as it should be"),
    "half a secret": (opened_with(r="00"), "not written as it should be"),
    "a secret that is a number": (opened_with(r=7), "no receipt of Birge"),
    "a label without end": (opened_with(label="x" * 70_000), "no receipt of Birge"),
    "half a character": (opened_with(label="\ud800"), "no receipt"),
    "an opening that is none": (lambda content: content.update(opening=None), "no receipt of Birge"),
    "an empty opening": (lambda content: content.update(opening={}), "no receipt of Birge"),
    "another leaf": (lambda content: content.update(leaf=Log().leaves[8].decode()), "leads to another root"),
    "a leaf that is none": (lambda content: content.update(leaf="{}"), "wrong fields"),
    "a leaf as an object": (lambda content: content.update(leaf=json.loads(content["leaf"])), "no receipt of Birge"),
    "another place": (proof_with("index 3", "index 4"), "leads to another root"),
    "a place beyond the end": (proof_with("index 3", "index 20"), "has no leaf 20"),
    "a place with a zero before": (proof_with("index 3", "index 03"), "not of the form tlog-proof@v1"),
    "a place in other digits": (proof_with("index 3", "index ٣"), "not of the form tlog-proof@v1"),
    "another form of proof": (proof_with("@v1", "@v2"), "not of the form tlog-proof@v1"),
    "no proof": (lambda content: content.update(proof=""), "not of the form tlog-proof@v1"),
    "another size": (proof_with("\n20\n", "\n21\n"), f"the signature of {NAME} is false"),
    "another key": (lambda content: content.update(key=str(Log(seed=2).key)), f"not signed by {NAME} with the key"),
    "a witness's key": (lambda content: content.update(key=str(witness_key()[0])), "not signed by university.test"),
    "no key": (lambda content: content.pop("key"), "no receipt of Birge"),
    "a field nobody knows": (lambda content: content.update(note="x"), "no receipt has the fields ['note']"),
    "another form": (lambda content: content.update(birge="receipt/v2"), "'receipt/v2' cannot be read by this program"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_receipt_that_was_changed_proves_nothing(what, content, check):
    change, words = CHANGES[what]
    change(content)
    status, said = check(content)
    assert status == 1
    assert said.startswith("DOES NOT HOLD: ")
    assert words in said


def test_a_hash_too_few_or_too_many_proves_nothing(content, check):
    lines = content["proof"].split("\n")
    blank = lines.index("")
    for other in (lines[:2] + lines[3:], [*lines[:blank], lines[2], *lines[blank:]]):
        assert check({**content, "proof": "\n".join(other)})[0] == 1


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "{}", "[" * 99_999, b"\xff", b"\x00"])
def test_what_is_no_receipt_proves_nothing(text, check):
    assert check(text)[0] == 1


def test_the_key_that_was_given_must_be_the_one_that_signed(log, check):
    other = Log(seed=2)
    status, said = check(log.receipt(3), "--key", other.key)
    assert status == 1
    assert f"it brings the key {log.key.fingerprint}, and you gave {other.key.fingerprint}" in said
    forged = json.loads(other.receipt(3)) | {"key": str(log.key)}
    assert check(forged, "--key", log.key)[0] == 1


def test_a_bit_turned_over_anywhere_is_found(log, check):
    data = log.receipt(3, OPENING).encode()
    chance = random.Random("a receipt")
    for place in range(len(data)):
        bit = chance.randrange(8)
        for options in ([], ["--key", log.key]):
            status, said = check(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :], *options)
            assert status == 1, f"byte {place}, bit {bit}, {options}: {said}"


def test_a_letter_between_capital_and_small_changes_something(log, check):
    data = log.receipt(3, OPENING)
    for place, letter in enumerate(data):
        other = data[:place] + letter.swapcase() + data[place + 1 :]
        assert other == data or check(other)[0] == 1, f"letter {place}"


def test_a_file_or_a_key_that_is_not_there_is_not_judged(log, check, tmp_path):
    assert main([str(tmp_path / "nothing.json")]) == 2
    assert check(log.receipt(3), "--key", tmp_path / "nothing.txt")[0] == 2
    assert check(log.receipt(3), "--key", "")[0] == 2


@pytest.mark.parametrize(("index", "amount"), [(0, 5000), (3, 1000), (7, 200), (9, 50), (11, 300), (17, 600), (19, 30)])
def test_what_a_receipt_is_about_is_what_came_or_else_what_was_debited(index, amount):
    assert amount_of(story()[index])[0] == amount


def test_a_transfer_between_custodians_is_about_what_it_moved_once():
    there, transit, theirs = "bank:else6789:main", "transit:cust2345:else6789", "held:else6789:project-proj2345"
    sent = entry("transfer.received", (there, 400), (transit, -400), (HELD, 400), (theirs, -400))
    assert amount_of(sent) == (400, "KGS")
    assert amount_of(entry("refund.paid", (HELD, 7), (BANK, -7))) == (7, "KGS")
    advance, account, spent = (f"{name}:cust2345:project-proj2345" for name in ("advance", "accountable", "spent"))
    tranche = entry("tranche.released", (HELD, 9), (BANK, -9), (advance, 9), (account, -9))
    assert amount_of(tranche) == (9, "KGS")
    assert amount_of(entry("expense.documented", (f"{spent}:1", 4), (advance, -4))) == (4, "KGS")
