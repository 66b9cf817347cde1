"""Block lists: read whole or not at all, each version kept for ever, the newest of each source counts."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.screening.matching import lists_now
from funds.screening.models import BlockedName, BlockedWord, BlockList, ScreeningDecision, ScreeningRecord
from funds.screening.services import blocklist_load
from tests.factories import transfers as make
from tests.factories.funds import factor, person
from tests.factories.organisations import administrator

pytestmark = pytest.mark.django_db
ROW = "bank,Keremet Bank,,,US,,,"


def test_a_list_is_loaded_once_with_its_day_and_digest():
    first = make.listed()
    assert (first.name_count, len(first.sha256), BlockedName.objects.count()) == (3, 64, 3)
    assert make.listed() == first
    assert (BlockList.objects.count(), BlockedName.objects.count()) == (1, 3)


def test_every_version_stays_and_the_newest_of_each_source_counts():
    old = make.a_list(ROW, version=clock.today() - dt.timedelta(days=9))
    new, other = make.a_list(ROW, ROW), make.a_list(ROW, source="Another")
    assert list(lists_now()) == [other, new]
    assert BlockList.objects.filter(pk=old.pk).exists()


def test_an_older_list_does_not_take_the_place_of_a_newer_one():
    make.a_list(ROW)
    with pytest.raises(RuleNotMet) as refused:
        make.a_list(ROW, ROW, version=clock.today() - dt.timedelta(days=1))
    assert refused.value.code == "older"


def test_a_list_that_looks_cut_off_is_taken_only_where_somebody_says_so_in_a_shell():
    make.a_list(*[f"person,Somebody {n},,,US,,," for n in range(20)])
    with pytest.raises(RuleNotMet) as refused:
        make.a_list(ROW)
    assert refused.value.code == "shrunk"
    assert make.a_list(ROW, shrunk=True).name_count == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The first line must be"),
        (b"kind,name\nbank,X", "The first line must be"),
        ("bank,Ж".encode("cp1251"), "UTF-8"),
        (b"kind,name,aliases,identifiers,listed_by,reason,valid_from,valid_to\n", "Nobody stands"),
    ],
)
def test_a_file_that_is_no_list_is_refused(data, says):
    with pytest.raises(InvalidInput, match=says) as refused:
        blocklist_load(data=data, source="Fixture", version=clock.today())
    assert (refused.value.field, BlockList.objects.count()) == ("file", 0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("ship,Anna,,,US,,,", "kind"),
        ("bank,,,,US,,,", "name is missing"),
        ("bank,X,,,us,,,", "listed_by"),
        ("bank,X,,,US,,yesterday,", "no day"),
        ("bank,X,,,US,,2025-02-01,2025-01-01", "before the first"),
        ("bank,X,,,US", "5 cells"),
        ('bank,"X,,,US,,,', "breaks off"),
        (f"bank,{'x' * 301},,,US,,,", "longer"),
        ("bank,X\0,,,US,,,", "NUL"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_nothing_is_taken(row, says):
    with pytest.raises(InvalidInput, match=says):
        make.a_list(ROW, row)
    assert not BlockList.objects.exists()


def test_an_administrator_loads_a_list_with_a_second_factor_and_it_is_audited():
    admin = administrator()
    with pytest.raises(SecondFactorRequired):
        make.listed(actor=admin)
    with pytest.raises(NotAllowed):
        make.listed(actor=person(factor_enrolled=True))
    made = make.listed(actor=admin, proof=factor(admin))
    assert AuditRecord.objects.get(action="blocklist_load").details["sha256"] == made.sha256


def test_from_a_shell(capsys):
    path = str(make.LISTS / "two_banks.csv")
    call_command("blocklist_load", path, "--source", "Fixture", "--date", "2025-11-20")
    assert "Fixture 2025-11-20: 3 names, sha256 " in capsys.readouterr().out
    with pytest.raises(CommandError, match="No such file"):
        call_command("blocklist_load", "/nowhere.csv", "--source", "Fixture", "--date", "2025-11-20")


@pytest.mark.parametrize("model", [BlockList, BlockedName, BlockedWord, ScreeningRecord, ScreeningDecision])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_keeps_lists_looks_and_decisions_as_they_are(model, verb):
    make.screened_and_decided()
    rows = model.objects.all()
    assert rows.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(id=99) if verb == "update" else rows._raw_delete("default")
