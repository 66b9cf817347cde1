"""`birge-witness`: it signs what continues what it saw, keeps what contradicts it, and forgets nothing."""

import base64
import stat
import threading

import pytest

from birge_engine.note import checkpoint_open, key_parse, note_check, note_parse
from birge_engine.verify.witness import Witness, main
from tests.factories.logs import BANK, NAME, OTHER, WITNESS, Log, entry, numbered, story
from tests.factories.platforms import Platform, served


@pytest.fixture
def platform():
    with served(Platform(of_size(8))) as platform:
        yield platform


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "witness"


@pytest.fixture
def look(platform, folder, capsys):
    def run(*options, key=None):
        given = ["--name", WITNESS, "--folder", str(folder), "--key", str(key or Log().key)]
        status = main([platform.address, *given, *options])
        return status, capsys.readouterr().out

    return run


@pytest.fixture
def own_key(folder, capsys):
    assert main(["--name", WITNESS, "--folder", str(folder), "--show-key"]) == 0
    return key_parse(capsys.readouterr().out)


def of_size(size, change=None, seed=1):
    entries = story()
    if change:
        change(entries)
    log = Log(numbered(entries), seed=seed)
    log.leaves = log.leaves[:size]
    return log


def rewritten(entries):
    entries[3]["commitment"] = "00" * 32


def inserted(entries):
    entries.insert(1, entry("payment.received", (BANK, 1), (OTHER, -1), id="00000000-0000-7000-8000-000000000000"))


def reordered(entries):
    entries[5], entries[6] = entries[6], entries[5]


def kept(folder):
    return sorted(path.name for path in folder.glob("contradiction-*"))


def test_it_signs_what_it_sees_first_and_what_continues_it(platform, look, folder, own_key):
    for size in (8, 8, 9, 16, 20):
        platform.log = of_size(size)
        status, said = look()
        assert status == 0
        note = note_parse(f"{platform.log.checkpoint().rpartition(chr(10) * 2)[0]}\n\n{said}")
        ((_key, seconds),) = note_check(note, [own_key])
        assert seconds > 1_700_000_000
        assert checkpoint_open((folder / "last").read_text(), platform.log.key).size == size
    assert kept(folder) == []


def test_a_log_that_begins_with_nothing_is_continued_by_anything(platform, look):
    for size in (0, 0, 5):
        platform.log = of_size(size)
        assert look()[0] == 0


@pytest.mark.parametrize("lie", [rewritten, inserted, reordered])
@pytest.mark.parametrize("size", [8, 9, 20])
def test_it_refuses_another_history_and_keeps_the_evidence(lie, size, platform, look, folder, own_key):
    look()
    last = (folder / "last").read_text()
    platform.log = of_size(size, lie)
    status, said = look("--submit")
    assert status == 1
    assert said.startswith("CONTRADICTION: ")
    assert platform.posted == []
    (name,) = kept(folder)
    assert name.startswith(f"contradiction-{size}-")
    one, two = last, (folder / name).read_text()
    assert checkpoint_open(two, Log().key).size == size, "both are signed by the log: nobody can deny it"
    assert checkpoint_open(one, Log().key).size == 8
    assert (folder / "last").read_text() == last
    platform.log = of_size(20)
    assert look()[0] == 0, "the honest history is still continued"


def test_it_refuses_a_history_that_became_shorter(platform, look, folder):
    look()
    platform.log = of_size(7)
    status, said = look()
    assert status == 1
    assert "8 entries were shown before, and now only 7" in said
    assert len(kept(folder)) == 1


@pytest.mark.parametrize(
    "proof", [b"", b"no base64!\n", b"AAAA\n", b"\xff", base64.b64encode(bytes(32)) + b"\n", b"\n" * 9]
)
def test_a_proof_that_is_none_is_no_excuse(proof, platform, look):
    look()
    platform.log = of_size(20)
    platform.instead["proof/consistency"] = proof
    assert look()[0] == 1


@pytest.mark.parametrize(
    ("place", "answer", "words"),
    [
        ("checkpoint", (404, b"Nothing has been signed yet.\n"), "Nothing has been signed yet."),
        ("checkpoint", b"hello\n", "no signed note"),
        ("checkpoint", b"\xff", "decode"),
        ("checkpoint", b"BREAKS OFF", "IncompleteRead"),
        ("proof/consistency", (400, b"the newest checkpoint covers 8 entries\n"), "covers 8 entries"),
        ("proof/consistency", b"BREAKS OFF", "IncompleteRead"),
    ],
)
def test_what_it_cannot_find_out_it_does_not_sign(place, answer, words, platform, look, folder):
    look()
    last = (folder / "last").read_text()
    platform.log = of_size(20)
    platform.instead[place] = answer
    status, said = look()
    assert status == 2
    assert said.startswith("COULD NOT FIND OUT: ")
    assert words in said
    assert (folder / "last").read_text() == last


def test_nobody_there(look, platform):
    platform.address = "http://127.0.0.1:9"
    assert look()[0] == 2


def test_it_signs_only_for_the_key_that_it_was_given(platform, look, folder):
    platform.log = of_size(8, seed=2)
    status, said = look()
    assert status == 2
    assert f"not signed by {NAME}" in said
    assert not (folder / "last").exists()


def test_it_needs_an_address_and_a_key_from_elsewhere(folder, capsys):
    for given in ([], ["http://127.0.0.1:9"], ["--key", str(Log().key)]):
        assert main([*given, "--name", WITNESS, "--folder", str(folder)]) == 2
        assert "give the platform's address, and the ledger's key with --key" in capsys.readouterr().out


def test_its_key_stays_the_same_and_is_for_its_own_eyes(own_key, folder, look):
    look()
    assert Witness(folder, WITNESS).key() == own_key
    for name in ("key", "last"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damaged", [b"", b"no base64!", b"AAAA\n", b"\xff"])
def test_a_damaged_key_is_told_and_not_replaced(damaged, own_key, folder, look):
    (folder / "key").write_bytes(damaged)
    status, said = look()
    assert status == 2
    assert "is damaged" in said
    assert (folder / "key").read_bytes() == damaged


def test_a_damaged_memory_is_not_taken_for_a_first_look(folder, look):
    look()
    (folder / "last").write_text("")
    assert look()[0] == 2
    assert (folder / "last").read_text() == ""


def test_a_name_that_cannot_stand_in_a_signature_is_refused_before_it_looks(platform, folder, capsys):
    given = ["--name", "two words", "--folder", str(folder), "--key", str(Log().key)]
    assert main([platform.address, *given]) == 2
    assert "no blanks" in capsys.readouterr().out
    assert not (folder / "last").exists()


def test_it_sends_its_signature_to_the_platform_if_asked(platform, look, own_key):
    look()
    assert platform.posted == []
    assert look("--submit")[0] == 0
    (posted,) = platform.posted
    assert [key for key, _seconds in note_check(note_parse(posted), [own_key])] == [own_key]


def test_a_platform_that_does_not_take_the_signature_is_told_of(platform, look):
    platform.instead["cosignatures"] = (400, b"no witness that we know has signed it\n")
    status, said = look("--submit")
    assert status == 2
    assert "no witness that we know has signed it" in said


def test_two_looks_at_once_do_not_go_back_in_time(platform, look, folder):
    """The slow one has seen less; it must not make the other one forget."""
    look()
    slow, go_on = threading.Event(), threading.Event()
    earlier = of_size(9).checkpoint().encode()

    def held(_given):
        slow.set()
        go_on.wait(10)
        return earlier

    platform.instead["checkpoint"] = held
    first = threading.Thread(target=look)
    first.start()
    assert slow.wait(10)
    platform.log = of_size(20)
    del platform.instead["checkpoint"]
    second = threading.Thread(target=look)
    second.start()
    second.join(0.3)
    go_on.set()
    first.join(10)
    second.join(10)
    assert checkpoint_open((folder / "last").read_text(), Log().key).size == 20
