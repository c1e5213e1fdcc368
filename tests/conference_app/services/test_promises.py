"""The promise register: complete, and never kinder than the tests."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conference_app.services import promises
from conference_app.services.promises import PROMISES
from tests.promise_record import PromiseRecord

TESTS = Path(__file__).resolve().parents[2]


def test_every_promise_of_the_source_has_words() -> None:
    assert list(PROMISES) == [f"P{number}" for number in range(1, 112)]
    assert len({one.words for one in PROMISES.values()}) == 111


def test_every_marked_id_exists() -> None:
    marks = {
        mark
        for file in TESTS.rglob("test_*.py")
        for call in re.findall(r"mark\.promise\(([^)]*)\)", file.read_text(encoding="utf-8"))
        for mark in re.findall(r"[\"'](\w+)[\"']", call)
    }
    assert marks
    assert marks <= set(PROMISES)


def test_the_committed_record_knows_only_real_promises_and_tests() -> None:
    recorded = json.loads(promises.RECORD.read_text(encoding="utf-8"))
    assert set(recorded["promises"]) <= set(PROMISES)
    for tests in recorded["promises"].values():
        for name in tests:
            file, _separator, function = name.partition("::")
            assert f"def {function.rsplit('::', 1)[-1]}(" in (TESTS / file).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({}, "not_yet"),
        ({"a": "passed"}, "proven"),
        ({"a": "passed", "b": "failed"}, "failing"),
        ({"a": "passed", "b": "skipped"}, "failing"),
        ({"a": "skipped"}, "failing"),
    ],
)
def test_only_what_passed_whole_is_proven(tmp_path: Path, outcomes: dict[str, str], state: str) -> None:
    record = tmp_path / "promises.json"
    record.write_text(json.dumps({"ran_at": "2026-11-23T00:00:00+00:00", "promises": {"P58": outcomes}}))
    register = promises.read(record)
    assert register.proofs["P58"].state == state
    assert register.count("proven") == (state == "proven")
    assert register.proofs["P1"].state == "not_yet"


def test_without_a_record_nothing_is_proven(tmp_path: Path) -> None:
    assert promises.read(tmp_path / "none.json").count("not_yet") == 111


class Report:
    """What pytest says of one phase of a test."""

    def __init__(self, nodeid: str, when: str, outcome: str) -> None:
        self.nodeid, self.when, self.outcome = nodeid, when, outcome


def test_the_worst_of_all_parameters_counts(tmp_path: Path) -> None:
    record = PromiseRecord(tmp_path / "out.json")
    record.of_test = {"tests/test_a.py::test_a[1]": ["P1"], "tests/test_a.py::test_a[2]": ["P1"]}
    for nodeid, outcome in (("tests/test_a.py::test_a[1]", "failed"), ("tests/test_a.py::test_a[2]", "passed")):
        record.pytest_runtest_logreport(Report(nodeid, "setup", "passed"))  # type: ignore[arg-type]
        record.pytest_runtest_logreport(Report(nodeid, "call", outcome))  # type: ignore[arg-type]
    record.pytest_sessionfinish()
    assert promises.read(tmp_path / "out.json").proofs["P1"] == promises.Proof("failing", ("test_a.py::test_a",))


def test_a_broken_setup_is_no_proof(tmp_path: Path) -> None:
    record = PromiseRecord(tmp_path / "out.json")
    record.of_test = {"tests/test_a.py::test_a": ["P1"]}
    record.pytest_runtest_logreport(Report("tests/test_a.py::test_a", "setup", "failed"))  # type: ignore[arg-type]
    record.pytest_sessionfinish()
    assert promises.read(tmp_path / "out.json").proofs["P1"].state == "failing"
