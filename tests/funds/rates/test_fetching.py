"""Asking the Bank: a server of our own stands for it, and most of the time it misbehaves."""

import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from birge import clock
from funds.rates import fetching
from funds.rates.fetching import NoAnswer, fetch, rates_fetch, rates_fetch_if_due
from funds.rates.models import Rate
from funds.rates.reading import MOST_BYTES
from tests.factories.organisations import administrator
from tests.factories.rates import SAMPLES, load, trusted, xml

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 9, 18)
CLOSED = "http://127.0.0.1:9/XML/daily.xml"
DAILY = xml(FRIDAY, USD="87,4500", EUR="101,2000", KZT="0,1700", RUB="1,0494")
WEEKLY = xml(FRIDAY, KRW="100:6,3000", TRY="2,9000")


class Bank(BaseHTTPRequestHandler):
    """Answers what the test has laid out."""

    def do_GET(self):
        status, body, headers = self.server.answers.get(self.path, (404, b"", {}))
        self.server.asked.append(self.path)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said):
        pass


@pytest.fixture
def bank(settings):
    server = HTTPServer(("127.0.0.1", 0), Bank)
    server.asked, server.home = [], f"http://127.0.0.1:{server.server_port}"
    server.answers = {"/daily.xml": (200, DAILY, {}), "/weekly.xml": (200, WEEKLY, {})}
    settings.RATES_URLS = [f"{server.home}/daily.xml", f"{server.home}/weekly.xml"]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def said(*arguments, **options):
    out = StringIO()
    call_command("rates_fetch", *arguments, stdout=out, **options)
    return out.getvalue()


def test_both_files_are_taken_in(bank):
    text = said()
    assert "2026-09-18: 4 trusted, 0 wait for a second person, 0 refused, 0 known before" in text
    assert Rate.objects.filter(status="trusted", source="nbkr").count() == 6
    assert "4 known before" in said()


def test_one_file_that_fails_does_not_hinder_the_other(bank):
    bank.answers["/daily.xml"] = (500, b"", {})
    text = said()
    assert f"No answer from {bank.home}/daily.xml: it answered 500." in text
    assert "The last known rate is of 2026-09-18." in text
    assert {rate.currency for rate in Rate.objects.all()} == {"KRW", "TRY"}


def test_without_a_network_it_says_which_rate_is_the_last_and_makes_up_none(settings):
    settings.RATES_URLS = [CLOSED]
    assert "No rate is known yet." in said()
    trusted("USD", "87.45", FRIDAY)
    text = said()
    assert text.startswith(f"No answer from {CLOSED}: ")
    assert text.endswith("The last known rate is of 2026-09-18.\n")
    assert Rate.objects.count() == 1


def test_a_name_that_nobody_answers_to(settings):
    settings.RATES_URLS = ["https://nbkr.invalid/XML/daily.xml"]
    assert "No answer from https://nbkr.invalid/XML/daily.xml" in said()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, b"<html>Sign in to the network</html>", {}), "cannot be used"),
        ((200, DAILY[:200], {}), "cannot be used"),
        ((200, DAILY[:200], {"Content-Length": str(len(DAILY))}), "cut off"),
        ((200, b"<" + b"x" * MOST_BYTES, {}), "too large"),
        ((404, b"", {}), "it answered 404"),
        ((302, b"", {"Location": "file:///etc/passwd"}), "302"),
        ((302, b"", {"Location": "http://example.org/daily.xml"}), "https"),
        ((302, b"", {"Location": "/daily.xml"}), "302"),
    ],
)
def test_an_answer_that_is_none(bank, answer, why):
    bank.answers["/daily.xml"] = answer
    report = rates_fetch([f"{bank.home}/daily.xml"])
    assert not report.loaded
    assert why in report.failed[0]
    assert not Rate.objects.exists()


def test_a_detour_on_the_same_host_is_followed(bank):
    bank.answers["/old.xml"] = (301, b"", {"Location": "/daily.xml"})
    assert fetch(f"{bank.home}/old.xml") == DAILY


@pytest.mark.parametrize("url", ["http://www.nbkr.kg/XML/daily.xml", "file:///etc/passwd", "ftp://x/y", "daily.xml"])
def test_only_what_nobody_on_the_way_can_change_is_asked(url):
    with pytest.raises(NoAnswer, match="https"):
        fetch(url)


def test_an_answer_that_only_drips_is_given_up(bank, monkeypatch):
    monkeypatch.setattr(fetching, "WHOLE_SECONDS", -1)
    with pytest.raises(NoAnswer, match="too long"):
        fetch(f"{bank.home}/daily.xml")


def test_what_waits_is_told(bank):
    load(FRIDAY - dt.timedelta(days=1), USD="8,7000")  # itself held: too small for a first one
    trusted("USD", "87", FRIDAY - dt.timedelta(days=2))
    bank.answers["/daily.xml"] = (200, xml(FRIDAY, USD="870,0000"), {})
    text = said("--url", f"{bank.home}/daily.xml")
    assert "1 wait for a second person" in text
    assert "waiting: 1 USD = 870.0000 KGS, 2026-09-18 (It is about ten times too large or too small.)" in text
    assert "missing: EUR, KZT, RUB" in text


def test_a_file_is_imported_without_asking_anybody(settings):
    settings.RATES_URLS = [CLOSED]
    text = said("--file", str(SAMPLES / "daily_2020-08-11.xml"))
    assert text == "2020-08-11: 4 trusted, 0 wait for a second person, 0 refused, 0 known before\n"
    assert set(Rate.objects.values_list("source", flat=True)) == {"nbkr-file"}


def test_who_gives_a_file_is_kept(tmp_path):
    admin = administrator()
    said("--file", str(SAMPLES / "rates.csv"), "--by", admin.email)
    assert {rate.loaded_by for rate in Rate.objects.all()} == {admin}


def test_a_file_that_cannot_be_used_is_an_error_without_a_traceback(tmp_path):
    broken = tmp_path / "broken.xml"
    broken.write_bytes(DAILY[:100])
    for arguments in (
        ["--file", str(broken)],
        ["--file", str(tmp_path / "none.xml")],
        ["--file", str(SAMPLES / "rates.csv"), "--by", "nobody@example.org"],
    ):
        with pytest.raises(CommandError) as refused:
            said(*arguments)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError):
        said("--by", "a@example.org")
    assert not Rate.objects.exists()


def test_the_bank_is_asked_only_when_it_is_due(bank, settings):
    settings.BIRGE_DEMO = False
    assert len(rates_fetch_if_due().loaded) == 2
    assert rates_fetch_if_due() is None
    assert bank.asked == ["/daily.xml", "/weekly.xml"]


def test_the_demonstration_asks_nobody(bank):
    assert rates_fetch_if_due() is None
    assert bank.asked == []


def test_the_newest_day_that_is_told_is_never_that_of_tomorrow(settings):
    settings.RATES_URLS = [CLOSED]
    trusted("USD", "87.45", clock.today())
    trusted("USD", "87.5", clock.today() + dt.timedelta(days=1))
    assert f"The last known rate is of {clock.today()}." in said()
