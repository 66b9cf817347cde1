"""Money and days on pages."""

import datetime as dt
import zoneinfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation


def shown(text: str, language: str = "ru", **context) -> str:
    with translation.override(language):
        return Template("{% load birge_format %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("language", "text"), [("ky", "12\u00a0500\u00a0сом"), ("ru", "12\u00a0500\u00a0сом"), ("en", "12,500 som")]
)
def test_money_is_written_in_the_language_of_the_page(language, text):
    assert shown('{{ sum|money:"KGS" }}', language, sum=12_500_00) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (0, "KGS", "0\u00a0сом"),
        (-5_50, "KGS", "−5,50\u00a0сом"),
        (1_200_50, "RUB", "1\u00a0200,50\u00a0₽"),
        (9_000, "KRW", "9\u00a0000\u00a0₩"),
    ],
)
def test_each_currency_has_its_own_digits(minor, currency, text):
    assert shown("{{ sum|money:currency }}", sum=minor, currency=currency) == text


def test_no_sum_is_no_text():
    assert shown('{{ sum|money:"KGS"|default:"not known" }}', sum=None) == "not known"


@pytest.mark.parametrize("wrong", [12.5, "1250", True, ""])
def test_what_is_not_whole_minor_units_is_refused(wrong):
    with pytest.raises(TypeError):
        shown('{{ sum|money:"KGS" }}', sum=wrong)


@pytest.mark.parametrize(
    ("language", "text"), [("ky", "2026-ж. 14-март"), ("ru", "14 марта 2026\u00a0г."), ("en", "14 March 2026")]
)
def test_a_day_is_written_in_the_language_of_the_page(language, text):
    assert shown("{{ when|day }}", language, when=dt.date(2026, 3, 14)) == text


def test_a_moment_is_shown_as_the_day_of_the_readers_zone():
    late = dt.datetime(2026, 3, 14, 20, 30, tzinfo=dt.UTC)
    with timezone.override(zoneinfo.ZoneInfo("Asia/Bishkek")):
        assert shown("{{ when|day }}", when=late) == "15 марта 2026\u00a0г."
    with timezone.override(zoneinfo.ZoneInfo("America/New_York")):
        assert shown("{{ when|day }}", when=late) == "14 марта 2026\u00a0г."


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        shown("{{ when|day }}", when=dt.datetime(2026, 3, 14, 20, 30))  # noqa: DTZ001


def test_no_day_is_no_text():
    assert shown('{{ when|day|default:"not yet" }}', when=None) == "not yet"


def test_without_a_language_the_page_is_kyrgyz():
    with translation.override(None):
        assert Template('{% load birge_format %}{{ when|day }}, {{ 100|money:"KGS" }}').render(
            Context({"when": dt.date(2026, 3, 14)})
        ) == ("2026-ж. 14-март, 1\u00a0сом")
