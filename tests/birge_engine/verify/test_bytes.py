"""One bit of an export turned over, anywhere: it never holds, and it never ends in a traceback."""

import random
import tarfile

import pytest

from birge_engine.verify.cli import main
from tests.factories.logs import Log, story

FILES = {"entries": "entries.jsonl", "checkpoint": "checkpoint", "key": "key", "accounts": "accounts.json"}
SAMPLE = 120


def turned_over(data, place, bit):
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def sample(name, length, seed):
    """Return (place, bit): the first and the last byte, and others by chance, the same in every run."""
    chance = random.Random(f"{name} {seed}")
    places = [0, length - 1, *(chance.randrange(length) for _n in range(SAMPLE))]
    return [(place, chance.randrange(8)) for place in places]


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def status_of(log, tmp_path, capsys):
    """Return what verifies the export with one file exchanged, and gives its status and text."""
    folder = log.export(tmp_path / "export")

    def verify(name, data, *options):
        honest = (folder / FILES[name]).read_bytes()
        (folder / FILES[name]).write_bytes(data)
        status = main([str(folder), *options])
        (folder / FILES[name]).write_bytes(honest)
        return status, capsys.readouterr().out

    return verify


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FILES)
def test_a_bit_turned_over_anywhere_is_found(name, seed, log, status_of):
    data = log.files()[FILES[name]]
    for place, bit in sample(name, len(data), seed):
        for options in ([], ["--key", str(log.key)]):
            status, said = status_of(name, turned_over(data, place, bit), *options)
            assert status in (1, 2), f"byte {place}, bit {bit}, {options}: {said}"
            assert not said.startswith("HOLDS")


@pytest.mark.parametrize("name", ["checkpoint", "key"])
@pytest.mark.parametrize("log", [Log(story()[:1])])
def test_a_bit_turned_over_at_every_place_of_what_is_short_is_found(name, log, status_of):
    data = log.files()[FILES[name]]
    for place in range(len(data)):
        for bit in range(8):
            assert status_of(name, turned_over(data, place, bit))[0] in (1, 2), f"byte {place}, bit {bit}"


@pytest.mark.parametrize("name", FILES)
def test_a_byte_lost_or_doubled_anywhere_is_found(name, log, status_of):
    data = log.files()[FILES[name]]
    for place, _bit in sample(name, len(data), "lost"):
        for other in (data[:place] + data[place + 1 :], data[: place + 1] + data[place:]):
            if not blank(name, data, place):
                assert status_of(name, other)[0] in (1, 2), f"byte {place}"


def blank(name, data, place):
    """Between the words of accounts.json, and behind a key, a blank more or less says nothing else."""
    return name in ("accounts", "key") and data[place : place + 1].isspace()


@pytest.mark.parametrize("seed", range(3))
def test_a_bit_turned_over_in_an_archive_is_found_unless_it_says_nothing(seed, log, tmp_path):
    path = log.archive(tmp_path / "ledger.tar.gz")
    data, honest = path.read_bytes(), unpacked(path)
    for place, bit in sample("archive", len(data), seed):
        path.write_bytes(turned_over(data, place, bit))
        status = main([str(path)])
        assert status in (1, 2) or unpacked(path) == honest, f"byte {place}, bit {bit}"


def unpacked(path):
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if "rules" not in each.name}
