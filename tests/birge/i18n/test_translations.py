"""Every text is said in Kyrgyz and in Russian: nothing missing, nothing half, nothing left of an older text."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.support.programs import needed

ROOT = Path(__file__).resolve().parents[3]
LOCALE = ROOT / "platform" / "birge" / "i18n" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)(?:\.\d+)?[sdf]|%s|%%|\{\w+\}|</?\w+[^>]*>")
MIXED = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[а-яёңөүА-ЯЁҢӨҮ])\w+\b")
SOURCES = ("api", "birge", "engine", "frontend", "funds", "platform", "projects", "manage.py")


def catalogue(path: Path):
    with path.open("rb") as file:
        return {(message.id, message.context): message for message in read_po(file) if message.id}


def texts(value) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value]


def ours(language: str):
    return catalogue(LOCALE / language / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_every_text_has_its_translation_with_the_same_placeholders(language):
    for message in ours(language).values():
        assert not message.fuzzy, message.id
        wanted = set(PLACEHOLDER.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert text.strip(), message.id
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_no_word_mixes_latin_and_cyrillic_letters(language):
    plain = [PLACEHOLDER.sub(" ", text) for message in ours(language).values() for text in texts(message.string)]
    assert [found for text in plain if (found := MIXED.findall(text))] == []


def test_no_text_hides_in_an_f_string_where_xgettext_does_not_look():
    hidden = []
    for path in (path for name in SOURCES for path in (ROOT / name).rglob("*.py")):
        for formatted in ast.walk(ast.parse(path.read_text())):
            if isinstance(formatted, ast.JoinedStr):
                calls = [node for node in ast.walk(formatted) if isinstance(node, ast.Call)]
                names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
                if names & {"_", "gettext", "ngettext", "pgettext"}:
                    hidden.append(f"{path.relative_to(ROOT)}:{formatted.lineno}")
    assert hidden == []


def test_all_texts_of_the_code_are_in_both_catalogues(tmp_path):
    needed("xgettext")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "locale", "*.pyc")
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, tmp_path / name)
    found = tmp_path / "platform" / "birge" / "i18n" / "locale"
    found.mkdir()
    command = [sys.executable, "manage.py", "makemessages", "-l", "ru", "-e", "html,txt,py", "--no-wrap"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = set(catalogue(found / "ru" / "LC_MESSAGES" / "django.po"))
    for language in ("ky", "ru"):
        known = set(ours(language))
        assert said - known == set(), f"not said in {language}"
        assert known - said == set(), f"said in {language} and nowhere asked for"
