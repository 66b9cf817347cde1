"""Whatever program saved the list, its rows are read; what is no list is refused in words."""

from pathlib import Path

import pytest

from projects.imports import tables
from projects.imports.tables import UnreadableFile, letters_lost, table_read

CONTENT = "номер;название;сумма\n1;Суу түтүгү, жаңы;1 200,50\n2;Жарык;300\n"


@pytest.fixture
def saved(tmp_path):
    def save(data: bytes) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(data)
        return path

    return save


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_out(saved, encoding):
    table = table_read(saved(CONTENT.encode(encoding)))
    assert table.header == ("номер", "название", "сумма")
    assert table.lines[0].cells == ("1", "Суу түтүгү, жаңы", "1 200,50")


def test_windows_1251_is_read(saved):
    table = table_read(saved("номер;название\n1;Вода для села\n".encode("windows-1251")))
    assert (table.encoding, table.lines[0].cells[1]) == ("windows-1251", "Вода для села")


def test_one_damaged_letter_does_not_turn_the_list_into_gibberish(saved):
    table = table_read(saved(CONTENT.encode() + "3;Көпүрө".encode()[:-1] + b";5\n"))
    assert table.encoding == "utf-8"
    assert table.lines[0].cells[1] == "Суу түтүгү, жаңы"
    assert letters_lost(table.lines[2].cells[1], table.encoding)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_the_separator_is_found_out(saved, mark):
    rows = [["id", "title", "cost"], ["1", "Суу", "300"], ["2", "Жол", "200"]]
    table = table_read(saved("\n".join(mark.join(row) for row in rows).encode()))
    assert table.separator == mark
    assert [line.cells for line in table.lines] == [("1", "Суу", "300"), ("2", "Жол", "200")]


def test_decimal_commas_do_not_hide_the_separator(saved):
    table = table_read(saved(b"id;a;b\n1;1,50;2,50\n2;1,50;2,50\n"))
    assert table.separator == ";"


def test_the_line_that_a_spreadsheet_writes_for_itself_names_the_separator(saved):
    table = table_read(saved(b"sep=|\nid|cost\n1|5;0;0\n"))
    assert table.lines[0].number == 3
    assert table.lines[0].cells == ("1", "5;0;0")


def test_empty_lines_are_left_out_and_line_numbers_stay_those_of_the_file(saved):
    table = table_read(saved(b'id;text\n\n1;"two\nlines"\n;;\n2;x\n'))
    assert [(line.number, line.cells[0]) for line in table.lines] == [(3, "1"), (6, "2")]


def test_the_header_may_stand_further_down(saved):
    table = table_read(saved(b"List of projects;\nid;cost\n1;5\n"), header_line=2)
    assert table.header == ("id", "cost")


def test_a_formula_is_just_text(saved):
    table = table_read(saved(b'id;title\n1;"=HYPERLINK(""http://x"")"\n'))
    assert table.lines[0].cells[1] == '=HYPERLINK("http://x")'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04and more", "workbook"),
        (b"\xd0\xcf\x11\xe0and more", "workbook"),
        (b"%PDF-1.7", "not a list"),
        (b"\xff\xd8\xff\xe0", "not a list"),
        (b"id;x\n1;\x00\x01\x02", "not a list"),
        (b"id;x\n1;\x98\xff\n", "letters"),
        (b"one column\nonly\n", "one column"),
        (b"id;cost\n", "no row"),
        (b"id;id\n1;2\n", "same name"),
        (b'id;x\n1;"never closed\n2;3\n', "quotation mark"),
    ],
)
def test_what_is_no_list_is_refused_in_words(saved, data, words):
    with pytest.raises(UnreadableFile, match=words):
        table_read(saved(data))


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        table_read(tmp_path)
    with pytest.raises(UnreadableFile, match="no such file"):
        table_read(tmp_path / "nothing.csv")


def test_a_huge_file_is_refused_before_it_is_decoded(saved, monkeypatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 1024 * 1024)
    with pytest.raises(UnreadableFile, match="larger than 1 MB"):
        table_read(saved(b"id;x\n" + b"1;2\n" * 400_000))


def test_too_many_rows_and_too_long_a_cell_are_refused(saved):
    with pytest.raises(UnreadableFile, match="more than 20000 rows"):
        table_read(saved(b"id;x\n" + b"1;2\n" * 20_001))
    with pytest.raises(UnreadableFile, match="too long"):
        table_read(saved(b"id;x\n1;" + b"a" * 200_000 + b"\n"))


def test_an_unknown_encoding_is_refused(saved):
    with pytest.raises(UnreadableFile, match="encoding"):
        table_read(saved(b"id;x\n1;2\n"), encoding="martian")


@pytest.mark.parametrize(
    ("text", "encoding", "lost"),
    [
        ("Т?б? жолу", "windows-1251", True),
        ("Нужен ли мост?", "windows-1251", False),
        ("Мост\ufffd", "utf-8", True),
        ("Эмне?Качан", "utf-8", False),
    ],
)
def test_letters_that_windows_1251_lost_are_noticed(text, encoding, lost):
    assert letters_lost(text, encoding) is lost
