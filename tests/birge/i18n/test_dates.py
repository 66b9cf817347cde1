"""Days in words."""

import datetime as dt

import pytest

from birge.i18n.dates import day_text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ky", "2026-ж. 14-март"),
        ("ru", "14 марта 2026\u00a0г."),
        ("en", "14 March 2026"),
        ("en-us", "14 March 2026"),
        ("ru-KG", "14 марта 2026\u00a0г."),
        ("kk", "2026-ж. 14-март"),
        ("", "2026-ж. 14-март"),
    ],
)
def test_a_day_is_said_as_readers_write_it(language, text):
    assert day_text(dt.date(2026, 3, 14), language) == text


def test_kyrgyz_months_are_written_small():
    months = [day_text(dt.date(2026, month, 1), "ky").removeprefix("2026-ж. 1-") for month in range(1, 13)]
    assert months == [
        "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
        "декабрь",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_days_are_told_apart_and_hold_no_space_that_old_phones_lack(language):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    texts = [day_text(day, language) for day in days]
    assert len(set(texts)) == 366
    assert not any("\u202f" in text for text in texts)
