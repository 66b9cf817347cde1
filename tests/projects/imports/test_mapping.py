"""A mapping file says what a list's columns mean; a wrong one is refused before anything is read."""

import pytest

from projects.imports.mapping import UnusableMapping, mapping_read, mapping_with
from projects.works.models import Project

ROWS = """Наш перечень
N п/п|Объект|Что это|Смета|Из бюджета|Диаспора|Диаспора 2|Срок сдачи|Прим.
1|Лампы на ул. Ленина|Освещение улиц|1.320.000,00|660.000,00|600.000|60.000|Дек 26|
"""
MAP = """
list = "osh"
header_line = 2
separator = "|"
ignore = ["Прим."]
decimal = ","
thousands = "."
dates = ["%d.%m.%Y"]

[columns]
"N п/п" = "ref"
"Объект" = ["title", "summary"]
"Что это" = "category"
"Смета" = "cost"
"Из бюджета" = "share_village"
"Диаспора" = "share_donors"
"Диаспора 2" = "share_donors"

[constants]
language = "ru"

[values.category]
"Освещение улиц" = "light"
"""


def test_a_mapping_reads_a_list_as_it_is(office, mapping):
    answer = office.imports(ROWS, "--mapping", mapping(MAP))
    assert answer.status == 0, answer.err
    project = Project.objects.get(source_ref="osh/1")
    assert (project.category, project.title_ru) == ("light", "Лампы на ул. Ленина")
    assert project.summary_ru == project.title_ru
    assert project.shares.get(party="donors").amount_minor == 660_000_00  # two columns added up
    assert "Срок сдачи" in answer.out


def test_what_is_set_by_hand_goes_before_the_mapping(office, mapping):
    office.imports(ROWS, "--mapping", mapping(MAP), "--set", "list=other")
    assert Project.objects.get().source_ref == "other/1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns = [", "not TOML"),
        ("colours = 1", "a part we do not know: colours"),
        ('columns = "x"', "must be a table"),
        ('[columns]\nA = "price"', "fields we do not know: price"),
        ("[columns]\nA = 5", "Names are a text"),
        ('[constants]\ncost = "5"', "cannot be set for all rows: cost"),
        ('[constants]\nlanguage = "de"', "not possible for language"),
        ('[constants]\ncategory = "castle"', "not possible for category"),
        ("[values.cost]\na = 1", "No table of values for: cost"),
        ('[values]\ncategory = "x"', "must be a table"),
        ('dates = ["day"]', "not a way to write dates"),
        ('dates = ["%Q"]', "not a way to write dates"),
        ('decimal = ","\nthousands = ","', "the same mark"),
        ("header_line = 0", "counted from 1"),
        ('header_line = "2"', "counted from 1"),
        ('total = "computed"\nrest = "donors"', "needs the cost"),
        ('rest = "everybody"', "not possible for rest"),
        ("list = 5", "must be a text"),
    ],
)
def test_a_wrong_mapping_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(UnusableMapping, match=words):
        mapping_read(path)


def test_a_mapping_for_another_list_is_refused(office, mapping):
    answer = office.imports("id;title\n1;2\n", "--mapping", mapping('[columns]\n"Объект" = "title_ru"\nid = "ref"'))
    assert "columns that this list does not have: Объект" in answer.err


def test_a_missing_mapping_is_told(office):
    assert "mapping cannot be read" in office.imports("id;title\n1;2\n", "--mapping", "/nowhere/map.toml").err


def test_settings_are_checked_like_a_file(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text("")
    assert mapping_with(mapping_read(path), ["rest=donors", "currency=EUR"]).rest == "donors"
