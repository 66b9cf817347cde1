"""Django's own formats and plurals in our three languages."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import translation
from django.utils.formats import date_format, get_format, number_format
from django.utils.timesince import timesince
from django.utils.translation import ngettext

ROOT = Path(__file__).parents[3]
DAY, MOMENT = dt.date(2026, 3, 4), dt.datetime(2026, 3, 4, 15, 5, tzinfo=dt.UTC)
LANGUAGES = ["ky", "ru", "en"]


@pytest.fixture(params=LANGUAGES)
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("language", "day", "short", "moment"),
    [
        ("ky", "04.03.2026", "04.03.2026", "04.03.2026 15:05"),
        ("ru", "4 марта 2026\u00a0г.", "04.03.2026", "4 марта 2026\u00a0г. 15:05"),
        ("en", "4 March 2026", "4 Mar 2026", "4 March 2026 15:05"),
    ],
)
def test_days_that_django_writes_are_read_in_one_way(language, day, short, moment):
    with translation.override(language):
        assert date_format(DAY) == day
        assert date_format(DAY, "SHORT_DATE_FORMAT") == short
        assert date_format(MOMENT, "DATETIME_FORMAT") == moment
        assert get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(
    ("language", "number", "grouped"),
    [("ky", "1234,5", "1\u00a0234\u00a0567"), ("ru", "1234,5", "1\u00a0234\u00a0567"), ("en", "1234.5", "1,234,567")],
)
def test_numbers_are_written_as_in_school(language, number, grouped):
    with translation.override(language):
        assert number_format(1234.5) == number
        assert intcomma(1234567) == grouped


@pytest.mark.parametrize("typed", ["2026-03-04", "04.03.2026", "4.3.2026", "04.03.26", "04/03/2026"])
def test_a_day_may_be_typed_in_the_usual_ways(language, typed):
    assert forms.DateField().clean(typed) == DAY


def test_a_date_field_gets_the_one_form_that_browsers_take(language):
    class Form(forms.Form):
        due = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    assert 'value="2026-03-04"' in str(Form(initial={"due": DAY})["due"])


@pytest.mark.parametrize("typed", ["15:05", "15:05:00", "15.05"])
def test_an_hour_may_be_typed_in_the_usual_ways(language, typed):
    assert forms.TimeField().clean(typed) == dt.time(15, 5)


@pytest.mark.parametrize(
    ("language", "spans"),
    [
        ("ky", ["1\u00a0күн", "2\u00a0күн", "5\u00a0күн"]),
        ("ru", ["1\u00a0день", "2\u00a0дня", "5\u00a0дней"]),
        ("en", ["1\u00a0day", "2\u00a0days", "5\u00a0days"]),
    ],
)
def test_spans_follow_the_plural_rules(language, spans):
    with translation.override(language):
        assert [timesince(MOMENT - dt.timedelta(days=days), MOMENT) for days in (1, 2, 5)] == spans


@pytest.mark.parametrize(("count", "form"), [(1, 0), (21, 0), (2, 1), (24, 1), (5, 2), (11, 2), (12, 2), (100, 2)])
def test_russian_has_three_forms_after_a_number(count, form):
    with translation.override("ru"):
        forms_of_day = [ngettext("%(num)d day", "%(num)d days", number) for number in (1, 2, 5)]
        assert ngettext("%(num)d day", "%(num)d days", count) == forms_of_day[form]
    assert len(set(forms_of_day)) == 3


def test_our_kyrgyz_words_have_one_form_after_a_number():
    catalogue = ROOT / "platform" / "birge" / "i18n" / "locale" / "ky" / "LC_MESSAGES" / "django.po"
    if not catalogue.exists():
        pytest.skip("no Kyrgyz catalogue yet")
    assert re.search(r"Plural-Forms: nplurals=1; plural=0;", catalogue.read_text(encoding="utf-8"))


def test_no_page_tells_the_time_left_in_djangos_words():
    """Django's Kyrgyz says "мындан 2 күн мурда" (two days ago) of a day that is still to come."""
    pages = (ROOT / "frontend" / "templates").rglob("*.html")
    assert not [page for page in pages if re.search(r"\|\s*(naturaltime|timeuntil)\b", page.read_text("utf-8"))]
