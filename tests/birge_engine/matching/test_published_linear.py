"""Quadratic matching from single contributions: every case that Gitcoin's own code publishes. See data/SOURCE.md."""

import csv
import json
from pathlib import Path

import pytest

from birge_engine.matching import numeric
from birge_engine.matching.simulate import simulate

VECTORS = json.loads((Path(__file__).parent / "data" / "linear_qf_vectors.json").read_text())
CASES = VECTORS["cases"]


def test_all_their_cases_are_here():
    assert len(CASES) == 7


@pytest.mark.parametrize("with_numpy", [True, False])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_project_gets_what_they_say(case, with_numpy, tmp_path, monkeypatch):
    if not with_numpy:
        monkeypatch.setattr(numeric, "np", None)
    path = tmp_path / "contributions.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["contribution_id", "project_id", "donor_id", "amount", "currency"])
        for number, each in enumerate(case["contributions"]):
            rows.writerow([number, each["recipient"], each["contributor"], each["amount"], "XTS"])
    rule = {
        "kind": "quadratic",
        "variant": "normalised",
        "currency": "XTS",
        "pool": case["match_amount"],
        "spend_all": case["ignore_saturation"],
        "cap_per_project": case["matching_cap_amount"],
        "minimum_contribution": case["minimum_amount"],
    }
    found = {each.project: (each.contributed, each.matched) for each in simulate(rule, path).allocations}
    assert found == {name: (each["total_received"], each["matched"]) for name, each in case["expected"].items()}
