"""References survive spelling; a wrong sign or two that changed places never give another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds.banking.references import LETTERS, MOST, number_of, reference_of, references_in

NUMBERS = st.integers(min_value=0, max_value=MOST - 1)
SIGNS = LETTERS + "0123456789"


@given(NUMBERS)
def test_a_reference_leads_back_to_its_number(number):
    reference = reference_of(number)
    assert number_of(reference) == number
    assert references_in(f"Помощь {reference}, спасибо") == [reference]


def test_neighbours_do_not_look_alike():
    assert len({reference_of(number) for number in range(2000)}) == 2000
    pairs = [(reference_of(number), reference_of(number + 1)) for number in range(200)]
    assert all(sum(a != b for a, b in zip(*pair, strict=True)) >= 3 for pair in pairs)


@given(NUMBERS, st.data())
def test_one_wrong_sign_is_noticed(number, data):
    reference = reference_of(number)
    place = data.draw(st.sampled_from([at for at, sign in enumerate(reference) if sign != "-"]))
    wrong = data.draw(st.sampled_from([sign for sign in SIGNS if sign != reference[place]]))
    assert references_in(reference[:place] + wrong + reference[place + 1 :]) == []


@given(NUMBERS, st.data())
def test_two_signs_that_changed_places_are_noticed(number, data):
    signs = list(reference_of(number))
    places = [at for at, sign in enumerate(signs) if sign != "-"]
    one, other = data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
    if signs[one] != signs[other]:
        signs[one], signs[other] = signs[other], signs[one]
        assert references_in("".join(signs)) == []


CYRILLIC = str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ")


@given(NUMBERS, st.booleans(), st.booleans(), st.sampled_from(["-", " ", "", " - ", "–", ".", "\n"]))
def test_any_spelling_is_found(number, cyrillic, small, dash):
    reference = reference_of(number)
    written = reference.translate(CYRILLIC) if cyrillic else reference
    written = written.lower() if small else written
    assert references_in(f"за свет, код {written.replace('-', dash)} от Айгүл") == [reference]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("AK7-4821-6", ["AK7-4821-6"]),
        ("ак7 4821 6", ["AK7-4821-6"]),
        ("Перевод по договоруАК748216", ["AK7-4821-6"]),
        ("A K 7 4 8 2 1 6", ["AK7-4821-6"]),
        ("AK7-4821-6 и ак7-4821-6", ["AK7-4821-6"]),
        ("AK7-4821-5", []),
        ("AK7-4821-61", []),
        ("счет 1030120000012345 без НДС", []),
        ("", []),
    ],
)
def test_examples(text, found):
    assert references_in(text) == found


@pytest.mark.parametrize("number", [-1, MOST])
def test_there_are_ten_million(number):
    with pytest.raises(ValueError):
        reference_of(number)
