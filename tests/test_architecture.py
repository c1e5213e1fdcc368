"""The import contracts of pyproject.toml, so that plain pytest is the whole check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_downwards() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "8 kept, 0 broken" in done.stdout


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
