"""Pictures are drawings, always the same; papers say on their face that they are none."""

import io

import pytest
from PIL import Image

from birge.documents.services import content_type_of
from funds.demonstration.drawings import SUBJECTS, drawing
from funds.demonstration.papers import WORDS, page


@pytest.mark.parametrize("subject", sorted(SUBJECTS))
def test_a_drawing_is_the_same_for_the_same_project(subject):
    first = drawing(subject, "a village")
    assert first == drawing(subject, "a village")
    assert first != drawing(subject, "another village")
    assert Image.open(io.BytesIO(first)).size == (1200, 750)


def test_a_paper_says_that_it_is_none():
    data = page("bank_line", "JANY-ARYK-001")
    assert content_type_of(data) == "application/pdf"
    assert data.count(WORDS.encode()) == 2
    assert b"BANK LINE  JANY-ARYK-001" in data


def test_a_paper_with_other_letters_is_still_a_paper():
    assert page("quote", "Түтүк (1)").startswith(b"%PDF-1.4")
