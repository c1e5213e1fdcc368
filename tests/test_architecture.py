"""Import contracts, types, lint and format as pyproject.toml asks, so that plain pytest is the whole check."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.sources import parsed

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_downwards() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"{len(settings['tool']['importlinter']['contracts'])} kept, 0 broken" in done.stdout


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without __init__.py is invisible to the contracts."""
    folders = {file.parent for package in ("conference_app", "media") for file in (ROOT / package).rglob("*.py")}
    blind = [folder for folder in folders if "alembic" not in folder.parts and not (folder / "__init__.py").exists()]
    assert blind == []


def test_code_is_formatted_and_linted() -> None:
    ruff = str(Path(sys.executable).with_name("ruff"))
    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run([ruff, *arguments, "."], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.timeout(300)  # half a minute of a processor that others may want too
def test_types_hold(pytestconfig: pytest.Config) -> None:
    of = [] if pytestconfig.getoption("--types") == "all" else ["conference_app", "media"]
    pyright = str(Path(sys.executable).with_name("pyright"))
    environment = os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}  # else it asks the registry for a newer pyright
    done = subprocess.run([pyright, *of], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


CHECKING = ("assert", "check", "expect", "fail", "hears", "must", "raises", "refused", "until")
"""How the names of calls begin that fail by themselves."""


def looks_at_nothing(test: ast.AST) -> bool:
    """Whether a test holds neither an assertion nor a call that is known to check."""
    calls = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    names = [getattr(call, "attr", getattr(call, "id", "")) for call in calls]
    return not any(isinstance(node, ast.Assert) for node in ast.walk(test)) and not any(
        name.startswith(CHECKING) for name in names
    )


def test_every_test_looks_at_something() -> None:
    """A test without an assertion passes whatever the product does."""
    blind = [
        f"{file.relative_to(ROOT)}::{node.name}"
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if looks_at_nothing(node)
    ]
    assert blind == []


GENERATED = {
    ".git", ".venv", ".data", ".states", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis", "__pycache__",
}  # fmt: skip
ALLOWED = {
    "rxconfig.py", "conference_app", "media", "assets", "tests", "requirements.txt", "requirements-dev.txt",
    "README.md", "Makefile", "pyproject.toml", ".ci", ".gitignore", "reflex.lock",
}  # fmt: skip


def test_top_level_holds_only_what_it_may() -> None:
    names = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".web")}
    assert names - GENERATED <= ALLOWED


def test_readme_names_every_domain() -> None:
    """The table of domains says of each on which floors it stands."""
    rows = re.findall(
        r"^\| `([a-z_]+)` \| [^|]+ \| ([^|]+) \|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
    )
    said = {
        (name, floor)
        for name, floors in rows
        for floor in re.findall(r"\b(?:models|services|components|pages|api)\b", floors)
    }
    app = ROOT / "conference_app"
    own = {"kit", "frame", "site", "http", "paging", "columns", "data_map", "purpose_check", "shared_columns"}
    there = {
        (entry.stem, floor)
        for floor in ("models", "services", "components", "pages", "api")
        for entry in (app / floor).iterdir()
        if not entry.name.startswith("__") and (entry.is_dir() or entry.suffix == ".py")
    }
    assert said == {(name, floor) for name, floor in there if name not in own}
