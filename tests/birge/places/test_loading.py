"""Loading a file of places: again, with changes, with units that are gone."""

import datetime as dt

import pytest

from birge import clock
from birge.places.models import Place, PlaceLink
from birge.places.selectors import places_current
from birge.places.services import Loaded, ManyPlacesEnded, places_load
from tests.birge.places.files import LINEAGE, invented_rows, with_change, without, written
from tests.factories.funds import adopted_project, organisation

pytestmark = pytest.mark.django_db
VILLAGE = "41799201801010"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "places.csv"


def test_a_unit_gets_what_the_file_says_now(file):
    places_load(LINEAGE)
    public_id = Place.objects.get(soate=VILLAGE).public_id
    places_load(with_change(file, VILLAGE, name_ky="Ак-Сай айылы", population="812", lat="42.1", lon="74.2"))
    place = Place.objects.get(soate=VILLAGE)
    assert (place.name_ky, place.population, str(place.lat)) == ("Ак-Сай айылы", 812, "42.1000")
    assert place.public_id == public_id


def test_what_changed_is_counted(file):
    places_load(LINEAGE)
    assert places_load(with_change(file, VILLAGE, population="812")) == Loaded(changed=1, unchanged=17)


def test_a_cell_that_became_empty_is_emptied(file):
    places_load(LINEAGE)
    places_load(with_change(file, "41799201600010", population=""))
    assert Place.objects.get(soate="41799201600010", valid_to__isnull=False).population is None


def test_a_village_moves_to_another_aimak(file):
    places_load(LINEAGE)
    loaded = places_load(with_change(file, VILLAGE, parent="41799201805000"))
    assert loaded.changed == 1
    assert Place.objects.get(soate=VILLAGE).parent.soate == "41799201805000"


def test_a_unit_that_the_file_lacks_ends_yesterday_and_is_kept(file):
    places_load(LINEAGE)
    loaded = places_load(without(file, VILLAGE))
    assert (loaded.ended, loaded.made, loaded.changed) == (1, 0, 0)
    assert Place.objects.get(soate=VILLAGE).valid_to == clock.today() - dt.timedelta(days=1)
    assert not places_current().filter(soate=VILLAGE).exists()


def test_a_unit_that_ended_stays_as_it_ended(file):
    places_load(LINEAGE)
    with clock.moved_to(dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)):
        places_load(without(file, VILLAGE))
    assert places_load(without(file, VILLAGE)).ended == 0
    assert Place.objects.get(soate=VILLAGE).valid_to == dt.date(2026, 8, 31)


def test_a_unit_that_began_today_ends_today_at_the_earliest(file):
    begun = clock.today().isoformat()
    places_load(with_change(file, VILLAGE, valid_from=begun))
    places_load(without(file, VILLAGE))
    assert Place.objects.get(soate=VILLAGE).valid_to == clock.today()


def test_a_unit_that_is_back_in_the_file_exists_again(file):
    places_load(LINEAGE)
    places_load(without(file, VILLAGE))
    assert places_load(LINEAGE).changed == 1
    assert Place.objects.get(soate=VILLAGE).valid_to is None


def test_a_project_keeps_its_village_when_the_village_is_gone(file):
    places_load(LINEAGE)
    lead = Place.objects.select_related("parent").get(soate=VILLAGE)
    office = organisation("village_administration", lead.parent)
    project = adopted_project(donors=100_00, village_share=100_00, administration=office, place=lead)
    places_load(without(file, VILLAGE))
    project.refresh_from_db()
    assert project.village.soate == VILLAGE


def test_places_with_other_codes_are_left_alone():
    other = Place.objects.create(kind="village", level=4, name_ru="село", soate="V1", valid_from=dt.date(2000, 1, 1))
    assert places_load(LINEAGE).ended == 0
    other.refresh_from_db()
    assert other.valid_to is None


def test_a_small_part_of_the_file_is_not_taken_for_the_whole():
    places_load()
    with pytest.raises(ManyPlacesEnded) as refused:
        places_load(LINEAGE)
    assert refused.value.data == {"missing": 2437}
    assert places_current().count() == 2437


def test_many_units_end_if_that_is_meant():
    places_load()
    loaded = places_load(LINEAGE, end_many=True)
    assert (loaded.made, loaded.ended) == (18, 2437)
    assert Place.objects.count() == 2437 + 18


def test_the_columns_may_stand_in_any_order(file):
    rows = [dict(reversed(row.items())) for row in invented_rows()]
    heading = ",".join(rows[0])
    lines = [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    file.write_text("\n".join([heading, *lines]), encoding="utf-8-sig", newline="\r\n")
    assert places_load(file).made == 18


def test_the_rows_may_stand_in_any_order(file):
    assert places_load(written(file, invented_rows()[::-1])).made == 18
    assert PlaceLink.objects.count() == 9
