"""pytest plugin: `--record-promises` writes which tests of which promise passed, for the page /promises.

Only a whole run makes a true record, so nothing is written without the option.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conference_app.services.promises import PROMISES, RECORD

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
    path = config.getoption("--record-promises")
    config.pluginmanager.register(PromiseRecord(Path(path) if path else None), "promise record")


def ids_of(item: pytest.Item) -> list[str]:
    """The promises a test is marked with."""
    return [str(one) for mark in item.iter_markers("promise") for one in mark.args]


class PromiseRecord:
    """Collects outcomes by promise and test. A parametrized test counts once, by its worst outcome."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.of_test: dict[str, list[str]] = {}
        self.outcomes: dict[str, dict[str, str]] = {one: {} for one in PROMISES}

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Refuse a mark that no promise has."""
        for item in items:
            ids = ids_of(item)
            if unknown := set(ids) - set(PROMISES):
                raise pytest.UsageError(f"{item.nodeid} is marked with unknown promises: {sorted(unknown)}")
            if ids:
                self.of_test[item.nodeid] = ids

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of a test's phases and parameters."""
        for one in self.of_test.get(report.nodeid, ()):
            name = report.nodeid.split("[", 1)[0].removeprefix("tests/")
            if report.when != "call" and report.outcome == "passed":
                continue
            known = self.outcomes[one].get(name, "passed")
            self.outcomes[one][name] = max(known, report.outcome, key=lambda outcome: _RANK[outcome])

    def pytest_sessionfinish(self) -> None:
        """Write the record."""
        if self.path is None:
            return
        promises = {one: dict(sorted(tests.items())) for one, tests in self.outcomes.items() if tests}
        record = {"ran_at": datetime.now(UTC).isoformat(timespec="seconds"), "promises": promises}
        self.path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
