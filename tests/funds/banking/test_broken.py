"""Scenario 32: whatever a file is, it gets a clear answer, soon, within bounds; nothing is kept of it."""

import datetime as dt
import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funds.banking.models import BankLine, StatementFile
from funds.banking.services import statement_import, statement_look
from tests.factories.people import aimak_and_village, organisation
from tests.factories.statements import Told, account_at_bank, camt, csv_file, mt940, one_c, xlsx_file

ROOT = Path(__file__).resolve().parents[3]
DAY = dt.date(2026, 11, 3)
LINES = [Told(dt.date(2026, 11, n), 100_00 * n, f"Помощь {n}", bank_id=f"B{n}") for n in range(1, 6)]
WRITTEN = {"1c": one_c, "camt053": camt, "mt940": mt940, "csv": csv_file, "xlsx": xlsx_file}
GOOD = {kind: write(LINES) for kind, write in WRITTEN.items()}
SOON = 2.0  # seconds of work, however busy the machine is
MEMORY = 700 * 1024 * 1024  # of the whole process with Django in it

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMB = GOOD["camt053"].replace(
    b"<Document", f'<!DOCTYPE d [<!ENTITY a0 "ha">{LAUGHS}]>\n<Document'.encode(), 1
).replace(b"<Id>S</Id>", b"<Id>&a9;</Id>")  # fmt: skip
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>"""


def many(kind, count=200_000):
    """Return a file of so many lines, made without building them one by one."""
    pieces = {
        "1c": ("СекцияДокумент=Платежное поручение", "КонецФайла"),
        "camt053": ("<Ntry>", "</Stmt>"),
        "mt940": (":61:", ":62F:"),
        "csv": ("03.11.2026;", ""),
    }
    text = WRITTEN[kind]([Told(DAY, 1_00, "x", "y")]).decode("cp1251" if kind == "1c" else "utf-8")
    begin, end = text.index(pieces[kind][0]), text.index(pieces[kind][1]) if pieces[kind][1] else len(text)
    whole = text[:begin] + text[begin:end] * count + text[end:]
    return whole.encode("cp1251" if kind == "1c" else "utf-8")


def codes(data):
    report = statement_look(data)
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()
    return [each["code"] for each in report.errors]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (GOOD["camt053"].replace(b"encoding='UTF-8'", b"encoding='UTF-16'"), "encoding"),
        (GOOD["camt053"].decode().replace("ү", "у").encode("cp1251"), "encoding"),
        (GOOD["camt053"][:-60], "cut_off"),
        (GOOD["camt053"].replace(b"camt.053.001.02", b"camt.052.001.02"), "not_camt053"),
        (GOOD["camt053"].replace("Помощь 3".encode(), b"<b>"), "xml"),
        (GOOD["camt053"].replace(b"<Sts>BOOK</Sts>", b"<Sts>SOON</Sts>"), "status"),
        (GOOD["1c"].replace(b"1C", b"1\0C", 1), "nul"),
        (GOOD["1c"][: len(GOOD["1c"]) // 2], "cut_off"),
        (GOOD["1c"].decode("cp1251").encode("koi8-r"), "encoding"),
        (GOOD["1c"].decode("cp1251").encode("utf-16-le"), "nul"),
        (GOOD["mt940"][:-30], "cut_off"),
        (GOOD["mt940"].replace(b":61:", b":6I:", 1), "tag"),
        (GOOD["mt940"].replace(b"C100,00", b"C1O0,00", 1), "entry"),
        (GOOD["csv"].replace(b"\r\n", b"\0\r\n", 1), "nul"),
        (GOOD["xlsx"][:-100], "cut_off"),
        (b"\0" * 1000, "nul"),
        (bytes(range(1, 256)) * 100, "encoding"),
        (b"<" * 100_000, "xml"),
        (b"<a>" * 100_000, "xml"),
        (b"%PDF-1.4\n1 0 obj", "headings"),
    ],
)
def test_scenario_32_what_is_broken_is_named_soon(data, code):
    started = time.process_time()
    found = codes(data)
    assert time.process_time() - started < SOON
    assert found[:1] == ([code] if code else [])


@pytest.mark.parametrize("kind", ["1c", "camt053", "mt940", "csv"])
def test_scenario_32_two_hundred_thousand_lines_are_refused_soon(kind):
    data = many(kind)
    started = time.process_time()
    assert codes(data)[0] in {"too_many_lines", "too_large"}
    assert time.process_time() - started < SOON


def test_scenario_32_a_spreadsheet_of_too_many_rows_is_refused_soon():
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b'<row r="1"><c><v>1</v></c></row>' * 200_000)
    started = time.process_time()
    assert codes(out.getvalue()) == ["too_many_lines"]
    assert time.process_time() - started < SOON


@pytest.mark.django_db
@pytest.mark.parametrize("kind", WRITTEN)
def test_scenario_32_a_broken_file_books_nothing(kind):
    account = account_at_bank(organisation("custodian", aimak_and_village()[0]))
    data = GOOD[kind]
    for broken in (data[: len(data) // 2], data.replace(b"0", b"\0", 1), b"", data[:100] + data[200:]):
        before = BankLine.objects.count(), StatementFile.objects.count()
        report = statement_import(account=account, data=broken, actor=None)
        assert report.errors or kind == "csv"  # a table that ends early may still be one
        if report.errors:
            assert (BankLine.objects.count(), StatementFile.objects.count()) == before


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_happens_to_a_file_there_is_an_answer(kind, data):
    broken = bytearray(GOOD[kind])
    for _time in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(broken) - 1)))
        act = data.draw(st.sampled_from(["change", "cut", "put", "drop", "double"]))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        if act == "cut":
            del broken[at:]
        elif act == "drop":
            del broken[at : at + data.draw(st.integers(1, 200))]
        elif act == "double":
            broken[at:at] = broken[at : at + 300]
        elif act == "put":
            broken[at:at] = piece
        else:
            broken[at : at + len(piece)] = piece
    report = statement_look(bytes(broken))
    assert "unreadable" not in [each["code"] for each in report.errors]  # each way to be broken is known
    assert all(each["message"] for each in report.errors)


@pytest.mark.parametrize("kind", ["1c", "camt053", "mt940", "csv"])
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_an_amount_changed_by_hand_never_comes_out(kind, data):
    """One digit of one entry is another one: with balances, the file is refused."""
    each = data.draw(st.sampled_from(LINES[1:]))
    sums = f"{each.minor // 100}.00" if kind in {"1c", "camt053"} else f"{each.minor // 100},00"
    mark = {"1c": "Сумма=", "camt053": ">", "mt940": "C", "csv": ";"}[kind]
    old = (mark + sums).encode("cp1251" if kind == "1c" else "utf-8")
    new = (mark + sums.replace("0", "7", 1)).encode("cp1251" if kind == "1c" else "utf-8")
    assert old in GOOD[kind]
    found = codes(GOOD[kind].replace(old, new, 1))
    assert found
    assert found[0] in {"wrong_balance", "running_balance"}


@pytest.mark.parametrize("kind", ["1c", "camt053", "mt940", "csv"])
def test_scenario_32_memory_stays_within_bounds(kind, tmp_path):
    """The command itself, in a process of its own that may not have more."""
    file = tmp_path / "statement"
    file.write_bytes(many(kind))
    done, seconds = command(file)
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["errors"][0]["code"] in {"too_many_lines", "too_large"}
    assert seconds < 60  # nearly all of it is the start of Django


def test_scenario_32_a_hundred_megabytes_are_not_even_read(tmp_path):
    file = tmp_path / "statement.csv"
    with file.open("wb") as stream:
        for _block in range(100):
            stream.write(b"03.11.2026;1,00;x\n" * 58_254)
    done, _seconds = command(file)
    assert (done.returncode, json.loads(done.stdout)["errors"][0]["code"]) == (2, "too_large")


def command(file):
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "import_statement", file, "--dry-run", "--json"],
        capture_output=True, text=True, timeout=120, check=False, preexec_fn=_bound,
        env=os.environ | {"DATABASE_URL": "sqlite:////nowhere/at-all.sqlite3"},
    )  # fmt: skip
    return done, time.monotonic() - started


def _bound():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
