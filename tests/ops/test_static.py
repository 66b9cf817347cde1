"""In production a page that names a static file which does not exist is an error, so none may."""

import re
from pathlib import Path

from django.contrib.staticfiles.finders import find, get_finders

from tools.prepare import NOT_COLLECTED

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"""\{%\s*static\s+["']([^"']+)["']""")


def named_in_templates() -> dict[str, str]:
    """Return static file → template that names it."""
    templates = [*ROOT.glob("frontend/**/*.html"), *ROOT.glob("api/**/*.html"), *ROOT.glob("platform/**/*.html")]
    return {file: path.name for path in templates for file in NAMED.findall(path.read_text())}


def test_every_static_file_that_a_page_names_is_there():
    assert {file: page for file, page in named_in_templates().items() if find(file) is None} == {}


def test_every_static_file_that_a_page_names_is_collected():
    collected = {name for finder in get_finders() for name, _storage in finder.list(NOT_COLLECTED)}
    assert {file: page for file, page in named_in_templates().items() if file not in collected} == {}
