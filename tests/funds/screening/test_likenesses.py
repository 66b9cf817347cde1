"""Who is like somebody on a list, in whichever letters; and who is not."""

import datetime as dt

import pytest

from birge import clock
from funds.screening.matching import Party, binds, hits_of
from tests.factories import transfers as make

pytestmark = pytest.mark.django_db


def bank(name, *numbers):
    return Party("bank", name, "receiver_bank", numbers)


def found(*parties, **how):
    return sorted((hit.name, hit.listed_by) for hit in hits_of(parties, **how))


@pytest.mark.parametrize(
    "name",
    ["Keremet Bank", "OJSC “Keremet Bank”", "ОАО «Керемет Банк»", "КЕРЕМЕТ БАНК", "Банк Керемет, филиал Ош", "keremet"],
)
def test_a_bank_is_found_in_whichever_letters(name):
    make.listed()
    assert found(bank(name)) == [("Keremet Bank", "GB"), ("Keremet Bank", "US")]


@pytest.mark.parametrize("name", ["Capital Bank", "ОАО Капитал Банк", "Капитал", "Capital Bank of Central Asia"])
def test_the_other_one_too(name):
    make.listed()
    assert found(bank(name)) == [("Capital Bank", "GB")]


@pytest.mark.parametrize("name", ["Айыл Банк", "Bakai Bank", "Optima Bank", "Банк", "Кыргызский инвестиционный банк"])
def test_other_banks_are_not_held_up(name):
    make.listed()
    assert found(bank(name)) == []


def test_a_firm_that_only_shares_a_word_with_a_bank_is_not_held_up():
    make.listed()
    assert found(Party("organisation", "Общественный фонд «Капитал»")) == []
    assert found(Party("organisation", "ОАО «Капитал Банк»")) == [("Capital Bank", "GB")]
    assert found(Party("person", "Керемет Банк")) == []


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Иванов Иван Иванович", True),
        ("Ivan Ivanov", True),
        ("ivanov ivan ivanovich", True),
        ("Иванов Пётр Иванович", False),
        ("Иванов", False),
        ("Ким", False),
    ],
)
def test_a_person_is_found_without_their_fathers_name_but_not_by_one_word(name, like):
    make.a_list("person,Иванов Иван Иванович,,,EU,,,")
    assert bool(found(Party("person", name))) is like


def test_short_names_count():
    make.a_list("person,Ли Чен,,,UN,,,")
    assert found(Party("person", "Чен Ли")) == [("Ли Чен", "UN")]


@pytest.mark.parametrize("number", ["KERMKG22", "KERM KG 22", "kermkg22xxx", "1290 1234 5678 9012"])
def test_by_its_number_whatever_it_calls_itself(number):
    make.a_list("bank,Keremet Bank,,KERMKG22XXX;1290*,US,,,")
    (hit,) = hits_of([bank("Ромашка", number)])
    assert hit.by_number
    assert found(bank("Ромашка", "AIYLKG22", "1350123456789012")) == []


def test_a_name_counts_from_its_first_to_its_last_day():
    make.a_list("bank,Keremet Bank,,,US,,2025-01-15,2025-06-30")
    days = [dt.date(2025, 1, 14), dt.date(2025, 1, 15), dt.date(2025, 6, 30), dt.date(2025, 7, 1)]
    assert [bool(found(bank("Keremet"), day=day)) for day in days] == [False, True, True, False]


def test_only_the_newest_version_of_a_source_counts():
    make.a_list("bank,Keremet Bank,,,US,,,", version=clock.today() - dt.timedelta(days=1))
    make.a_list("bank,Ромашка,,,US,,,")
    assert found(bank("Keremet Bank"), bank("Ромашка")) == [("Ромашка", "US")]


@pytest.mark.parametrize(
    ("authority", "countries", "bound"),
    [
        ("US", {"US"}, True),
        ("US", {"KG", "RU"}, False),
        ("GB", {"US"}, False),
        ("EU", {"DE"}, True),
        ("EU", {"GB"}, False),
        ("UN", {"KG"}, True),
    ],
)
def test_a_list_binds_whose_law_it_is(authority, countries, bound):
    assert binds(authority, countries) is bound
