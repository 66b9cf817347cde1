"""Real lists of projects with several funders' shares, from other countries and with real flaws. See data/SOURCE.md."""

import gzip
import json
from pathlib import Path

import pytest

from projects.works.models import Project

DATA = Path(__file__).parent / "data"
FLAWS_NL = {
    22: "1 EUR less", 23: "27900 EUR less", 24: "1 EUR more", 25: "1687 EUR more", 26: "1931",
}  # fmt: skip


@pytest.fixture
def england(office):
    return office.file(gzip.decompress((DATA / "england_esif_2016.csv.gz").read_bytes()))


def test_the_dutch_list_names_its_flawed_rows_and_gives_the_others(office):
    options = ("--mapping", "nl_structural_funds", "--skip-bad", "--json")
    report = json.loads(office.imports(DATA / "nl_structural_funds_excerpt.csv", *options).out)
    assert {each["line"] for each in report["complaints"]} == set(FLAWS_NL)
    assert all(FLAWS_NL[each["line"]] in each["reason"] for each in report["complaints"])
    assert report["good"] == Project.objects.count() == 20
    project = Project.objects.get(source_ref="nl/NL-0002")
    assert (project.currency, project.shares.get(party="donors").amount_minor) == ("EUR", 194_279_700)


def test_the_english_list_is_imported_whole_but_for_its_flawed_rows(office, england):
    report = json.loads(office.imports(england, "--mapping", "england_esif_2016", "--skip-bad", "--json").out)
    assert report["rows"] == report["good"] + report["bad_rows"] == 394
    reasons = [each["reason"] for each in report["complaints"]]
    assert sum("less than nothing" in reason for reason in reasons) == 2
    assert sum("ends before it starts" in reason for reason in reasons) == 2
    assert sum("of the cost" in reason for reason in reasons) == 30
    assert sum("not one percentage" in reason for reason in reasons) == 3
    for project in Project.objects.prefetch_related("shares", "budget_lines"):
        assert sum(share.amount_minor for share in project.shares.all()) == project.budget_lines.all()[0].total_minor


def test_the_english_list_is_imported_once(office, england):
    for expected in (357, 0):
        report = json.loads(office.imports(england, "--mapping", "england_esif_2016", "--skip-bad", "--json").out)
        assert len(report["imported"]) == expected
