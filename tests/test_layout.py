"""The rules of the house, so that nobody has to remember them."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"var", "node_modules", "build", "dist", "__pycache__"}
CODE = ("platform", "projects", "funds", "api", "frontend", "engine", "tools", "tests")
FILE_LINES, FUNCTION_LINES = 400, 50
LEDGER = {"Account", "Balance", "Command", "Entry", "Outbox", "Posting"}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
MACHINE_PATH = re.compile(r"(?<![\w.{}*])/(home|root|Users|work)/[\w.-]")


def files(*endings: str) -> Iterator[Path]:
    """Yield our files, of all kinds or with these endings."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [each for each in folders if each == ".ci" or not (each in NOT_OURS or each.startswith("."))]
        yield from (Path(folder, each) for each in names if not endings or each.endswith(endings))


def modules() -> list[Path]:
    """Return our Python files that people write: migrations are written by Django."""
    found = [path for path in files(".py") if path.relative_to(ROOT).parts[0] in CODE]
    return sorted(path for path in found if "migrations" not in path.parts and "data" not in path.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def none_of(found: list[str], what_to_do: str) -> None:
    assert not found, "\n".join([f"{what_to_do}:", *found])


def test_no_module_hides_pythons_own_platform():
    assert [path.name for path in (ROOT / "platform").glob("*.py")] == []


def test_no_package_below_tests():
    assert [name(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def test_files_stay_readable_in_one_go():
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules()}
    none_of([f"{path}: {lines} lines" for path, lines in lengths.items() if lines > FILE_LINES], "make a package of it")


def test_functions_fit_on_one_screen():
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > FUNCTION_LINES
    ]
    none_of(long, "make two of it")


def test_the_ledger_is_written_through_one_door_only():
    elsewhere = [
        path for path in modules() if name(path) != "funds/ledger/posting.py" and path.parts[-1] != "models.py"
    ]
    writes = [found for path in elsewhere if not name(path).startswith("tests/") for found in ledger_writes(path)]
    assert writes == [], "use funds.ledger.posting"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from funds.ledger.models import Entry\nEntry.objects.create(n=1)", 1),
        ("from funds.ledger.models import Entry as E\nE.objects.filter(n=1).update(n=2)", 1),
        ("from funds.ledger.models import Posting\nrow = Posting(k=1)", 1),
        ("from funds.ledger import models\nmodels.Balance.objects.all().delete()", 1),
        ("cursor.execute('DELETE FROM ledger_entry')", 1),
        ("project.entries.create(n=1)\nentry.postings.create(k=1)", 1),
        ("from funds.ledger.models import Entry\nEntry.objects.filter(n=1).exists()", 0),
        ("from django.core.management import Command\nCommand().update()", 0),
        ("from funds.pledges.models import Pledge\nPledge.objects.create()", 0),
    ],
)
def test_a_second_door_would_be_found(code, found, tmp_path):
    (tmp_path / "module.py").write_text(code)
    assert len(ledger_writes(tmp_path / "module.py")) == found


def test_nothing_points_to_somebodys_machine():
    found = []
    for path in files():
        if path.suffix in {".png", ".jpg", ".webp", ".avif", ".ico", ".woff2", ".mo", ".pyc"}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if MACHINE_PATH.search(line) and path != Path(__file__):
                found.append(f"{name(path)}:{number}: {line.strip()[:80]}")
    none_of(found, "say it without the path")


def test_imports_go_one_way():
    """import-linter knows the layers (pyproject.toml)."""
    lint = Path(sys.executable).parent / "lint-imports"
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT / 'engine'}"}
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout


def test_every_dependency_is_explained():
    page = ROOT / "docs" / "architecture.md"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[\[<>=~! ]", each, maxsplit=1)[0] for each in project["dependencies"]]
    text = page.read_text().lower() if page.exists() else ""
    none_of([each for each in names if each not in text], "say in docs/architecture.md what it is for")


def ledger_writes(path: Path) -> list[str]:
    """Return where this module writes a table of the ledger, by its models or by SQL."""
    tree = ast.parse(path.read_text())
    models = _ledger_names(tree, inside="/ledger/" in path.as_posix())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _writes(node, models):
            found.append(f"{path.name}:{node.lineno} {ast.unparse(node)[:60]}")
        sql = node.value if isinstance(node, ast.Constant) else None
        if isinstance(sql, str) and _SQL.search(sql) and path.name != "triggers.py":
            found.append(f"{path.name}:{node.lineno} {sql[:60]}")
    return found


_SQL = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+ledger_(?!donoropening)", re.IGNORECASE)


def _ledger_names(tree: ast.Module, *, inside: bool) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            of_ledger = (node.module or "").endswith("ledger.models") or (inside and node.module == "models")
            for alias in node.names:
                if of_ledger and alias.name in LEDGER:
                    names.add(alias.asname or alias.name)
                if (node.module or "").endswith("ledger") and alias.name == "models":
                    names |= {f"{alias.asname or alias.name}.{model}" for model in LEDGER}
    return names


def _writes(call: ast.Call, models: set[str]) -> bool:
    written = ast.unparse(call.func)
    if written in models:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    return any(written.startswith(f"{model}.objects") for model in models) or ".postings." in written


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
