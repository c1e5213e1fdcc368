"""What a start and a restarted worker do not wait for: counted, since a time would depend on the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from conference_app.config import settings
from conference_app.operation import run

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

UNNEEDED = ("dkim", "dns", "alembic", "granian", "numpy", "pandas", "plotly", "aiortc", "av", "pytest", "watchfiles")
"""Packages that a worker needs later, elsewhere or never."""
IMPORT = """
import inspect, json, os, sys
calls = []
inspect.stack = lambda *_arguments, **_options: calls.append("stack") or []
os.symlink = lambda *_arguments, **_options: calls.append("symlink")
import conference_app.conference_app
print(json.dumps([calls, sorted(name for name in sys.modules if "." not in name)]))
"""


def test_importing_the_app_walks_no_stack_links_no_file_and_loads_nothing_for_later() -> None:
    environment = {**os.environ, **run.server_environment(settings())}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], cwd=run.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    calls, loaded = json.loads(done.stdout.splitlines()[-1])
    assert calls == []
    assert "reflex" in loaded
    assert [name for name in UNNEEDED if name in loaded] == []
