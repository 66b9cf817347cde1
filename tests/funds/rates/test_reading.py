"""Files of the National Bank: as they are, and as they never should be."""

import csv
import datetime as dt
import time
import tracemalloc
from decimal import Decimal

import pytest

from funds.rates.reading import MOST_BYTES, RateFileError, RateRow, read_rates
from tests.factories.rates import SAMPLES, xml

DAY = dt.date(2026, 9, 18)
GOOD = xml(DAY, USD="87,4500", EUR="101,2000")
BOMB = b"""<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE CurrencyRates [<!ENTITY a "1">%s]>
<CurrencyRates Date="18.09.2026"><Currency ISOCode="USD"><Nominal>1</Nominal><Value>&z;</Value></Currency>
</CurrencyRates>""" % b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(25))
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE CurrencyRates [<!ENTITY z SYSTEM "file:///etc/passwd">]>
<CurrencyRates Date="18.09.2026"><Currency ISOCode="USD"><Nominal>1</Nominal><Value>&z;</Value></Currency>
</CurrencyRates>"""


def test_the_daily_sample_is_read_exactly():
    day = dt.date(2020, 8, 11)
    assert read_rates((SAMPLES / "daily_2020-08-11.xml").read_bytes()) == [
        RateRow("USD", day, 1, Decimal("77.4202")),
        RateRow("EUR", day, 1, Decimal("91.1352")),
        RateRow("KZT", day, 1, Decimal("0.1851")),
        RateRow("RUB", day, 1, Decimal("1.0494")),
    ]


def test_nominal_and_for_how_long_it_holds_are_kept():
    rows = read_rates((SAMPLES / "nominal_and_validfor_2026-09-18.xml").read_bytes())
    assert rows == [
        RateRow("USD", DAY, 1, Decimal("87.4500")),
        RateRow("JPY", DAY, 10, Decimal("5.6749"), 7),
    ]


def test_the_csv_says_the_same_as_the_files_it_was_made_from():
    data = (SAMPLES / "rates.csv").read_bytes()
    with (SAMPLES / "rates.csv").open() as file:
        files = {line["file"] for line in csv.DictReader(file)}
    originals = [row for name in sorted(files) for row in read_rates((SAMPLES / name).read_bytes())]
    said = [(row.currency, row.day, row.nominal, row.som) for row in read_rates(data)]
    assert said == [(row.currency, row.day, row.nominal, row.som) for row in originals]


def test_a_csv_as_offices_here_write_it():
    data = "\ufeffDate;Currency;Nominal;Som\r\n18.09.2026;USD;1;87,4500\r\n\r\n18.09.2026;KRW;100;6,3\r\n".encode()
    assert read_rates(data) == [
        RateRow("USD", DAY, 1, Decimal("87.45")),
        RateRow("KRW", DAY, 100, Decimal("6.3")),
    ]


@pytest.mark.parametrize("declared", ["windows-1251", "WINDOWS-1251", "utf-8"])
def test_both_encodings_that_are_in_use(declared):
    codec = "cp1251" if declared.lower() == "windows-1251" else "utf-8"
    text = GOOD.decode("cp1251").replace("windows-1251", declared)
    assert [row.currency for row in read_rates(text.encode(codec))] == ["USD", "EUR"]


def test_zero_and_less_are_read_as_they_stand():
    assert [row.som for row in read_rates(xml(DAY, USD="0,0000", EUR="-91,1352"))] == [0, Decimal("-91.1352")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf", "not written|columns"),
        (GOOD.decode("cp1251").encode("utf-16"), "NUL"),
        (GOOD.replace(b"windows-1251", b"utf-8"), "utf-8"),
        (GOOD.replace(b"windows-1251", b"utf-7"), "utf-7"),
        (GOOD.replace(b"windows-1251", b"rot13"), "rot13"),
        (GOOD.replace(b"<Value>", b"<Value>\x98"), "windows-1251"),
        (GOOD.replace(b"87,4500", b"87,\x0045"), "NUL"),
        (GOOD[: len(GOOD) // 2], "cut off"),
        (GOOD[:-5], "cut off"),
        (GOOD + b"<more/>", "cut off or damaged"),
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        (b"<!DOCTYPE CurrencyRates SYSTEM 'http://127.0.0.1/x.dtd'><CurrencyRates/>", "document type"),
        (b"<html><body>Sign in to the network</body></html>", "html"),
        (b"Sign in to the network", "columns"),
        (GOOD.replace(b"18.09.2026", b"2026"), "which day"),
        (GOOD.replace(b"18.09.2026", b"31.02.2026"), "which day"),
        (GOOD.replace(b"18.09.2026", b"18.09.1926"), "which day"),
        (GOOD.replace(b"87,4500", b""), "USD is missing"),
        (GOOD.replace(b"<Nominal>1</Nominal>", b"", 1), "USD is missing"),
        (GOOD.replace(b"87,4500", b"87,45,00"), "not a number"),
        (GOOD.replace(b"87,4500", b"8,7e1"), "not a number"),
        (GOOD.replace(b"87,4500", b"NaN"), "not a number"),
        (GOOD.replace(b"87,4500", b"Infinity"), "not a number"),
        (GOOD.replace(b"87,4500", b"1" * 30), "not a number"),
        (GOOD.replace(b"<Nominal>1<", b"<Nominal>0<", 1), "USD"),
        (GOOD.replace(b"<Nominal>1<", b"<Nominal>-1<", 1), "USD"),
        (GOOD.replace(b"<Nominal>", b"<Value>1</Value><Nominal>", 1), "Value"),
        (GOOD.replace(b'"EUR"', b'"USD"'), "USD stands twice"),
        (GOOD.replace(b'"EUR"', b'"eur"'), "eur"),
        (GOOD.replace(b"</CurrencyRates>", b"<Other/></CurrencyRates>"), "Other"),
        (b'<CurrencyRates Date="18.09.2026"></CurrencyRates>', "no rate"),
        (b"date,currency,nominal\n2026-09-18,USD,1\n", "columns"),
        (b"date,currency,nominal,kgs_value\n", "no rate"),
        (b"date,currency,nominal,kgs_value\n2026-09-18,USD,1\n", "line 2"),
        (b'date,currency,nominal,kgs_value\n2026-09-18,USD,1,"87', "line 2"),
        (b"date,currency,nominal,kgs_value\n09/18/2026,USD,1,87\n", "which day"),
        (b"x" * (MOST_BYTES + 1), "too large"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_a_clear_word(data, why):
    with pytest.raises(RateFileError, match=why) as refused:
        read_rates(data)
    assert refused.value.code == "rate_file"


@pytest.mark.parametrize("data", [BOMB, b"<a>" * 300_000, GOOD[:-17] + b"<Currency ISOCode='X'/>" * 40_000])
def test_what_is_made_to_hurt_costs_little(data):
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(RateFileError):
        read_rates(data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - started < 2
    assert peak < 50 * MOST_BYTES


def test_every_cut_of_the_sample_is_refused_or_says_all():
    data = (SAMPLES / "daily_2020-08-11.xml").read_bytes().rstrip()
    for end in range(len(data)):
        with pytest.raises(RateFileError):
            read_rates(data[:end])
