"""The promise register: complete, and never kinder than the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conference_app.services.documents import promises
from conference_app.services.documents.promises import NOT_BUILT, NOT_RUN, PROMISES
from tests.promise_record import PromiseRecord, marked_tests

TESTS = Path(__file__).resolve().parents[3]


def test_every_promise_of_the_source_has_words() -> None:
    assert list(PROMISES) == [f"P{number}" for number in range(1, 112)]
    assert len({one.words for one in PROMISES.values()}) == 111


BUILT = frozenset(
    f"P{number}"
    for first, last in ((17, 23), (31, 39), (41, 49), (52, 72), (76, 80), (84, 88), (90, 95), (104, 105), (109, 111))
    for number in range(first, last + 1)
)
"""Promises that accounts, consent, mail and the privacy center keep; a part that is added adds its own."""


def marks() -> set[str]:
    """Every id that a test is marked with."""
    return {promise for promise, _test in marked_tests(TESTS)}


def test_every_marked_id_exists() -> None:
    assert marks() <= set(PROMISES)


def test_every_promise_of_what_is_built_has_a_test() -> None:
    assert sorted(BUILT - marks()) == []


def test_the_committed_record_knows_only_real_promises_and_tests() -> None:
    recorded = json.loads(promises.RECORD.read_text(encoding="utf-8"))
    assert set(recorded["promises"]) <= set(PROMISES)
    named = {(promise, name) for promise, tests in recorded["promises"].items() for name in tests}
    assert named - set(marked_tests(TESTS)) == set()  # no test that is gone, or proves something else by now


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ({}, "unproven"),
        ({"a": "passed"}, "proven"),
        ({"a": "passed", "b": "failed"}, "failing"),
        ({"a": "passed", "b": "skipped"}, "failing"),
        ({"a": "skipped"}, "failing"),
        ({"a": "passed", "b": NOT_RUN}, "failing"),
    ],
)
def test_only_what_passed_whole_is_proven(tmp_path: Path, outcomes: dict[str, str], state: str) -> None:
    record = tmp_path / "promises.json"
    record.write_text(json.dumps({"ran_at": "2026-11-23T00:00:00+00:00", "promises": {"P58": outcomes}}))
    register = promises.read(record)
    assert register.proofs["P58"].state == state
    assert register.count("proven") == (state == "proven")
    assert (register.proofs["P1"].state, register.proofs["P4"].state) == ("unproven", "not_built")


def test_without_a_record_nothing_is_proven(tmp_path: Path) -> None:
    register = promises.read(tmp_path / "none.json")
    assert register.count("not_built") == len(NOT_BUILT)
    assert register.count("unproven") == 111 - len(NOT_BUILT)


def test_what_a_test_proves_is_not_called_unbuilt() -> None:
    assert sorted(NOT_BUILT & marks()) == []
    assert set(PROMISES) >= NOT_BUILT


class Report:
    """What pytest says of one phase of a test."""

    def __init__(self, nodeid: str, when: str, outcome: str) -> None:
        self.nodeid, self.when, self.outcome = nodeid, when, outcome
        self.user_properties = [("promise", "P1")]


def test_the_worst_of_all_parameters_counts(tmp_path: Path) -> None:
    record = PromiseRecord(tmp_path / "out.json", tmp_path)
    for nodeid, outcome in (("tests/test_a.py::test_a[1]", "failed"), ("tests/test_a.py::test_a[2]", "passed")):
        record.pytest_runtest_logreport(Report(nodeid, "setup", "passed"))  # type: ignore[arg-type]
        record.pytest_runtest_logreport(Report(nodeid, "call", outcome))  # type: ignore[arg-type]
    record.pytest_sessionfinish()
    assert promises.read(tmp_path / "out.json").proofs["P1"] == promises.Proof("failing", ("test_a.py::test_a",))


def test_a_broken_setup_is_no_proof(tmp_path: Path) -> None:
    record = PromiseRecord(tmp_path / "out.json", tmp_path)
    record.pytest_runtest_logreport(Report("tests/test_a.py::test_a", "setup", "failed"))  # type: ignore[arg-type]
    record.pytest_sessionfinish()
    assert promises.read(tmp_path / "out.json").proofs["P1"].state == "failing"


PART = """
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.promise("P1")]


@pytest.mark.promise("P2")
def test_a(): ...


@pytest.mark.promise("P3")
class TestAll:
    @pytest.mark.promise("P4")
    async def test_b(self): ...

    def helper(self): ...
"""


def test_a_run_of_a_part_proves_only_what_it_ran_whole(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(PART)
    a, b = "test_a.py::test_a", "test_a.py::TestAll::test_b"
    assert sorted(marked_tests(tmp_path)) == [("P1", b), ("P1", a), ("P2", a), ("P3", b), ("P4", b)]
    record = PromiseRecord(tmp_path / "out.json", tmp_path)
    for promise in ("P1", "P2"):
        report = Report("tests/test_a.py::test_a", "call", "passed")
        report.user_properties = [("promise", promise)]
        record.pytest_runtest_logreport(report)  # type: ignore[arg-type]
    record.pytest_sessionfinish()
    proofs = promises.read(tmp_path / "out.json").proofs
    states = {one: proofs[one].state for one in ("P1", "P2", "P3", "P4")}
    assert states == {"P1": "failing", "P2": "proven", "P3": "failing", "P4": "failing"}
