"""A file with mistakes: each is told with line, column and reason; nothing is loaded."""

import pytest

from birge.places.models import Place
from birge.places.reading import PlacesFileError
from birge.places.services import places_load
from tests.birge.places.files import LINEAGE, invented_rows, with_change, written

pytestmark = pytest.mark.django_db
VILLAGE, TOWN, LINE_OF_VILLAGE, LINE_OF_TOWN = "41799201801010", "41799201600010", 7, 4


@pytest.fixture
def file(tmp_path):
    return tmp_path / "places.csv"


def refused(file):
    with pytest.raises(PlacesFileError) as error:
        places_load(file)
    assert not Place.objects.exists()
    return error.value


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"soate": "4179920180101"}, "soate", "14 digits"),
        ({"soate": "4179920180101x"}, "soate", "14 digits"),
        ({"soate": "٤١٧٩٩٢٠١٨٠١٠١٠"}, "soate", "14 digits"),
        ({"soate": "99999201801010"}, "soate", "417"),
        ({"kind": "aul"}, "kind", "one of: oblast, "),
        ({"name_ru": " "}, "name_ru", "needed"),
        ({"name_ky": "ө" * 121}, "name_ky", "120"),
        ({"name_source": "x" * 41}, "name_source", "40"),
        ({"parent": ""}, "parent", "14 digits"),
        ({"parent": "41799201899000"}, "parent", "No row"),
        ({"parent": "41799201808010"}, "parent", "cannot lie"),
        ({"parent": "41799201801000"}, "parent", "ended"),
        ({"lat": "42.1"}, "lon", "both"),
        ({"lon": "74.1"}, "lat", "both"),
        ({"lat": "74.1", "lon": "74.1"}, "lat", "swapped"),
        ({"lat": "42.1", "lon": "42.1"}, "lon", "swapped"),
        ({"lat": "42,1", "lon": "74.1"}, "lat", "four digits"),
        ({"lat": "42.12345", "lon": "74.1"}, "lat", "four digits"),
        ({"lat": "nan", "lon": "74.1"}, "lat", "four digits"),
        ({"population": "1 200"}, "population", "whole number"),
        ({"population": "-5"}, "population", "whole number"),
        ({"population": "99999999999"}, "population", "whole number"),
        ({"valid_from": ""}, "valid_from", "needed"),
        ({"valid_from": "26.04.2021"}, "valid_from", "2021-04-26"),
        ({"valid_from": "2021-02-30"}, "valid_from", "2021-04-26"),
        ({"valid_to": "2021-04-25"}, "valid_to", "before the first"),
        ({"successors": "merged 41799201801000 2021-04-26"}, "successors", "Only a unit that has ended"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(file, cells, column, reason):
    [problem] = refused(with_change(file, VILLAGE, **cells)).problems
    assert (problem.line, problem.column) == (LINE_OF_VILLAGE, column)
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("successors", "reason"),
    [
        ("eaten 41799201600010 2025-06-01", "“merged”, “split” or “renamed”"),
        ("renamed 41799201600010", "“merged”, “split” or “renamed”"),
        ("renamed 41799201600010 1.6.2025", "“merged”, “split” or “renamed”"),
        ("renamed 41799201600010 2025-06-01;", "“merged”, “split” or “renamed”"),
        ("renamed 41799201600010 2025-06-02", "No row of the file has the code 41799201600010 and the first day 2025"),
        ("merged 41799201801000 2021-04-26", "41799201801000 does not exist on the day after"),
        ("renamed 41799201600010 2021-04-26", "does not exist on the day after"),
        ("renamed 41799201600010 2025-06-01; split 41799201600010 2025-06-01", "41799201600010 is named twice"),
    ],
)
def test_a_wrong_successor_is_told(file, successors, reason):
    [problem] = refused(with_change(file, TOWN, successors=successors)).problems
    assert (problem.line, problem.column) == (LINE_OF_TOWN, "successors")
    assert reason in problem.reason


def test_all_mistakes_are_told_at_once(file):
    rows = invented_rows()
    rows[2]["kind"], rows[2]["population"], rows[5]["lat"] = "aul", "many", "x"
    error = refused(written(file, rows))
    told = [(problem.line, problem.column) for problem in error.problems]
    assert told == [(4, "kind"), (4, "population"), (7, "lat"), (7, "lon")]
    assert str(error) == "The file of places has 4 mistakes. Nothing was loaded."


def test_mistakes_leave_what_was_loaded_before(file):
    places_load(LINEAGE)
    with pytest.raises(PlacesFileError):
        places_load(with_change(file, VILLAGE, population="many"))
    assert Place.objects.count() == 18


def test_a_code_names_one_unit_at_a_time(file):
    [problem] = refused(with_change(file, TOWN, valid_to="2025-06-01", successors="")).problems
    assert (problem.line, problem.column) == (5, "valid_from")
    assert "line 4" in problem.reason


def test_the_same_row_twice_is_refused(file):
    rows = invented_rows()
    [problem] = refused(written(file, [*rows, rows[0]])).problems
    assert (problem.line, problem.column) == (20, "valid_from")


def test_an_oblast_lies_in_nothing(file):
    [problem] = refused(with_change(file, "41799000000000", parent="41799201000000")).problems
    assert (problem.line, problem.column) == (2, "parent")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "columns must be"),
        (b"soate;kind\n", 1, "columns must be"),
        (LINEAGE.read_bytes().replace(b"valid_to", b"until", 1), 1, "columns must be"),
        (LINEAGE.read_bytes().splitlines()[0] + b"\n", 1, "no places"),
        (LINEAGE.read_bytes() + b"41799201809010,village\n", 20, "2 cells instead of 15"),
        (LINEAGE.read_bytes() + "село".encode("cp1251"), 20, "UTF-8"),
        (LINEAGE.read_bytes() + b'"41799201809010', 20, "cannot be read"),
    ],
)
def test_a_file_of_another_form_is_refused(file, content, line, reason):
    file.write_bytes(content)
    problem = refused(file).problems[0]
    assert problem.line == line
    assert reason in problem.reason
