"""A clerk's list becomes drafts: completely, or not at all, and never twice."""

import json

import pytest

from birge.organisations.models import Role
from birge.places.models import Place
from funds.ledger.models import Entry
from projects.works.models import Project
from projects.works.selectors import project_missing
from tests.factories.funds import aimak_and_village, officer_of, organisation, person

from .conftest import GOOD


def test_each_row_becomes_a_draft_with_its_shares(office):
    answer = office.imports(GOOD)
    assert (answer.status, answer.err) == (0, "")
    assert "Imported as drafts: 2" in answer.out
    water = Project.objects.get(source_ref="2")
    assert (water.status, water.village, water.administration) == ("draft", office.village, office.administration)
    assert (water.category, water.title("ru"), water.language, water.currency) == ("water", "Чистая вода", "ru", "KGS")
    assert {share.party: share.amount_minor for share in water.shares.all()} == {
        "donors": 135_000_50, "village": 135_000_00
    }  # fmt: skip
    assert [line.total_minor for line in water.budget_lines.all()] == [270_000_50]


def test_an_imported_draft_lacks_only_what_a_list_cannot_know(office):
    office.imports(GOOD)
    missing = {each.code for each in project_missing(Project.objects.get(source_ref="1"))}
    assert missing == {"summary", "keeper"}


def test_importing_moves_no_money(office):
    office.imports(GOOD)
    assert not Entry.objects.exists()


def test_the_second_time_nothing_is_imported(office):
    office.imports(GOOD)
    answer = office.imports(GOOD)
    assert answer.status == 0
    assert "Imported as drafts: 0. Imported before: 2" in answer.out
    assert Project.objects.count() == 2


def test_a_longer_list_imports_only_what_is_new(office):
    office.imports(GOOD)
    assert "Imported as drafts: 1. Imported before: 2" in office.imports(GOOD + "3;Мост;bridge;10;10;\n").out


def test_rows_without_a_number_are_imported_once_too(office):
    rows = "title_ru;category;cost;share_village\nСвет;light;100;100\nСвет;light;200;200\n"
    office.imports(rows)
    assert "Imported as drafts: 0. Imported before: 2" in office.imports(rows).out


def test_two_lists_with_the_same_numbers_are_kept_apart_by_name(office):
    office.imports(GOOD, "--set", "list=2025")
    other = GOOD.replace("Свет на улице", "Сад")
    assert "Imported as drafts: 2" in office.imports(other, "--set", "list=2026").out


def test_a_number_that_stands_for_something_else_now_is_told(office):
    office.imports(GOOD)
    answer = office.imports(GOOD.replace("Свет на улице", "Сад"))
    assert "number 1 was imported before as “Свет на улице”" in answer.out


def test_a_dry_run_writes_nothing(office):
    answer = office.imports(GOOD, "--dry-run")
    assert (answer.status, Project.objects.count()) == (0, 0)
    assert "Would be imported: 2" in answer.out


def test_one_bad_row_keeps_all_others_out(office):
    answer = office.imports(GOOD + "3;;bridge;10;10;\n")
    assert (answer.status, Project.objects.count()) == (1, 0)
    assert "line 4 [title_ru]: There is no title." in answer.err
    assert "Nothing was imported: 1 of 3 rows" in answer.err


def test_bad_rows_can_be_left_out(office):
    answer = office.imports(GOOD + "3;;bridge;10;10;\n", "--skip-bad")
    assert (answer.status, Project.objects.count()) == (0, 2)
    assert "line 4" in answer.err
    assert "Imported as drafts: 2. Imported before: 0. Left out: 1." in answer.out


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("3;Мост;bridge;100;60;50", "cost", "10 KGS more than the cost"),
        ("3;Мост;bridge;100;60;30,5", "cost", "9.50 KGS less than the cost"),
        ("3;Мост;bridge;много;60;40", "cost", "in digits"),
        ("3;Мост;bridge;100;12.500;40", "share_donors", "between thousands"),
        ("3;Мост;bridge;100;-60;160", "share_donors", "less than nothing"),
        ("3;Мост;bridge;;60;40", "cost", "cost is missing"),
        ("3;Мост;bridge;0;0;0", "cost", "cost is missing"),
        ("3;Мост;castle;100;60;40", "category", "“castle” is not known"),
        ("3;Мост;;100;60;40", "category", "It is empty"),
        (f"3;{'М' * 201};bridge;100;60;40", "title_ru", "longer than 200"),
        ("2;Мост;bridge;100;60;40", "id", "same number as in line 3"),
        ("3;Мост;bridge;100;60;40;и ещё", "", "more cells than columns"),
        ("3;=A1;bridge;=B1;60;40", "cost", "in digits"),
    ],
)
def test_a_bad_row_is_named_with_line_column_and_reason(office, row, column, reason):
    answer = office.imports(f"{GOOD}{row}\n", "--json")
    complaints = json.loads(answer.out)["complaints"]
    assert [(each["line"], each["column"]) for each in complaints] == [(4, column)]
    assert reason in complaints[0]["reason"]
    assert (answer.status, Project.objects.count()) == (1, 0)


def test_everything_wrong_with_a_row_is_told_at_once(office):
    answer = office.imports(GOOD + "3;;castle;много;60;40\n", "--json")
    assert {each["column"] for each in json.loads(answer.out)["complaints"]} == {"title_ru", "category", "cost"}


def test_letters_lost_by_windows_1251_are_a_bad_row(office):
    rows = "id;title_ky;category;cost;share_village\n1;Т?б? жолу;road;5;5\n".encode("windows-1251")
    assert "Letters were lost" in office.imports(rows).err


def test_a_list_in_windows_1251_is_imported(office):
    office.imports(GOOD.encode("windows-1251"))
    assert Project.objects.filter(title_ru="Чистая вода").exists()


def test_a_formula_stays_text(office):
    office.imports('id;title_ru;category;cost;share_village\n1;"=HYPERLINK(""x"")";road;5;5\n')
    assert Project.objects.get().title_ru == '=HYPERLINK("x")'


def test_columns_nobody_reads_are_named(office):
    rows = "id;title_ru;category;cost;share_village;погода\n1;Мост;bridge;5;5;ясно\n"
    assert "Columns that are not read: погода." in office.imports(rows).out


def test_headings_in_the_languages_of_the_country_are_known(office):
    rows = "№;Аталышы;Түрү;Жалпы баасы, сом;Мигранттар;Айыл өкмөтү\n1;Көпүрө;көпүрө;5;3;2\n"
    rows = rows.replace("Жалпы баасы, сом", "Жалпы (сом)")
    answer = office.imports(rows, "--set", "language=ky")
    assert answer.status == 0, answer.err
    assert Project.objects.get().title_ky == "Көпүрө"


def test_constants_fill_what_the_list_does_not_say(office):
    answer = office.imports(
        "id;title;cost;share_donors\n1;Суу;5;5\n", "--set", "category=water", "--set", "language=ky"
    )
    assert answer.status == 0, answer.err
    assert Project.objects.get().category == "water"


@pytest.mark.parametrize(
    ("header", "options", "words"),
    [
        ("id;title;category;cost", [], "--set language=ru"),
        ("id;title_ru;cost;share_village", [], "--set category=water"),
        ("id;category;cost;share_village", [], "No column is known as the title"),
        ("id;title_ru;category;x", [], "cost or as somebody's share"),
        ("id;№;title_ru;cost", ["--set", "category=road"], "Both of these look like “ref”"),
        ("id;title_ru;category;cost", ["--set", "ref=1"], "cannot be set for all rows"),
        ("id;title_ru;category;cost", ["--set", "weather"], "Write it like"),
        ("id;title_ru;category;cost", ["--set", "currency=XXX"], "not possible for currency"),
        ("id;title_ru;category;cost", ["--set", "total=maybe"], "not possible for total"),
        ("id;title_ru;category;share_village", ["--set", "rest=donors"], "needs the cost"),
    ],
)
def test_a_list_that_cannot_be_understood_is_refused_in_words(office, header, options, words):
    answer = office.imports(f"{header}\n1;2;3;4\n", *options)
    assert words in answer.err
    assert answer.status == 1


def test_one_party_may_bring_what_the_others_leave(office):
    rows = "id;title_ru;category;cost;share_village\n1;Мост;bridge;100;40\n2;Сад;school;100;140\n"
    answer = office.imports(rows, "--set", "rest=donors", "--skip-bad")
    assert {share.party: share.amount_minor for share in Project.objects.get().shares.all()} == {
        "donors": 60_00, "village": 40_00
    }  # fmt: skip
    assert "40 KGS more than the cost" in answer.err


def test_the_cost_may_be_what_the_shares_add_up_to(office):
    rows = "id;title_ru;category;cost;share_village;share_in_kind\n1;Мост;bridge;90;40;10\n"
    office.imports(rows, "--set", "total=computed")
    project = Project.objects.get()
    assert project.budget_lines.get().total_minor == 50_00
    assert project.milestones.get().tranche_minor == 40_00  # work and things are not paid out


def test_rows_may_name_their_village(office):
    other = Place.objects.create(
        kind="village", level=4, name_ru="Ак-Суу", soate="V-other", parent=office.administration.place,
        valid_from=office.village.valid_from,
    )  # fmt: skip
    header = "id;село;title_ru;category;cost;share_village"
    rows = f"{header}\n1;АК-СУУ;Мост;bridge;5;5\n2;{office.village.soate};Сад;school;5;5\n"
    answer = office.imports(rows, "--village", "")
    assert answer.status == 0, answer.err
    assert set(Project.objects.values_list("village", flat=True)) == {other.pk, office.village.pk}


def test_a_village_that_is_not_there_is_a_bad_row(office):
    _aimak, foreign = aimak_and_village()
    rows = f"id;село;title_ru;category;cost;share_village\n1;{foreign.soate};Мост;bridge;5;5\n"
    assert "There is no village" in office.imports(rows).err


def test_a_name_that_several_villages_bear_is_asked_back(office):
    for code in ("V-1", "V-2"):
        Place.objects.create(
            kind="village", level=4, name_ru="Кызыл-Туу", soate=code, parent=office.administration.place,
            valid_from=office.village.valid_from,
        )  # fmt: skip
    answer = office.imports(GOOD, "--village", "Кызыл-Туу")
    assert "V-1" in answer.err
    assert "V-2" in answer.err


def test_only_an_officer_of_the_administration_imports(office):
    stranger = officer_of(organisation("custodian"), Role.CUSTODIAN_OFFICER)
    office.clerk = stranger
    assert "You may not do this" in office.imports(GOOD).err
    office.clerk = person()
    assert office.imports(GOOD).status == 1
    assert not Project.objects.exists()


def test_somebody_unknown_is_refused(office):
    office.clerk.email = "nobody@example.org"
    assert "Nobody has the e-mail address" in office.imports(GOOD).err


def test_another_administration_cannot_be_written_for(office):
    aimak, _village = aimak_and_village()
    other = organisation("village_administration", aimak)
    answer = office.imports(GOOD, "--administration", other.public_id, "--village", "")
    assert (answer.status, Project.objects.count()) == (1, 0)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1", b"\x00\x01", b"a" * 50])
def test_a_wrong_file_is_told_without_a_traceback(office, data):
    answer = office.imports(data)
    assert answer.status == 1
    assert answer.err


def test_the_command_answers_in_russian_if_asked(office):
    assert office.imports(GOOD, "--messages", "ru").status == 0
