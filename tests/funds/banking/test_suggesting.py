"""By its reference a line is sure; all else is a suggestion with reasons."""

import datetime as dt
import time

from funds.banking.reading import StatementLine
from funds.banking.references import reference_of
from funds.banking.suggesting import Expected, suggest

DAY = dt.date(2026, 11, 10)


def awaited(ref="p1", amount=5000_00, **changes):
    facts = {
        "ref": ref, "amount_minor": amount, "currency": "KGS", "first_day": DAY - dt.timedelta(days=5),
        "last_day": DAY + dt.timedelta(days=30), "reference": reference_of(41), "name": "Асанова Айгүл",
        "phone_digits": "4567",
    }  # fmt: skip
    return Expected(**(facts | changes))


def came(amount=5000_00, text="", name="", **changes):
    return StatementLine(day=DAY, amount_minor=amount, currency="KGS", text=text, other_name=name, **changes)


def only(line, *expected):
    (found,) = suggest([line], expected)
    return found


def test_the_reference_in_any_spelling_is_a_match():
    found = only(came(text="помощь " + reference_of(41).lower().replace("-", " ")), awaited(), awaited("p2"))
    assert found.status == "suggested"  # two are awaited with one reference: a person decides
    found = only(came(text="помощь " + reference_of(41).lower()), awaited(), awaited("p2", reference=reference_of(42)))
    assert (found.status, found.candidates[0].ref) == ("matched", "p1")


def test_a_match_says_whether_the_amount_is_the_promised_one():
    assert "amount" in only(came(text=reference_of(41)), awaited()).candidates[0].reasons
    assert "amount" not in only(came(4900_00, reference_of(41)), awaited()).candidates[0].reasons


def test_another_currency_is_no_match():
    assert only(came(text=reference_of(41)), awaited(currency="RUB")).status == "unidentified"


def test_a_remittance_without_text_is_suggested_with_its_reasons():
    found = only(came(name="ASANOVA AIGUL"), awaited(), awaited("p2", name="Бекова Нурзат", reference=""))
    assert found.status == "suggested"
    assert [(each.ref, each.reasons) for each in found.candidates] == [
        ("p1", ("amount", "day", "name")),
        ("p2", ("amount", "day")),
    ]


def test_the_last_digits_of_the_phone_count():
    found = only(came(4000_00, "от +996 555 12-45-67", "Асанова А."), awaited())
    assert (found.status, found.candidates[0].reasons) == ("suggested", ("day", "name", "phone"))


def test_a_masked_phone_counts():
    assert "phone" in only(came(text="перевод с ***4567"), awaited()).candidates[0].reasons


def test_the_amount_on_another_day_alone_is_no_reason():
    late = awaited(last_day=DAY - dt.timedelta(days=1))
    assert only(came(), late).status == "unidentified"


def test_an_unknown_reference_is_kept_for_a_person_to_see():
    found = only(came(1_00, reference_of(7)), awaited())
    assert (found.status, found.references) == ("unidentified", (reference_of(7),))


def test_what_went_out_is_not_looked_at():
    assert suggest([came(-5000_00)], [awaited()]) == []


def test_many_lines_against_many_pledges_take_no_time():
    lines = [came(100 + n, f"помощь {reference_of(n)}") for n in range(5000)]
    expected = [awaited(f"p{n}", 100 + n, reference=reference_of(n)) for n in range(5000)]
    started = time.process_time()
    assert {each.status for each in suggest(lines, expected)} == {"matched"}
    assert time.process_time() - started < 10
