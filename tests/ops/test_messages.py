"""Translations are compiled without gettext's own program, and only what a translator has approved."""

import gettext

import pytest
from babel.messages.pofile import PoFileError

from tools.compile_messages import compile_messages

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "light"
msgstr "свет"

msgctxt "weight"
msgid "light"
msgstr "лёгкий"

#, fuzzy
msgid "water"
msgstr "вода?"

msgid "%(n)s lamp"
msgid_plural "%(n)s lamps"
msgstr[0] "%(n)s фонарь"
msgstr[1] "%(n)s фонаря"
msgstr[2] "%(n)s фонарей"
"""


@pytest.fixture
def po(tmp_path):
    path = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO)
    return path


def test_what_was_translated_is_found_again(po, tmp_path):
    assert compile_messages(tmp_path) == [po.with_suffix(".mo")]
    with po.with_suffix(".mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.gettext("light") == "свет"
    assert russian.pgettext("weight", "light") == "лёгкий"
    assert [russian.ngettext("%(n)s lamp", "%(n)s lamps", n) for n in (1, 2, 5)] == [
        "%(n)s фонарь",
        "%(n)s фонаря",
        "%(n)s фонарей",
    ]


def test_what_nobody_has_approved_stays_english(po, tmp_path):
    compile_messages(tmp_path)
    with po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("water") == "water"


def test_the_second_time_there_is_nothing_to_do(po, tmp_path):
    compile_messages(tmp_path)
    assert compile_messages(tmp_path) == []


def test_a_broken_file_is_refused_and_the_old_one_stays(po, tmp_path):
    compile_messages(tmp_path)
    before = po.with_suffix(".mo").read_bytes()
    po.write_text(PO + "\nmessage id of somebody in a hurry\n")
    with pytest.raises(PoFileError):
        compile_messages(tmp_path)
    assert po.with_suffix(".mo").read_bytes() == before
