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
BOOKS = {"Account", "Balance", "Command", "Entry", "Posting"}
LOG = {"LogHead", "LogKey", "LogLeaf", "LogNode", "Checkpoint", "StatementLine"}
LEDGER = BOOKS | LOG | {"Cosignature", "Outbox"}
DOORS = {  # who writes which tables of the ledger; `writing` only gets handed what to write
    "funds/ledger/posting.py": BOOKS | {"Outbox"},
    "funds/ledger/posting_sql.py": BOOKS - {"Account"} | {"Outbox"},  # the same on PostgreSQL, in one call
    "funds/ledger/ready.py": {"Entry"},  # made there to be read, written by the two above
    "funds/ledger/sequencing.py": LOG | {"Outbox"},
    "funds/ledger/cosigning.py": {"Cosignature"},
}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
WRITES |= {"_raw_delete"}
WRITERS = {"rows_write", "rows_delete"}
MANAGERS = ("objects", "_default_manager", "_base_manager")
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


def test_the_ledger_is_written_through_its_doors_only():
    elsewhere = [path for path in modules() if not name(path).startswith("tests/") and path.name != "models.py"]
    writes = [found for path in elsewhere for found in ledger_writes(path, LEDGER - DOORS.get(name(path), set()))]
    none_of(writes, f"leave it to {', '.join(DOORS)}")


@pytest.mark.parametrize("door", DOORS)
def test_the_doors_of_the_ledger_are_where_the_watch_looks_for_them(door):
    for table in DOORS[door] - {"LogHead"}:  # its one row is locked, changed and saved
        assert ledger_writes(ROOT / door, {table}), f"{table} is not written there"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from funds.ledger.models import Entry\nEntry.objects.create(n=1)", 1),
        ("from funds.ledger.models import Entry as E\nE.objects.filter(n=1).update(n=2)", 1),
        ("from funds.ledger.models import Posting\nrow = Posting(k=1)", 1),
        ("from funds.ledger import models\nmodels.Balance.objects.all().delete()", 1),
        ("cursor.execute('DELETE FROM ledger_entry')", 1),
        ("project.entries.create(n=1)\nentry.postings.create(k=1)", 1),
        ("from funds.ledger.models import LogLeaf\nLogLeaf.objects.create(index=1)", 1),
        ("from funds.ledger.models.log import Checkpoint\nCheckpoint(size=1).save()", 1),
        ("from funds.ledger.models import StatementLine\nStatementLine._default_manager.update(balance=1)", 1),
        ("from funds.ledger.models import Outbox\nOutbox.objects.all()._raw_delete('default')", 1),
        ("from funds.ledger.writing import rows_write\nrows_write(anything, ('idx',), [])", 1),
        ("from funds.ledger import writing\nwriting.rows_delete(anything, [1])", 1),
        ("cursor.execute('UPDATE ledger_loghead SET size = 0')", 1),
        ("cursor.execute('COPY \"ledger_logleaf\" FROM STDIN')", 1),
        ("cursor.execute('DELETE FROM ledger_donoropening')", 0),
        ("checkpoint.cosignatures.create(line='x')", 1),
        ("from birge_engine.note import Checkpoint\nCheckpoint('origin', 1, b'')", 0),
        ("from funds.ledger.models import Entry\nEntry.objects.filter(n=1).exists()", 0),
        ("from django.core.management import Command\nCommand().update()", 0),
        ("from funds.pledges.models import Pledge\nPledge.objects.create()", 0),
    ],
)
def test_a_second_door_would_be_found(code, found, tmp_path):
    (tmp_path / "module.py").write_text(code)
    assert len(ledger_writes(tmp_path / "module.py", LEDGER)) == found


@pytest.mark.parametrize(("door", "tables"), DOORS.items())
def test_a_door_is_for_its_own_tables_only(door, tables, tmp_path):
    for table in LEDGER:
        (tmp_path / "module.py").write_text(
            f"from funds.ledger.models import {table}\n{table}.objects.create()\n"
            f"rows_write({table}, (), [])\ncursor.execute('DELETE FROM ledger_{table.lower()}')"
        )
        assert len(ledger_writes(tmp_path / "module.py", LEDGER - tables)) == (0 if table in tables else 3)


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


def ledger_writes(path: Path, tables: set[str]) -> list[str]:
    """Return where this module writes one of these tables of the ledger, by its model or by SQL."""
    tree = ast.parse(path.read_text())
    names = _ledger_names(tree, inside="/ledger/" in path.as_posix())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _writes(node, names, tables):
            found.append(f"{path.name}:{node.lineno} {ast.unparse(node)[:60]}")
        sql = node.value if isinstance(node, ast.Constant) else None
        if isinstance(sql, str) and path.name != "triggers.py":
            others = {table.lower() for table in LEDGER - tables} | {"donoropening"}
            found += [f"{path.name}:{node.lineno} {sql[:60]}" for each in _SQL.findall(sql) if each not in others]
    return found


_SQL = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY|MERGE INTO)\s+\"?ledger_(\w*)", re.IGNORECASE)


def _ledger_names(tree: ast.Module, *, inside: bool) -> dict[str, str]:
    """Return what the models of the ledger are called here."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            package = (node.module or "").removesuffix(".books").removesuffix(".log")
            of_ledger = package.endswith("ledger.models") or (inside and package == "models")
            for alias in node.names:
                if of_ledger and alias.name in LEDGER:
                    names[alias.asname or alias.name] = alias.name
                if (node.module or "").endswith("ledger") and alias.name == "models":
                    names |= {f"{alias.asname or alias.name}.{model}": model for model in LEDGER}
    return names


def _writes(call: ast.Call, names: dict[str, str], tables: set[str]) -> bool:
    """Ask whether a call makes, changes or deletes rows. Whose rows a writer gets, its first argument says."""
    written = ast.unparse(call.func)
    if written in names:
        return names[written] in tables
    if written.rpartition(".")[2] in WRITERS and call.args:
        return names.get(ast.unparse(call.args[0])) in {*tables, None}
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    related = {"Posting": ".postings.", "Cosignature": ".cosignatures."}
    managers = [f"{name}.{manager}" for name, model in names.items() if model in tables for manager in MANAGERS]
    return written.startswith(tuple(managers)) or any(
        within in written for model, within in related.items() if model in tables
    )


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
