"""`birge-verify`: what it says of an honest ledger, and what of things that it cannot read."""

import json

import pytest

from birge_engine.verify.cli import main
from tests.factories.logs import NAME, Log, pack, story, witness_key


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def key(log, tmp_path):
    (tmp_path / "key.txt").write_text(f"{log.key}\n")
    return str(tmp_path / "key.txt")


def test_an_honest_ledger_holds_from_a_folder_and_from_an_archive(log, tmp_path, capsys):
    for where in (log.export(tmp_path / "export"), log.archive(tmp_path / "ledger.tar.gz")):
        assert main([str(where)]) == 0
        assert capsys.readouterr().out.splitlines() == [
            f"HOLDS: 20 entries of {NAME}, each balanced, in the order that was signed.",
            "  15 accounts, their published balances are right",
            "  2 allocations computed once more from the rules",
            f"  signed by {NAME}, fingerprint of the key {log.key.fingerprint}",
            "  The key came with the data. Compare its fingerprint with one that you have from elsewhere (--key).",
        ]


def test_who_gives_a_key_is_not_told_to_compare_it(log, key, tmp_path, capsys):
    where = str(log.export(tmp_path / "export"))
    for given in (key, str(log.key)):
        assert main([where, "--key", given]) == 0
        assert "Compare" not in capsys.readouterr().out


def test_a_ledger_without_entries_holds(tmp_path, capsys):
    empty = Log()
    empty.leaves = []
    assert main([str(empty.export(tmp_path / "export"))]) == 0
    assert "HOLDS: 0 entries" in capsys.readouterr().out


def test_what_was_not_published_is_not_said_to_be_right(log, tmp_path, capsys):
    assert main([str(log.export(tmp_path / "export", accounts=None))]) == 0
    assert "  15 accounts, no published balances came with them to compare" in capsys.readouterr().out


def test_a_single_entry_may_have_any_letters(tmp_path):
    entries = story()
    entries[3]["tag"] = 'Ак-Өргө \u2028 \\ "7" \x07'
    assert main([str(Log(entries).export(tmp_path / "export"))]) == 0


UNREADABLE = {
    "no such file": (lambda _log, folder: folder / "nothing.tar.gz", "nothing.tar.gz"),
    "an empty folder": (lambda _log, folder: folder, "holds no entries.jsonl"),
    "no archive": (lambda _log, folder: written(folder / "text.tar.gz", b"hello"), "text.tar.gz"),
    "an archive of other things": (lambda _log, folder: pack(folder / "a.tar.gz", {"other": b""}), "holds no entries"),
    "half of an archive": (lambda log, folder: halved(log.archive(folder / "a.tar.gz")), "a.tar.gz"),
    "no checkpoint": (lambda log, folder: log.export(folder / "e", checkpoint=None), "no checkpoint beside"),
    "no key": (lambda log, folder: log.export(folder / "e", key=None), "no key came with it"),
    "an empty key": (lambda log, folder: log.export(folder / "e", key=""), "no key came with it"),
    "a key that names a file": (lambda log, folder: log.export(folder / "e", key="/etc/hostname"), "no key that we"),
    "a key with a blank": (lambda log, folder: log.export(folder / "e", key=f"{log.key} \n"), "not as keys"),
    "a witness's key": (lambda log, folder: log.export(folder / "e", key=str(witness_key()[0])), "not as keys"),
    "another alphabet": (lambda log, folder: log.export(folder / "e", checkpoint=b"\xff"), "decode"),
    "accounts that are no JSON": (lambda log, folder: log.export(folder / "e", accounts="{"), "accounts.json"),
    "accounts that are no list": (lambda log, folder: log.export(folder / "e", accounts="{}"), "no list of accounts"),
    "accounts that are numbers": (lambda log, folder: log.export(folder / "e", accounts="[1]"), "is no account"),
    "accounts without fields": (lambda log, folder: log.export(folder / "e", accounts="[{}]"), "is no account"),
    "accounts too deep": (lambda log, folder: log.export(folder / "e", accounts="[" * 99_999), "too deep"),
    "entries twice": (
        lambda log, folder: pack(folder / "a.tar.gz", [*log.files().items(), ("entries.jsonl", b"")]),
        "holds entries.jsonl twice",
    ),
    "no address": (lambda _log, _folder: "http://[", "Invalid"),
    "nobody there": (lambda _log, _folder: "http://127.0.0.1:9", "refused"),
    "no port": (lambda _log, _folder: "http://127.0.0.1:port", "port"),
}


def written(path, data):
    path.write_bytes(data)
    return path


def halved(path):
    return written(path, path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_not_judged(what, log, tmp_path, capsys):
    make, words = UNREADABLE[what]
    assert main([str(make(log, tmp_path))]) == 2
    said = capsys.readouterr().out
    assert said.startswith("COULD NOT CHECK: ")
    assert words in said


@pytest.mark.parametrize("option", ["--key", "--since", "--witness"])
@pytest.mark.parametrize("given", ["", "nothing.txt", "empty.txt", "binary.txt", "a+b"])
def test_an_option_that_cannot_be_read_is_never_passed_over(option, given, log, tmp_path, capsys):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(b"\xff+\xff")
    given = str(tmp_path / given) if given.endswith(".txt") else given
    assert main([str(log.export(tmp_path / "export")), option, given]) == 2
    assert capsys.readouterr().out.startswith("COULD NOT CHECK: ")


def test_a_log_cannot_be_its_own_witness_nor_a_witness_the_log(log, tmp_path, capsys):
    where = str(log.export(tmp_path / "export"))
    assert main([where, "--witness", str(log.key)]) == 2
    assert "the key of a log, not of a witness" in capsys.readouterr().out
    assert main([where, "--key", str(witness_key()[0])]) == 2
    assert "the key of a witness, not of a log" in capsys.readouterr().out


def test_small_files_that_are_too_large_are_not_passed_over(log, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("birge_engine.verify.sources.MOST_BYTES", 1_000)
    assert main([str(log.archive(tmp_path / "a.tar.gz"))]) == 2
    assert "accounts.json is too large" in capsys.readouterr().out


def test_what_a_liar_wrote_cannot_move_the_cursor(log, tmp_path, capsys):
    accounts = [*log.accounts(), log.accounts()[0] | {"code": "\x1b[2J\x1b[32mHOLDS\n\u202e"}]
    assert main([str(log.export(tmp_path / "export", accounts=json.dumps(accounts)))]) == 1
    said = capsys.readouterr().out
    assert "\\x1b[2J" in said
    assert "\\u202e" in said
    assert not set("\x1b\u202e") & set(said)
    assert len(said.splitlines()) == 1


def test_a_screen_without_these_letters_shows_something_else(log, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", open(tmp_path / "said", "w", encoding="ascii"))  # noqa: SIM115
    accounts = [*log.accounts(), log.accounts()[0] | {"code": "төлөм"}]
    assert main([str(log.export(tmp_path / "export", accounts=json.dumps(accounts)))]) == 1
