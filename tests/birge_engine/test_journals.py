"""What hledger, Beancount and a spreadsheet read out of our files is what stands in the leaves, to the last tyiyn."""

import csv
import io
import itertools
import os
import re
import subprocess
import sys
import uuid
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.parse import unquote

import pytest
from beancount import loader
from beancount.core import account as beancount_names
from beancount.core.data import Open, Transaction
from hypothesis import given
from hypothesis import strategies as st

from birge.money import EXPONENTS
from birge_engine import codes
from birge_engine.books import ACCOUNT_TYPES, SHAPES, Book, Kind
from birge_engine.journals import (
    CSV_HEADER,
    FACTS,
    TAGS,
    TOPS,
    amount_text,
    beancount_account,
    beancount_file,
    csv_rows,
    csv_text,
    exponent,
    hledger_account,
    hledger_journal,
)
from birge_engine.leaf import LARGEST, leaf_decode, leaf_encode
from tests.support.programs import needed

CUSTODIANS = ["g59v8jt6wb", "7kq2m9x0ab", "AAAA2222", "-odd", "0-odd"]
AMOUNTS = [1, 9, 10, 99, 100, 101, 12_345, 10**9 + 1, 2**40]
NASTY = [
    "=HYPERLINK(\"http://a.b\";\"x\")",
    "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "a,=1+1", "a;\n=1",
    'quotes " and \\ and \\" and \'',
    "; a comment; another:tag, date:2020-01-01, [2020-01-01]",
    "first\n2026-01-01 * second\n    a  1\n\n",
    "line\u2028 paragraph\u2029 next\x85 nul\0 \x1b[31m",
    "чек 😀 👩‍👩‍👧 \u202etxt\u00a0",
    "  blanks  ",
    "100 % %20",
    "^link #tag {cost} @ 5 KGS | | ((",
    "\ufeff\nend\ncomment\ninclude /etc/passwd\n",
]  # fmt: skip
ID = "0b7f3c1e-5a44-4d6e-9a57-2f1d3c4b5a69"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ids = st.from_regex(codes.PART, fullmatch=True)


def code_of(dice, name):
    """Return an account of this type, on few purposes, so that they meet."""
    custodian, project = dice.choice(CUSTODIANS), dice.choice(["b7d1e3f5g7", "0x5z9k2m4n"])
    if name == "promisor" and dice.random() < 0.5:
        return codes.DONORS
    if name in ("bank", "stripe", "cash", "sandbox", "fx", "unidentified", "reserve"):
        return f"{name}:{custodian}:main"
    if name == "transit":
        return f"{name}:{custodian}:{dice.choice(CUSTODIANS)}"
    line = f":{dice.randint(1, 3)}" if name == "spent" else ""
    return f"{name}:{custodian}:project-{project}{line}"


def side_of(dice, names, amount, currency, sign):
    """Divide an amount among one to three accounts of these types."""
    cuts = sorted({0, amount, *(dice.randint(0, amount) for _ in range(dice.randint(0, 2)))})
    for low, high in itertools.pairwise(cuts):
        code = code_of(dice, dice.choice(sorted(names)))
        version = {"version": dice.randint(1, 99)} if codes.account_type(code).guarded else {}
        yield {"account": code, "amount": sign * (high - low), "currency": currency, **version}


def postings_of(dice, kind):
    shape = SHAPES[kind]
    few = ["KGS", "KGS", "USD", "KRW", "XTS"]
    currencies = [dice.choice(few), "RUB"] if kind == Kind.FX_CONVERTED else [dice.choice(few)]
    for part in shape.parts:
        for currency in ["XAD"] if shape.book == Book.IN_KIND else currencies:
            amount = dice.choice(AMOUNTS)
            yield from side_of(dice, part.debit, amount, currency, +1)
            yield from side_of(dice, part.credit, amount, currency, -1)


def entry_of(dice, before):
    """Return a leaf of any kind. It may end or undo one that stands before it, and says nasty things."""
    kind = dice.choice(list(Kind))
    entry = {"v": 1, "id": str(uuid.UUID(int=dice.getrandbits(128))), "kind": kind.value, "documents": []}
    entry["date"] = (date(2026, 1, 1) + timedelta(days=dice.randint(0, 400))).isoformat()
    if kind == Kind.ENTRY_REVERSED:
        undone = dice.choice(before or [one(Kind.CASH_BANKED)])
        back = [{**posting, "amount": -posting["amount"]} for posting in undone["postings"]]
        entry |= {"book": undone["book"], "postings": back, "reverses": undone["id"]}
    else:
        entry |= {"book": SHAPES[kind].book.value, "postings": list(postings_of(dice, kind))}
    if before and dice.random() < 0.3:
        entry["resolves"] = dice.choice(before)["id"]
    for name in ("group", "rule", "tag", "commitment"):
        if dice.random() < 0.5:
            entry[name] = dice.choice([*NASTY, "village-1:1", "c0" * 32])
    for _ in range(dice.choice([0, 0, 1, 2])):
        entry["documents"].append({"type": dice.choice(["чек", *NASTY]), "sha256": f"{dice.getrandbits(256):064x}"})
    return leaf_decode(leaf_encode(entry))


def one(kind=Kind.PAYMENT_RECEIVED, amount=1_500_05, currency="KGS", **fields):
    postings = [
        {"account": "bank:g59v8jt6wb:main", "amount": amount, "currency": currency},
        {"account": "held:g59v8jt6wb:project-b7d1e3f5g7", "amount": -amount, "currency": currency, "version": 7},
    ]
    plain = {"v": 1, "id": ID, "date": "2026-11-24", "book": "cash", "postings": postings, "documents": []}
    return {**plain, "kind": str(kind), **fields}


def history(seed, size=300):
    dice, made = Random(seed), []
    for _ in range(size):
        made.append(entry_of(dice, made))
    return list(enumerate(made, start=5))


def accounts_of(entries):
    postings = itertools.chain.from_iterable(entry["postings"] for _, entry in entries)
    return list(dict.fromkeys((each["account"], each["currency"]) for each in postings))


def sums_of(entries):
    sums = Counter()
    for _, entry in entries:
        for each in entry["postings"]:
            sums[each["account"], each["currency"]] += each["amount"]
    return {account: amount for account, amount in sums.items() if amount}


def run(*command):
    """Run a program where only ASCII is known; it may say nothing but its answer."""
    done = subprocess.run(
        command, env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def hledger(path, *arguments):
    return run(needed("hledger"), "-f", str(path), *arguments)


def bean_check(path):
    assert run(str(Path(sys.executable).with_name("bean-check")), str(path)) == ""


def written(path, pieces):
    path.write_text("".join(pieces), encoding="ascii", newline="\n")
    return path


BOOKS = [
    pytest.param(history(seed), known, id=f"history {seed}, {name}")
    for seed in (1, 2)
    for known, name in ((True, "accounts given"), (False, "accounts turn up"))
] + [
    pytest.param([(0, one())], True, id="one entry"),
    pytest.param([], True, id="nothing"),
    pytest.param([(0, one(amount=LARGEST))], True, id="the largest amount"),
    pytest.param([(0, one(kind="some\nlater kind; *"))], True, id="a kind of a later year"),
]


@pytest.mark.parametrize(("entries", "known"), BOOKS)
def test_hledger_comes_to_the_same_balances(entries, known, tmp_path):
    path = written(tmp_path / "a.journal", hledger_journal(entries, accounts_of(entries) if known else ()))
    assert hledger(path, "check", "--strict", "payees") == ""
    table = hledger(path, "balance", "--flat", "-N", "-E", "-O", "csv", "--layout=bare")
    read = {(row[0], row[1]): row[2] for row in list(csv.reader(io.StringIO(table)))[1:] if Decimal(row[2])}
    expected = sums_of(entries)
    assert read == {(hledger_account(code), unit): amount_text(at, unit) for (code, unit), at in expected.items()}


@pytest.mark.parametrize(("entries", "known"), BOOKS)
def test_beancount_comes_to_the_same_balances(entries, known, tmp_path):
    path = written(tmp_path / "a.beancount", beancount_file(entries, accounts_of(entries) if known else ()))
    bean_check(path)
    directives, errors, _options = loader.load_file(str(path))
    assert errors == []
    read = Counter()
    for each in directives:
        for posting in each.postings if isinstance(each, Transaction) else ():
            read[posting.account, posting.units.currency] += posting.units.number
    expected = sums_of(entries)
    assert {account: amount for account, amount in read.items() if amount} == {
        (beancount_account(code), unit): Decimal(at).scaleb(-exponent(unit)) for (code, unit), at in expected.items()
    }


@pytest.mark.parametrize("report", ["balancesheetequity", "incomestatement"])
def test_a_report_that_comes_to_nothing_proves_a_rule_of_the_books(report, tmp_path):
    entries = history(3)
    path = written(tmp_path / "a.journal", hledger_journal(entries, accounts_of(entries)))
    rows = list(csv.reader(io.StringIO(hledger(path, report, "-O", "csv"))))
    assert len(rows) > 10
    assert rows[-1] == ["Net:", "0"]


def test_promises_and_work_are_in_no_report_about_money(tmp_path):
    entries = history(4)
    path = written(tmp_path / "a.journal", hledger_journal(entries, accounts_of(entries)))
    typed = hledger(path, "accounts", "type:alerx").splitlines()
    assert typed
    assert not [name for name in typed if name.startswith("memo:")]
    cash = {name for name, kind in ACCOUNT_TYPES.items() if kind.book == Book.CASH}
    assert {name.split(":")[1] for name in typed} == cash


def test_every_text_comes_back_out_of_both_files(tmp_path):
    entries = [(n, one(**dict.fromkeys(("group", "rule", "tag", "commitment"), text))) for n, text in enumerate(NASTY)]
    beans = written(tmp_path / "a.beancount", beancount_file(entries))
    bean_check(beans)
    transactions = [each for each in loader.load_file(str(beans))[0] if isinstance(each, Transaction)]
    journal = written(tmp_path / "a.journal", hledger_journal(entries))
    for name in ("group", "rule", "tag", "commitment"):
        assert [unquote(each.meta[name]) for each in transactions] == NASTY
        said = hledger(journal, "print", f"tag:{name}")
        assert [unquote(each) for each in re.findall(f"; {name}:(.*)", said)] == NASTY
    assert set(hledger(journal, "tags").split()) == {*TAGS, "version", "type"} - {"resolves", "reverses", "documents"}


def test_a_transaction_says_where_it_stands_in_the_log_and_what_belongs_to_it(tmp_path):
    digest = "ab" * 32
    documents = [{"type": "act", "sha256": digest}]
    entry = one(reverses="r", resolves="s", group="g", rule="village-1:1", documents=documents)
    assert "".join(hledger_journal([(17, entry)])).endswith(f"""
2026-11-24 * payment.received
    ; index:17
    ; id:{ID}
    ; group:g
    ; resolves:s
    ; reverses:r
    ; rule:village-1:1
    ; documents:{digest}
    assets:bank:g59v8jt6wb:main  1500.05 KGS
    liabilities:held:g59v8jt6wb:project-b7d1e3f5g7  -1500.05 KGS  ; version:7
""")
    assert "".join(beancount_file([(17, entry)])).endswith(f"""
2026-11-24 * "payment.received"
  index: "17"
  id: "{ID}"
  group: "g"
  resolves: "s"
  reverses: "r"
  rule: "village-1:1"
  documents: "{digest}"
  Assets:Bank:G59v8jt6wb:Main  1500.05 KGS
  Liabilities:Held:G59v8jt6wb:Project-b7d1e3f5g7  -1500.05 KGS
    version: "7"
""")


def test_accounts_are_opened_on_the_day_that_was_asked_for(tmp_path):
    path = written(tmp_path / "a.beancount", beancount_file([(0, one())], opened=date(2026, 11, 24)))
    bean_check(path)
    assert {each.date for each in loader.load_file(str(path))[0] if isinstance(each, Open)} == {date(2026, 11, 24)}


@pytest.mark.parametrize(
    "entry",
    [
        one(date="2026-11-24 * x"),
        one(date="yesterday"),
        one(currency="KGS\n"),
        one(currency="som"),
        one(postings=[{"account": "bank:a:main  1\n", "amount": 1, "currency": "KGS"}]),
        one(postings=[{"account": "nothing:a:main", "amount": 1, "currency": "KGS"}]),
    ],
)
@pytest.mark.parametrize("write", [hledger_journal, beancount_file])
def test_what_could_become_anything_in_the_file_is_refused(write, entry):
    with pytest.raises(ValueError):
        list(write([(0, entry)]))


@pytest.mark.parametrize("write", [hledger_journal, beancount_file, csv_rows, csv_text])
def test_nothing_is_read_before_it_is_asked_for(write):
    taken = []

    def entries():
        for number in range(1000):
            taken.append(number)
            yield number, one()

    pieces = iter(write(entries()))
    for _ in range(20):
        next(pieces)
    assert len(taken) <= 20


def test_every_type_of_account_has_its_place_and_so_have_the_donors():
    assert set(TOPS) == set(ACCOUNT_TYPES)
    for name, kind in ACCOUNT_TYPES.items():
        assert (kind.book == Book.CASH) == bool(TOPS[name].letter)
        assert kind.asset == (TOPS[name].hledger == "assets")
    assert hledger_account(codes.DONORS) == "memo:pledge:promisor:donors"
    assert beancount_account(codes.DONORS) == "Equity:Memo:Pledge:Promisor:Donors"


def code_behind(name):
    """Undo the spelling for Beancount."""
    parts = re.sub(r"^(Equity:Memo:Pledge|Equity:Memo:Inkind|\w+):", "", name).split(":")
    return ":".join(part[2:] if part.startswith("0-") else part[0].lower() + part[1:] for part in parts)


@given(st.sampled_from(sorted(ACCOUNT_TYPES)), st.lists(ids, min_size=2, max_size=3))
def test_a_name_leads_back_to_its_code(kind, parts):
    code = ":".join([kind, *parts])
    assert beancount_names.is_valid(beancount_account(code))
    assert code_behind(beancount_account(code)) == code
    assert hledger_account(code).endswith(f":{code}")


def test_minor_units_are_those_of_the_platform():
    assert {currency: exponent(currency) for currency in EXPONENTS} == EXPONENTS


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(0, "KGS", "0.00"), (-1, "KGS", "-0.01"), (100, "KGS", "1.00"), (-12_345, "KGS", "-123.45"), (-3, "XAD", "-3")],
)
def test_an_amount_is_written_with_all_its_digits(minor, currency, text):
    assert amount_text(minor, currency) == text
    assert amount_text(minor, currency, ",") == text.replace(".", ",")


def rows_of(entries, **options):
    text = "".join(csv_text(entries, **options)).encode("utf-8").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=options.get("delimiter", ";")))


@pytest.mark.parametrize(("delimiter", "mark"), [(";", ","), (",", "."), ("\t", ".")])
def test_the_table_holds_every_posting(delimiter, mark):
    entries = history(5)
    rows = rows_of(entries, delimiter=delimiter, mark=mark)
    assert len(rows) == sum(len(entry["postings"]) for _, entry in entries)
    sums, decimals = Counter(), Counter()
    for row in rows:
        sums[row["account"], row["currency"]] += int(row["amount_minor"])
        decimals[row["account"], row["currency"]] += Decimal(row["amount"].replace(mark, "."))
    assert {account: amount for account, amount in sums.items() if amount} == sums_of(entries)
    assert all(decimals[code, unit] == Decimal(at).scaleb(-exponent(unit)) for (code, unit), at in sums.items())


def test_a_row_says_all_that_the_leaf_says():
    documents = [{"type": "act", "sha256": "ab" * 32}, {"type": "act", "sha256": "cd" * 32}]
    facts = {name: name.upper() for name in FACTS}
    row = rows_of([(17, one(**facts, documents=documents))])[1]
    place = ["17", ID, "2026-11-24", "payment.received", "cash", "held:g59v8jt6wb:project-b7d1e3f5g7"]
    expected = [*place, "-1500,05", "-150005", "KGS", "7", *facts.values(), f"{'ab' * 32} {'cd' * 32}"]
    assert row == dict(zip(CSV_HEADER, expected, strict=True))


def test_an_empty_ledger_is_a_table_with_a_header():
    text = "".join(csv_text([]))
    assert text.encode() == b"\xef\xbb\xbf" + ";".join(CSV_HEADER).encode() + b"\r\n"
    assert list(csv_rows([])) == []


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@A1", "\ttab", "\rback", "\nline", "\0nul", "＝1"])
@pytest.mark.parametrize("before", ["", "a,", "a;", 'a"'])
def test_no_text_is_a_formula(before, start):
    row = rows_of([(0, one(**dict.fromkeys(("group", "rule", "tag", "kind"), before + start)))])[0]
    assert {row[name] for name in ("group", "rule", "tag", "kind")} == {f"{before}'{start}"}


@pytest.mark.parametrize("text", ["village-1:1", "a=1", "чек 😀", "c0" * 32, 'two "words"; more'])
def test_other_texts_stay_as_they_are_and_numbers_stay_numbers(text):
    row = rows_of([(0, one(group=text))])[1]
    assert (row["group"], row["amount"], row["amount_minor"]) == (text, "-1500,05", "-150005")


@given(texts)
def test_whatever_a_text_is_it_stays_on_its_line_and_comes_back(text):
    entries = [(0, one(group=text))]
    plain, said = "".join(hledger_journal([(0, one())])), "".join(hledger_journal(entries))
    assert said.isascii()
    assert len(said.splitlines()) == len(plain.splitlines()) + 1
    assert unquote(re.search("; group:(.*)", said)[1]) == text
    assert rows_of(entries)[0]["group"].replace("'", "") == text.replace("'", "")
