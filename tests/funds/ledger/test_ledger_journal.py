"""Operators write the log as a file for other programs, whole or in part, and never half of one."""

from io import StringIO
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from funds.ledger import exporting
from funds.ledger.sequencing import sequence
from tests.factories.ledger import ANOTHER, CUSTODIAN, OTHER, PROJECT, received

pytestmark = pytest.mark.django_db

POOL = "EEEE6666"
FAR = "2100-01-01"


def written(*options):
    out = StringIO()
    call_command("ledger_journal", *options, stdout=out)
    return out.getvalue()


def places(*options):
    """Return the places in the log of the entries that the table has."""
    return {int(line.split(";")[0]) for line in written("--format=csv", *options).splitlines()[1:]}


@pytest.fixture
def signed(there, signer):
    """The books of `there` in a signed log."""
    return sequence(signer=signer).size


@pytest.mark.parametrize(
    ("format_", "start"), [("hledger", "; The public"), ("beancount", "; The public"), ("csv", "\ufeffindex;")]
)
def test_the_whole_log_is_written_in_each_format(signed, tmp_path, format_, start):
    text = written("--format", format_)
    assert text.startswith(start)
    path = tmp_path / "a.file"
    assert written("--format", format_, "--output", path) == ""
    assert path.read_bytes() == text.encode()
    assert places() == set(range(signed))


def test_a_part_is_chosen_by_purpose_custodian_and_day(signed):
    one, another = places("--project", PROJECT), places("--project", ANOTHER)
    assert one - another
    assert another - one
    assert places("--project", PROJECT, "--project", ANOTHER) == one | another
    assert len(places("--custodian", OTHER)) == 1
    assert places("--custodian", CUSTODIAN, "--pool", POOL) == places("--pool", POOL) != set()
    assert places("--from", FAR) == set()
    assert places("--to", FAR) == set(range(signed))


@pytest.mark.parametrize("option", ["project", "pool", "custodian"])
def test_what_the_ledger_does_not_know_is_refused(signed, option):
    with pytest.raises(CommandError, match=f"no account of a {option} 'nobody'"):
        written("--format=csv", f"--{option}=nobody")
    with pytest.raises(CommandError, match="no account of a pool"):
        written("--format=csv", f"--pool={PROJECT}")


@pytest.mark.parametrize("options", [["--format=xml"], [], ["--format=csv", "--from=yesterday"]])
def test_options_that_mean_nothing_are_refused(signed, options):
    with pytest.raises(CommandError):
        written(*options)


def test_nothing_is_written_before_anything_was_signed(tmp_path):
    received(1)
    with pytest.raises(CommandError, match="run `manage"):
        written("--format=hledger", "--output", tmp_path / "a.journal")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_put_into_its_place_whole(signed, tmp_path):
    path = tmp_path / "a.journal"
    path.write_text("yesterday's")
    with mock.patch.object(exporting, "_rows", side_effect=OSError("gone")), pytest.raises(OSError, match="gone"):
        written("--format=hledger", "--output", path)
    assert path.read_text() == "yesterday's"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.journal"]


def test_a_stretch_where_little_is_found_is_followed_by_a_longer_one(signed, django_assert_num_queries):
    with mock.patch.object(exporting, "AT_ONCE", 2), django_assert_num_queries(3):  # of 2, 8 and 32 places
        assert list(exporting.entries_selected(exporting.Selection(signed, (exporting.of_purposes(["none"]),)))) == []
    assert 10 < signed <= 42
