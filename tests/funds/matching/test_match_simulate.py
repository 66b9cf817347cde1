"""`manage.py match_simulate`: files in, a file out, no database, and one line for whatever is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[3]
RULE = {"kind": "quadratic", "variant": "normalised", "currency": "KGS", "pool": 100, "spend_all": True}
GIFTS = "contribution_id,project_id,donor_id,amount\n1,p,a,4\n2,p,b,1\n3,q,a,1\n4,q,b,1\n"
GIVEN = "project_id,contributed,matched,reason\np,5.00,66.67,pool_share\nq,2.00,33.33,pool_share\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "rule.json").write_text(json.dumps(RULE))
    (tmp_path / "gifts.csv").write_text(GIFTS)
    return tmp_path


def run(files, *arguments, program=("manage.py", "match_simulate")):
    command = [sys.executable, *(str(ROOT / each) if each == "manage.py" else each for each in program), *arguments]
    paths = {"PYTHONPATH": f"{ROOT / 'platform'}:{ROOT / 'engine'}:{ROOT}", "PATH": ""}
    settings = {"DJANGO_SETTINGS_MODULE": "birge.settings.tests", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        command, cwd=files, env=paths | settings, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_writes_what_each_project_gets(files, capsys):
    call_command("match_simulate", rule=str(files / "rule.json"), contributions=str(files / "gifts.csv"))
    assert capsys.readouterr().out == GIVEN


def test_it_writes_to_a_file(files, capsys):
    out = files / "out.csv"
    call_command(
        "match_simulate",
        "--rule",
        str(files / "rule.json"),
        "--contributions",
        str(files / "gifts.csv"),
        "--out",
        str(out),
    )
    assert (capsys.readouterr().out, out.read_text()) == ("", GIVEN)


def test_it_takes_project_sums(files, capsys):
    rule = RULE | {"variant": "sum_of_roots", "currency": "XTS", "unit_value": 1000}
    (files / "rule.json").write_text(json.dumps(rule))
    (files / "sums.csv").write_text("project_id,contributed,sum_sqrt\nb,5,3\na,2,2\n")
    call_command("match_simulate", "--rule", str(files / "rule.json"), "--project-sums", str(files / "sums.csv"))
    assert capsys.readouterr().out.splitlines()[1:] == ["a,2000,40,pool_share", "b,5000,60,pool_share"]


@pytest.mark.parametrize("program", [("manage.py", "match_simulate"), ("-m", "birge_engine.matching.simulate")])
def test_it_needs_no_database_and_says_in_one_line_what_is_wrong(files, program):
    arguments = ("--rule", "rule.json", "--contributions", "gifts.csv")
    done = run(files, *arguments, program=program)
    assert (done.stdout, done.stderr, done.returncode) == (GIVEN, "", 0)
    (files / "gifts.csv").write_text(GIFTS + "5,q,c,ten\n")
    done = run(files, *arguments, program=program)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.removeprefix("CommandError: ") == "gifts.csv: line 6: amount: not an amount: 'ten'\n"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "rule.json: rule: is no JSON"),
        ("[]", "rule.json: rule: is an object"),
        ("[" * 100_000, "rule.json: rule: is no JSON"),
        ("\xff", "rule.json: rule: is no JSON"),
        ("{}", "rule.json: currency: is missing"),
        ('{"kind": "quadratic", "variant": "normalised", "currency": "KGS", "pool": 1.5}', "floating-point number"),
        ('{"kind": "quadratic", "variant": "normalised", "currency": "KGS", "pool": NaN}', "floating-point number"),
        ('{"kind": "lump", "currency": "KGS", "pool": 1, "pool": 2}', "rule.json: pool: stands there twice"),
        ('{"kind": "lump", "currency": "KGS", "pool": 1, "pol": 2}', "rule.json: pol: is not known here"),
        ('{"kind": "magic", "currency": "KGS"}', "rule.json: kind: "),
        ('{"kind": "lump", "currency": "KGS", "pool": %s}' % ("9" * 5000), "rule.json: rule: is no JSON"),
        (json.dumps(RULE | {"unit_value": 5}), "rule.json: unit_value: belongs to project sums"),
        (json.dumps(RULE | {"projects": {"p": {"rest": -1}}}), "rule.json: projects.p.rest: "),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_one_line(rule, said, files):
    (files / "rule.json").write_bytes(rule.encode("latin-1"))
    with pytest.raises(CommandError) as error:
        call_command("match_simulate", rule=str(files / "rule.json"), contributions=str(files / "gifts.csv"))
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.returncode == 2


@pytest.mark.parametrize("missing", ["rule.json", "gifts.csv", "out"])
def test_a_file_that_is_not_there_is_named(missing, files):
    paths = {name: str(files / name) for name in ("rule.json", "gifts.csv")} | {"out": None}
    paths[missing] = str(files / "nowhere" / "file")
    with pytest.raises(CommandError, match="nowhere/file: No such file or directory"):
        call_command("match_simulate", rule=paths["rule.json"], contributions=paths["gifts.csv"], out=paths["out"])


def test_sums_are_for_quadratic_rules_only(files):
    (files / "rule.json").write_text('{"kind": "lump", "currency": "KGS", "pool": 1}')
    with pytest.raises(CommandError, match="kind: project sums are for quadratic rules"):
        call_command("match_simulate", rule=str(files / "rule.json"), project_sums=str(files / "gifts.csv"))


def test_a_source_is_needed_and_only_one(files):
    for sources in ([], ["--contributions", "a", "--project-sums", "b"]):
        with pytest.raises(CommandError):
            call_command("match_simulate", "--rule", str(files / "rule.json"), *sources)


def test_half_a_character_is_no_traceback(files):
    (files / "rule.json").write_text('{"kind": "lump", "currency": "KGS", "pool": 1, "projects": {"\\ud800": {}}}')
    done = run(
        files, "--rule", "rule.json", "--contributions", "gifts.csv", program=("-m", "birge_engine.matching.simulate")
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
