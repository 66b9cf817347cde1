"""What became of units: merged, split, split back, renamed. No list of the real reform could be had."""

import datetime as dt

import pytest

from birge.places.models import Place, PlaceLink
from birge.places.selectors import place_successor, places_current
from birge.places.services import Loaded, places_load
from tests.birge.places.files import LINEAGE, with_change

pytestmark = pytest.mark.django_db
BEFORE, MERGED, NOW = dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _loaded(db):
    places_load(LINEAGE)


def unit(name: str, since: int = 2021) -> Place:
    return Place.objects.get(name_ru=name, valid_from__year=since)


def test_merged_aimaks_are_answered_for_by_the_new_one():
    new = unit("Сайский айылный аймак", 2025)
    for old in ("Ак-Сайский айылный аймак", "Кок-Сайский айылный аймак"):
        assert place_successor(unit(old), BEFORE) == unit(old)
        assert place_successor(unit(old), MERGED) == new
        assert place_successor(unit(old), NOW) == new


def test_the_steps_keep_how_and_when():
    steps = PlaceLink.objects.filter(successor=unit("Сайский айылный аймак", 2025))
    assert [(step.kind, step.on, step.predecessor.name_ru) for step in steps] == [
        ("merged", MERGED, "Ак-Сайский айылный аймак"),
        ("merged", MERGED, "Кок-Сайский айылный аймак"),
    ]


def test_after_a_split_the_first_part_answers_and_all_are_told():
    old = unit("Большой айылный аймак")
    assert place_successor(old, NOW).name_ru == "Верхний айылный аймак"
    parts = [step.successor.name_ru for step in old.successions.all()]
    assert parts == ["Верхний айылный аймак", "Нижний айылный аймак"]


@pytest.mark.parametrize("name", ["Западный айылный аймак", "Восточный айылный аймак"])
def test_an_aimak_that_was_merged_and_split_back_answers_for_itself_again(name):
    assert place_successor(unit(name), BEFORE) == unit(name)
    assert place_successor(unit(name), MERGED) == unit("Единый айылный аймак", 2025)
    assert place_successor(unit(name), dt.date(2026, 6, 30)) == unit("Единый айылный аймак", 2025)
    assert place_successor(unit(name), dt.date(2026, 7, 1)) == unit(name, 2026)


def test_a_renamed_town_keeps_its_code_and_is_another_unit():
    old, new = unit("Старый город"), unit("Новый город", 2025)
    assert (old.soate, old.public_id != new.public_id) == (new.soate, True)
    assert place_successor(old, dt.date(2025, 5, 31)) == old
    assert place_successor(old, dt.date(2025, 6, 1)) == new


def test_a_unit_without_successor_answers_for_itself():
    assert place_successor(unit("Покинутое"), NOW) == unit("Покинутое")


def test_a_code_names_the_parent_of_the_childs_own_time():
    assert unit("Покинутое").parent == unit("Западный айылный аймак")
    assert unit("Восток").parent == unit("Восточный айылный аймак", 2026)


def test_units_of_a_day_are_those_that_existed_then():
    aimaks = Place.objects.filter(kind="ayil_aimak")
    for day, names in (
        (BEFORE, {"Ак-Сайский", "Кок-Сайский", "Большой", "Западный", "Восточный"}),
        (MERGED, {"Сайский", "Верхний", "Нижний", "Единый"}),
        (NOW, {"Сайский", "Верхний", "Нижний", "Западный", "Восточный"}),
    ):
        assert {place.name_ru.split()[0] for place in aimaks & places_current(day)} == names


def test_loading_again_makes_no_step_twice():
    assert places_load(LINEAGE) == Loaded(unchanged=18)
    assert PlaceLink.objects.count() == 9


def test_a_wrong_step_is_corrected_by_the_file(tmp_path):
    changed = with_change(tmp_path / "places.csv", "41799201801000", successors="renamed 41799201805000 2025-01-01")
    loaded = places_load(changed)
    assert (loaded.steps_made, loaded.steps_removed, loaded.changed) == (1, 1, 0)
    assert place_successor(unit("Ак-Сайский айылный аймак"), NOW).name_ru == "Верхний айылный аймак"


def test_a_step_gets_the_kind_and_day_that_the_file_says_now(tmp_path):
    changed = with_change(
        tmp_path / "places.csv", "41799201802000", valid_to="2025-02-28", successors="split 41799201803000 2025-01-01"
    )
    loaded = places_load(changed)
    assert (loaded.steps_made, loaded.steps_changed, loaded.steps_removed) == (0, 1, 0)
    step = PlaceLink.objects.get(predecessor__soate="41799201802000")
    assert (step.kind, step.on) == ("split", dt.date(2025, 3, 1))
