"""Four rounds of clr.fund come out to the last wei, from the sums per project. See data/SOURCE.md."""

import csv
from pathlib import Path

import pytest

from birge_engine.matching.model import RuleError
from birge_engine.matching.simulate import simulate

DATA = Path(__file__).parent / "data"
ROUNDS = list(csv.DictReader((DATA / "qf_rounds.csv").open()))
PROJECTS = list(csv.DictReader((DATA / "qf_projects.csv").open()))
SUMS = {"kind": "quadratic", "currency": "XTS", "pool": 100, "unit_value": 1}


def sums_file(tmp_path, rows):
    path = tmp_path / "sums.csv"
    lines = [f"{project},{contributed},{sum_sqrt}\n" for project, contributed, sum_sqrt in rows]
    path.write_text("".join(["project_id,contributed,sum_sqrt\n", *lines]))
    return path


def test_all_rounds_are_here():
    assert (len(ROUNDS), len(PROJECTS)) == (4, 65)


@pytest.mark.parametrize("row", ROUNDS, ids=lambda row: row["round"])
def test_each_project_gets_what_stands_on_chain(row, tmp_path):
    projects = [each for each in PROJECTS if each["round"] == row["round"]]
    rows = [
        (each["project"].replace(",", " "), each["contributed_voice_credits"], each["sum_sqrt_votes"])
        for each in projects
    ]
    rule = {
        "kind": "quadratic",
        "variant": "sum_of_roots",
        "currency": "XTS",
        "pool": row["effective_matching_pool_wei"],
        "unit_value": row["voice_credit_factor_wei"],
    }
    found = {
        each.project: (each.contributed, each.matched)
        for each in simulate(rule, project_sums=sums_file(tmp_path, rows)).allocations
    }
    assert len(found) == int(row["projects_with_votes"])
    assert found == {
        name: (int(each["contributed_wei"]), int(each["official_match_wei"]))
        for (name, _given, _votes), each in zip(rows, projects, strict=True)
    }


def test_alpha_is_counted_as_their_contract_counts_it(tmp_path):
    """payout = ⌊(α·f·votes² + 10¹⁸·f·credits − α·f·credits) / 10¹⁸⌋ with α in whole 10⁻¹⁸ (clrfund/monorepo)."""
    rows, pool, factor, one = [("a", 130, 18), ("b", 61, 11), ("c", 25, 5)], 10**6 + 7, 977, 10**18
    rule = SUMS | {"variant": "capital_constrained", "pool": pool, "unit_value": factor}
    alpha = pool * one // (factor * sum(votes**2 - given for _name, given, votes in rows))
    payouts = {
        name: (alpha * factor * votes**2 + one * factor * given - alpha * factor * given) // one
        for name, given, votes in rows
    }
    rule["spend_all"] = True
    found = simulate(rule, project_sums=sums_file(tmp_path, rows)).allocations
    assert {each.project: each.contributed + each.matched for each in found} == payouts
    del rule["spend_all"]
    found = simulate(rule, project_sums=sums_file(tmp_path, rows))
    assert found.total == sum(factor * (votes**2 - given) for _name, given, votes in rows)  # alpha is at most 1


def test_normalised_works_from_sums_too(tmp_path):
    path = sums_file(tmp_path, [("b", 4, 4), ("a", 2, 2)])  # raw is 12 and 2
    found = simulate(SUMS | {"variant": "normalised", "pool": 7}, project_sums=path)
    assert [(each.project, each.matched) for each in found.allocations] == [("a", 1), ("b", 6)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"variant": "pairwise", "threshold": 5, "unit_value": None}, "pairs need single donors"),
        ({"variant": "normalised", "unit_value": None}, "unit_value"),
    ],
)
def test_sums_are_not_enough_for_everything(data, said, tmp_path):
    with pytest.raises(RuleError, match=said):
        simulate({**SUMS, **data}, project_sums=sums_file(tmp_path, [("a", 1, 1)]))
