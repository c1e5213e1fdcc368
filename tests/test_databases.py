"""Which databases the tests run on."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest


def test_every_module_with_a_database_meets_postgresql(request: pytest.FixtureRequest) -> None:
    """Each test is drawn for one database by its name: where the lot left PostgreSQL out, mark one `both_databases`."""
    if request.config.getoption("--databases") != "one" or request.config.getoption("keyword"):
        pytest.skip("only some of the tests run")
    engines: dict[Path, set[str]] = defaultdict(set)
    for item in request.session.items:
        call = getattr(item, "callspec", None)
        if call and "engine" in call.params:
            engines[item.path].add(call.params["engine"])
    assert [path.name for path, found in engines.items() if found == {"sqlite"}] == []
