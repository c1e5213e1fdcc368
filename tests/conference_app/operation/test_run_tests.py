"""`make test`: the stages cover the suite, and their records become one."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conference_app.operation import run_tests
from conference_app.services.documents.promises import NOT_RUN
from tests.sources import parsed

SAMPLE = """
import pytest

def test_a(): pass

@pytest.mark.browser
def test_b(): pass

@pytest.mark.process
def test_c(): pass

@pytest.mark.process
@pytest.mark.browser
def test_d(): pass
"""


def collected(marks: str, folder: Path) -> list[str]:
    """The tests in `folder` that `pytest -m marks` runs, without plugins, whose start would take seconds each time."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-c", "pytest.ini", "-m", marks]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [line.rsplit("::", 1)[1] for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.slow
def test_every_test_runs_in_one_stage(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser\n  process\n")
    stages = [collected(stage[stage.index("-m") + 1], tmp_path) for stage in run_tests.STAGES]
    assert stages == [["test_a", "test_c"], ["test_b", "test_d"], ["test_b", "test_d"]]
    of_one_folder, others = run_tests.STAGES[1:]
    assert f"--ignore={of_one_folder[-1]}" in others


def test_the_records_of_all_stages_are_one() -> None:
    first = {"ran_at": "earlier", "promises": {"P10": {"a": "passed"}, "P2": {"b": "failed"}}}
    second = {"ran_at": "later", "promises": {"P2": {"a": "passed"}}}
    record = json.loads(run_tests.merged([first, second]))
    assert record == {"ran_at": "later", "promises": {"P2": {"a": "passed", "b": "failed"}, "P10": {"a": "passed"}}}
    assert list(record["promises"]) == ["P2", "P10"]


@pytest.mark.parametrize("ran_first", [True, False])
def test_what_one_stage_ran_no_other_calls_not_run(ran_first: bool) -> None:
    ran = {"ran_at": "now", "promises": {"P2": {"a": "passed", "b": "failed", "c": NOT_RUN}}}
    other = {"ran_at": "now", "promises": {"P2": {"a": NOT_RUN, "b": NOT_RUN, "c": NOT_RUN}}}
    record = json.loads(run_tests.merged([ran, other] if ran_first else [other, ran]))
    assert record["promises"] == ran["promises"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], "all, not recorded"), (["--record-promises"], "all, recorded"), (["tests/media", "-k", "vp8"], "one run")],
)
def test_what_is_named_runs_alone(monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str) -> None:
    ran: list[str] = []
    monkeypatch.setattr(run_tests, "ensure_programs", lambda: None)
    monkeypatch.setattr(run_tests, "run", lambda *_given: ran.append("one run") or 0)
    monkeypatch.setattr(
        run_tests, "run_all", lambda *, records: ran.append(f"all, {'recorded' if records else 'not recorded'}") or 0
    )
    assert run_tests.main(arguments) == 0
    assert ran == [expected]


@pytest.mark.slow
def test_browser_tests_stand_in_the_folder_that_their_stage_names() -> None:
    folder = Path(run_tests.STAGES[-1][-1])
    others = [file for file in Path("tests").rglob("test_*.py") if folder not in file.parents]
    marks = [
        ast.unparse(mark)
        for file in others
        for node in parsed(file).body
        for mark in ([node.value] if isinstance(node, ast.Assign) else getattr(node, "decorator_list", []))
        if not isinstance(mark, ast.Constant)
    ]
    assert len(others) > 100
    assert [mark for mark in marks if "mark.browser" in mark] == []


def test_the_quick_check_needs_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(run_tests, "ensure_programs", lambda: pytest.fail("nothing is installed for it"))
    monkeypatch.setattr(run_tests, "run", lambda *given: ran.append(given) or 0)
    assert run_tests.main(["--check"]) == 0
    assert ran == [run_tests.CHECK]


def test_what_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"chromium-browser"}  # the lighter one is not missed: the tests take this
    monkeypatch.setattr(run_tests.shutil, "which", lambda name: name if name in here else None)
    with pytest.raises(SystemExit, match="apt-get install redis-server$"):
        run_tests.ensure_programs()
    here.add("redis-server")
    run_tests.ensure_programs()
