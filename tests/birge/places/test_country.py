"""The units of Kyrgyzstan that come with the software."""

import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from birge.ids import ALPHABET, LENGTH
from birge.places.models import SETTLEMENTS, Place, place_public_id
from birge.places.reading import places_read
from birge.places.selectors import place_ancestors, places_current, places_search
from birge.places.services import DATA, Loaded, places_load

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
COMMUNITIES = {
    "41705258825000": "Которме айыл аймагы",
    "41705258842000": "Орозбеков айыл аймагы",
    "41705258804000": "Ак-Турпак айыл аймагы",
    "41707215818000": "Кара-Буура айыл аймагы",
    "41707215807000": "Аманбаев айыл аймагы",
    "41708219811000": "Вознесеновка айыл аймагы",
    "41706242600010": "Ноокат шаары",
    "41706242850000": "Төөлөс айыл аймагы",
    "41706255804000": "Ак-Жар айыл аймагы",
    "41706226806000": "Жаңы-Арык айыл аймагы",
}  # of the UNDP/IOM assessment


def test_all_units_are_loaded():
    assert places_load() == Loaded(made=2437)
    assert Counter(Place.objects.values_list("kind", flat=True)) == {
        "oblast": 7, "city_republican": 2, "district": 40, "city": 13, "city_district": 4, "ayil_aimak": 453,
        "town": 16, "urban_settlement": 9, "village": 1893,
    }  # fmt: skip


def test_loading_again_changes_nothing():
    places_load()
    before = list(Place.objects.values())
    assert places_load() == Loaded(unchanged=2437)
    assert list(Place.objects.values()) == before


def test_loading_takes_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(200):  # SQLite takes a row's 20 values times 12 in one statement
        places_load()
    with django_assert_max_num_queries(8):
        places_load()


def test_every_unit_lies_in_an_oblast_or_a_city_of_the_republic():
    places_load()
    for place in Place.objects.select_related("parent__parent__parent"):
        top = [place, *place_ancestors(place)][-1]
        assert (top.level, top.parent, top.soate[:5]) == (1, None, place.soate[:5])


def test_the_ten_communities_are_found():
    places_load()
    found = {place.soate: place.name("ky").text for place in Place.objects.filter(soate__in=COMMUNITIES)}
    assert found == COMMUNITIES


def test_the_villages_of_the_demonstration_are_found():
    projects = [
        project
        for file in sorted((ROOT / "funds" / "demonstration" / "data").glob("projects_*.toml"))
        for project in tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    ]
    assert len(projects) >= 20
    places_load()
    for project in projects:
        lead = places_current().get(soate=project["village"])
        assert lead.kind in SETTLEMENTS, project["key"]
        assert {lead.soate, *(place.soate for place in place_ancestors(lead))} & COMMUNITIES.keys(), project["key"]


def test_a_village_is_loaded_with_all_that_is_known_of_it():
    places_load()
    lead = Place.objects.select_related("parent").get(soate="41705258842010")
    assert (lead.kind, lead.level, lead.pcode, lead.geonameid) == ("village", 4, "KG05258842010", "1527566")
    assert (lead.name_ky, lead.name_ru, lead.name_en) == ("Орозбек", "Орозбеково", "Orozbekovo")
    assert (lead.lat, lead.lon) == (Decimal("40.0569"), Decimal("71.6694"))
    assert lead.population > 0
    assert lead.parent.soate == "41705258842000"
    assert lead.valid_to is None


def test_a_kyrgyz_name_that_is_not_known_is_borrowed_from_russian_and_says_so():
    places_load()
    lead = Place.objects.get(soate="41702205805040")
    assert lead.name_ky == ""
    assert lead.name("ky") == ("Тюрген", True)
    assert lead.name("ru") == ("Тюрген", False)


def test_english_names_are_written_with_j():
    places_load()
    assert not Place.objects.filter(name_en__icontains="dj").exists()
    assert Place.objects.get(soate="41702205812030").name_en == "Kara-Jal"


def test_public_identifiers_are_the_same_on_every_installation():
    places_load()
    lead = Place.objects.get(soate="41706226806010")
    assert lead.public_id == place_public_id("41706226806010", "2021-04-26") == "8fkgb0tt3g"
    assert len({row.key for row in places_read(DATA)}) == Place.objects.values("public_id").distinct().count()
    assert len(lead.public_id) == LENGTH
    assert set(lead.public_id) <= set(ALPHABET)


@pytest.mark.parametrize("word", ["ноокат", "Ноокат", "nookat"])
def test_a_town_is_found_by_its_name(word):
    places_load()
    assert places_search(word, kinds=["town"]).get().soate == "41706242600010"
