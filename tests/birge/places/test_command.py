"""The command `load_places`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from birge.places.models import Place
from tests.birge.places.files import LINEAGE, with_change, without

pytestmark = pytest.mark.django_db


def told(*arguments) -> str:
    out = StringIO()
    call_command("load_places", *arguments, stdout=out)
    return out.getvalue()


def test_it_says_what_it_did():
    assert told() == "Places: made 2437, changed 0, unchanged 0.\n"
    assert told() == "Places: made 0, changed 0, unchanged 2437.\n"


def test_it_tells_of_lineage_and_of_units_that_are_gone(tmp_path):
    assert told("--file", str(LINEAGE)).splitlines() == [
        "Places: made 18, changed 0, unchanged 0.",
        "Lineage: made 9, changed 0, removed 0.",
    ]
    shorter = without(tmp_path / "places.csv", "41799201801010")
    assert told("--file", str(shorter)) == (
        "Places: made 0, changed 0, unchanged 17, ended 1 that the file no longer has.\n"
    )


def test_it_tells_each_mistake_with_its_line(tmp_path):
    file, errors = with_change(tmp_path / "places.csv", "41799201801010", population="many"), StringIO()
    with pytest.raises(CommandError, match=r"has 1 mistake\. Nothing was loaded"):
        call_command("load_places", file=file, stderr=errors)
    assert errors.getvalue() == "line 7, population: Please write a whole number in digits.\n"
    assert not Place.objects.exists()


def test_it_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        told("--file", str(tmp_path / "none.csv"))


def test_it_asks_before_many_units_end():
    told()
    with pytest.raises(CommandError, match=r"lacks 2437 of the units.*--end-many"):
        told("--file", str(LINEAGE))
    assert "ended 2437" in told("--file", str(LINEAGE), "--end-many")
