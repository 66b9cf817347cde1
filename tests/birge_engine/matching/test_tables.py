"""Tables are read as they stand, or refused with the line and the reason; quickly read or not, they say the same."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.matching import Allocation, Result, numeric
from birge_engine.matching.columns import Columns
from birge_engine.matching.tables import TableError, contributions_read, project_sums_read, result_write

HEADER = "contribution_id,project_id,donor_id,amount,currency,confirmed_at\n"
ROW = "1,p,d,12.50,KGS,2026-03-14T09:30:00Z\n"


@pytest.fixture(params=[True, False], ids=["numpy", "plain"], autouse=True)
def with_numpy(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(numeric, "np", None)
    return request.param


def read(tmp_path, text, currency="KGS"):
    path = tmp_path / "contributions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return contributions_read(path, currency)


def row(gift):
    return gift.id, gift.project, gift.donor, gift.amount, gift.at


def test_a_file_is_read(tmp_path, with_numpy):
    found = read(tmp_path, HEADER + ROW + "2,q,d,3,KGS,2026-03-14T09:30:01Z\n")
    assert isinstance(found, Columns) == with_numpy
    assert [row(each) for each in found] == [
        ("1", "p", "d", 1250, "2026-03-14T09:30:00"),
        ("2", "q", "d", 300, "2026-03-14T09:30:01"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "amount,donor_id,project_id,contribution_id\n12.50,d,p,1\n",
        HEADER.replace(",confirmed_at", "") + "1,p,d,12.50,KGS\n",
        "\ufeff" + HEADER + "1,p,d,12.50,KGS,\n",
        HEADER.replace("\n", "\r\n") + "1,p,d,12.50,KGS,\r\n",
        HEADER + "1,p,d,12.50,KGS,",
        HEADER + '"1","p",d,"12.50",KGS,\n\n',
    ],
    ids=["another order", "no time", "BOM", "CRLF", "no last newline", "quotes"],
)
def test_files_of_spreadsheets_are_read_too(text, tmp_path):
    assert [row(each) for each in read(tmp_path, text)] == [("1", "p", "d", 1250, "")]


def test_whole_numbers_of_any_size_are_read(tmp_path):
    large = 10**60
    assert [
        each.amount for each in read(tmp_path, f"contribution_id,project_id,donor_id,amount\n1,p,d,{large}\n", "XTS")
    ] == [large]


def test_no_contributions_are_no_fault(tmp_path):
    assert list(read(tmp_path, HEADER)) == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "has no column contribution_id"),
        ("a,b\n1,2\n", 1, "has no column"),
        ("contribution_id,project_id,amount\n", 1, "has no column donor_id"),
        (HEADER.replace("currency", "currencies") + ROW, 1, "not known here: 'currencies'"),
        (HEADER.replace("currency", "amount") + ROW, 1, "names a column twice"),
        (HEADER + ROW + "2,p,d,ten,KGS,\n", 3, "amount: not an amount: 'ten'"),
        (HEADER + ROW + "2,p,d,-1,KGS,\n", 3, "amount: an amount is not negative"),
        (HEADER + ROW + "2,p,d,1e3,KGS,\n", 3, "not an amount"),
        (HEADER + ROW + "2,p,d,1.234,KGS,\n", 3, "more decimal places"),
        (HEADER + ROW + "2,p,d,,KGS,\n", 3, "not an amount"),
        (HEADER + ROW + "2,p,d,1,USD,\n", 3, "currency is 'USD', and the rule's is KGS"),
        (HEADER + ROW + "2,p,d,1,,\n", 3, "currency is ''"),
        (HEADER + ROW + ROW, 3, "'1' was there before"),
        (HEADER + ROW + "2,,d,1,KGS,\n", 3, "project_id is empty"),
        (HEADER + ROW + ",p,d,1,KGS,\n", 3, "contribution_id is empty"),
        (HEADER + ROW + "2,p,d,1,KGS\n", 3, "has 5 fields, and the header has 6"),
        (HEADER + ROW + "2,p,d,1,KGS,,\n", 3, "has 7 fields"),
        (HEADER + ROW + "2,p,d,1,KGS,yesterday\n", 3, "no time in UTC"),
        (HEADER + ROW + "2,p,d,1,KGS,2026-02-30\n", 3, "no time in UTC"),
        (HEADER + "2,p,d,1,KGS,2026-13-01\n", 2, "no time in UTC"),
        (HEADER + "2,p,d,1,KGS,2026-02-28T24:00:00Z\n", 2, "no time in UTC"),
        (HEADER + "2,p,d,1,KGS,2026-02-28T23:60:00Z\n", 2, "no time in UTC"),
        (HEADER + ROW + "2,p,d,1,KGS,2026-03-14T09:30:00+06:00\n", 3, "no time in UTC"),
        (HEADER + ROW + "2,p\0,d,1,KGS,\n", 3, "NUL"),
        (HEADER.encode() + ROW.encode() + b"2,\xff,d,1,KGS,\n", 3, "not UTF-8"),
        (HEADER + ROW + '2,"p"x,d,1,KGS,\n', 3, "is no CSV"),
        (HEADER + ROW + '2,"p,d,1,KGS,\n', 3, "is no CSV"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, line, said, tmp_path):
    with pytest.raises(TableError) as error:
        list(read(tmp_path, text))
    assert error.value.line == line
    assert said in str(error.value)


def test_texts_that_look_alike_to_the_quick_reader_are_told_apart(tmp_path):
    ids = ["a" * 64 + str(number) for number in range(5)] + ["a" * number for number in range(1, 65)]
    lines = "".join(f"{name},{name},{name},1,KGS,\n" for name in ids)
    found = list(read(tmp_path, HEADER + lines))
    assert [each.id for each in found] == [each.project for each in found] == [each.donor for each in found] == ids


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_characters='",\r\n\0', exclude_categories=["Cs"]), min_size=1, max_size=20),
            st.integers(0, 10**9),
            st.sampled_from(["2026-03-14T09:30:00Z", "2026-03-14T09:29:59Z", "2027-01-01T00:00:00Z"]),
        ),
        max_size=20,
        unique_by=lambda each: each[0],
    )
)
def test_columns_read_like_rows_and_know_their_order(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tables") / "file.csv"
    lines = [f"{name},{name[:2]},{name[-1]},{amount},XTS,{at}\n" for name, amount, at in rows]
    path.write_text(HEADER + "".join(lines), newline="")
    found = contributions_read(path, "XTS")
    assert [row(each) for each in found] == [(name, name[:2], name[-1], amount, at[:-1]) for name, amount, at in rows]
    if isinstance(found, Columns):
        assert found.ordered().tolist() == sorted(range(len(rows)), key=lambda at: (rows[at][2], rows[at][0]))
        assert list(found.project_ids) == sorted(found.project_ids)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("project_id,contributed\n", 1, "has no column sum_sqrt"),
        ("project_id,contributed,sum_sqrt\na,1,1\na,1,1\n", 3, "'a' was there before"),
        ("project_id,contributed,sum_sqrt\n,1,1\n", 2, "project_id is empty"),
        ("project_id,contributed,sum_sqrt\na,1.5,1\n", 2, "contributed is no whole number"),
        ("project_id,contributed,sum_sqrt\na,1,-1\n", 2, "sum_sqrt is no whole number"),
        ("project_id,contributed,sum_sqrt\na,1\n", 2, "has 2 fields"),
    ],
)
def test_project_sums_are_refused_with_their_line_too(text, line, said, tmp_path):
    (tmp_path / "sums.csv").write_text(text)
    with pytest.raises(TableError, match=said) as error:
        project_sums_read(tmp_path / "sums.csv")
    assert error.value.line == line


def test_results_are_written_to_the_unit():
    file = io.StringIO()
    rows = [Allocation("p", 1250, 10**9 + 1, "full"), Allocation("q, r", 5, 0, "once;pool_empty")]
    result_write(Result(rows, 9), "KGS", file)
    assert file.getvalue().splitlines() == [
        "project_id,contributed,matched,reason",
        "p,12.50,1.000000001,full",
        '"q, r",0.05,0.000000000,once;pool_empty',
    ]
