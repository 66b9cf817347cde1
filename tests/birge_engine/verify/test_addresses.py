"""`birge-verify ADDRESS`: the ledger is read from a platform, which may be slow, broken or lying."""

import pytest

from birge_engine.verify.cli import main
from tests.factories.logs import NAME, Log, witness_key, witnessed
from tests.factories.platforms import Platform, served


@pytest.fixture
def platform():
    with served(Platform(Log())) as platform:
        yield platform


@pytest.fixture
def verify(platform, capsys):
    def run(*options):
        status = main([platform.address, *map(str, options)])
        return status, capsys.readouterr().out

    return run


def test_a_ledger_holds_over_the_network(platform, verify):
    for page in (5_000, 20, 7, 1):
        platform.page = page
        status, said = verify("--key", platform.log.key)
        assert status == 0
        assert said.startswith(f"HOLDS: 20 entries of {NAME}")


def test_a_slash_at_the_end_of_the_address_does_no_harm(platform):
    assert main([f"{platform.address}/"]) == 0


def test_witnesses_and_earlier_checkpoints_are_looked_at(platform, verify, tmp_path):
    platform.instead["checkpoint"] = witnessed(platform.log.checkpoint()).encode()
    (tmp_path / "old").write_text(platform.log.checkpoint(7))
    status, said = verify("--witness", witness_key()[0], "--since", tmp_path / "old")
    assert status == 0
    assert "continues the earlier checkpoint of 7 entries" in said
    assert "seen by" in said


def test_entries_beyond_the_checkpoint_are_not_taken_for_signed(platform, verify):
    entries = b"".join(leaf + b"\n" for leaf in platform.log.leaves)
    platform.instead["entries"] = entries + platform.log.leaves[0] + b"\n"
    status, said = verify()
    assert status == 1
    assert "covers 20 entries, but there are 21" in said


@pytest.mark.parametrize(
    ("place", "answer", "words"),
    [
        ("checkpoint", (404, b"Nothing has been signed yet.\n"), "404: Not Found (Nothing has been signed yet.)"),
        ("checkpoint", b"hello\n", "no signed note"),
        ("checkpoint", b"\xff", "decode"),
        ("checkpoint", b"", "a note ends with a newline"),
        ("checkpoint", b"BREAKS OFF", "IncompleteRead"),
        ("key", (500, b"oh\x1b[2J\n"), "500: Internal Server Error (oh\\x1b[2J)"),
        ("key", b"\xff", "decode"),
        ("key", b"hello\n", "the key that came with it"),
        ("entries", b"", "gives nothing for entry 0, although its checkpoint covers 20"),
        ("entries", (400, b""), "400"),
        ("entries", b"BREAKS OFF", "IncompleteRead"),
    ],
)
def test_a_platform_that_is_broken_is_not_judged(place, answer, words, platform, verify):
    platform.instead[place] = answer
    status, said = verify()
    assert status == 2
    assert said.startswith("COULD NOT CHECK: ")
    assert words in said


def test_a_platform_that_redirects_to_a_file_is_not_followed(platform, verify):
    platform.instead["checkpoint"] = (302, b"file:///etc/hostname")
    status, said = verify()
    assert status == 2
    assert "is not allowed" in said


def test_a_platform_that_gives_other_entries_than_it_signed_is_found(platform, verify):
    entries = b"".join(leaf + b"\n" for leaf in platform.log.leaves)
    platform.instead["entries"] = entries.replace(b'"USD"', b'"EUR"')
    status, said = verify()
    assert status == 1
    assert "their tree has another root" in said


def test_entries_that_run_into_each_other_are_found(platform, verify):
    leaves = platform.log.leaves
    pages = {"0": b"\n".join(leaves[:11]), "10": b"\n".join(leaves[10:]) + b"\n"}
    platform.instead["entries"] = lambda given: pages[given["start"]]
    status, said = verify()
    assert status == 1
    assert "entry 10 (line 11): " in said
