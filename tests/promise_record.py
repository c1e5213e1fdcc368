"""pytest plugin: `--record-promises` writes which tests of which promise passed, for the page /promises.

Nothing is written without the option. A test that is marked and was not run, in a run of a part or one that broke off,
is written down as such, so that its promise is not called proven.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conference_app.services.documents.promises import NOT_RUN, PROMISES, RECORD
from tests.sources import parsed

TESTS = Path(__file__).parent
_PROPERTY = "promise"
_RANK = {"passed": 0, "skipped": 1, "failed": 2}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record-promises`, or `--record-promises=<file>`."""
    parser.addoption(
        "--record-promises",
        nargs="?",
        const=str(RECORD),
        default=None,
        metavar="FILE",
        help="write which promises the tests proved (default: conference_app/promises.json)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Watch the run, if it is to be recorded."""
    path = None if hasattr(config, "workerinput") else config.getoption("--record-promises")
    config.pluginmanager.register(PromiseRecord(Path(path) if path else None), "promise record")


def ids_of(item: pytest.Item) -> list[str]:
    """The promises a test is marked with."""
    return [str(one) for mark in item.iter_markers("promise") for one in mark.args]


def marked_tests(folder: Path) -> Iterator[tuple[str, str]]:
    """Each promise and the name of a test that is marked with it, read from the files under `folder`."""
    for file in sorted(folder.rglob("test_*.py")):
        yield from _marked(parsed(file).body, file.relative_to(folder).as_posix(), [])


def _marked(body: Sequence[ast.stmt], name: str, inherited: Sequence[str]) -> Iterator[tuple[str, str]]:
    of_all = [one.value for one in body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark"]
    inherited = [*inherited, *_named(of_all)]
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield from _marked(one.body, f"{name}::{one.name}", [*inherited, *_named(one.decorator_list)])
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test_"):
            for promise in [*inherited, *_named(one.decorator_list)]:
                yield promise, f"{name}::{one.name}"


def _named(marks: Sequence[ast.expr]) -> list[str]:
    """The promises that marks name."""
    calls = [node for mark in marks for node in ast.walk(mark) if isinstance(node, ast.Call)]
    return [
        str(ast.literal_eval(argument))
        for call in calls
        if ast.unparse(call.func).endswith("mark.promise")
        for argument in call.args
    ]


class PromiseRecord:
    """Collects outcomes by promise and test. A parametrized test counts once, by its worst outcome.

    A test's promises travel in its reports, since with several workers (pytest-xdist) they are all that is seen here.
    """

    def __init__(self, path: Path | None, tests: Path = TESTS) -> None:
        self.path, self.tests = path, tests
        self.outcomes: dict[str, dict[str, str]] = {one: {} for one in PROMISES}

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Refuse a mark that no promise has."""
        for item in items:
            ids = ids_of(item)
            if unknown := set(ids) - set(PROMISES):
                raise pytest.UsageError(f"{item.nodeid} is marked with unknown promises: {sorted(unknown)}")
            item.user_properties += [(_PROPERTY, one) for one in ids]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of a test's phases and parameters."""
        for one in [str(value) for name, value in report.user_properties if name == _PROPERTY]:
            name = report.nodeid.split("[", 1)[0].removeprefix("tests/")
            if report.when != "call" and report.outcome == "passed":
                continue
            known = self.outcomes[one].get(name, "passed")
            self.outcomes[one][name] = max(known, report.outcome, key=lambda outcome: _RANK[outcome])

    def pytest_sessionfinish(self) -> None:
        """Write the record."""
        if self.path is None:
            return
        for one, name in marked_tests(self.tests):
            self.outcomes[one].setdefault(name, NOT_RUN)
        promises = {one: dict(sorted(tests.items())) for one, tests in self.outcomes.items() if tests}
        record = {"ran_at": datetime.now(UTC).isoformat(timespec="seconds"), "promises": promises}
        self.path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
