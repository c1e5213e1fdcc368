"""`make test`: see that what the tests need is there, then run them all with pytest.

In three stages: all that needs no browser is shared out among all processors and one worker more; then the calls with a
media server that lies, one after the other; then the other tests that drive a browser, two at a time, each side with a
product and a browser of its own. `make check` runs the quick part of the first stage.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from conference_app.services.documents.promises import NOT_RUN, RECORD

BROWSER = "tests/browser"
LYING = f"{BROWSER}/lying"
WORKERS = (os.cpu_count() or 1) + 1
"""One more than processors: many a test waits for PostgreSQL or for a program that it has started."""
STAGES = (
    ("-m", "not browser", f"--ignore={BROWSER}", "-n", str(WORKERS), "--dist", "worksteal"),
    ("-m", "browser", "-n", "0", LYING),
    ("-m", "browser", f"--ignore={LYING}", "-n", "2", "--dist", "worksteal", BROWSER),
)
"""What a liar does is seen for seconds only: two calls at once on few processors would miss it. Browser tests are apart from the others since Playwright's loop keeps the main thread of its process. Each stage leaves
out the other's folder, since collecting it would take longer than many a test."""
SLOW = "tests/conference_app/api/test_http_contract.py"
"""Takes seconds to be collected, and has slow tests only."""
CHECK = (
    *("-m", "not browser and not process and not slow", f"--ignore={BROWSER}", f"--ignore={SLOW}"),
    *("-n", str(WORKERS), "--dist", "worksteal", "--databases", "sqlite", "--types", "product"),
)
"""Lint, types of the product, contracts and unit tests, on SQLite alone: for the habit of running it before each commit."""
CHECK_OPTION = "--check"
RECORD_OPTION = "--record-promises"
"""Writes which promises the tests prove, for the page /promises."""
LIGHTER = "chromium-headless-shell"
"""Chromium without windows of its own; where it cannot be had the tests take the whole one, and longer."""
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser"),
    LIGHTER: (LIGHTER,),
    "redis-server": ("redis-server",),
}
"""Debian's packages that the tests need, with the names their program may have."""


def missing_packages() -> list[str]:
    """The packages of which no program is here."""
    return [package for package, names in PROGRAMS.items() if not any(shutil.which(name) for name in names)]


def ensure_programs() -> None:
    """Install what is missing when we may; else end with one clear line."""
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stdout.write(f"Installing {', '.join(missing)} for the tests …\n")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        for package in missing:
            subprocess.run(["apt-get", "install", "-y", "-qq", package], env=environment, check=False)
        missing = missing_packages()
    missing = [package for package in missing if package != LIGHTER]
    if missing:
        names = " ".join(missing)
        sys.exit(f"parley: the tests need programs that are not here. Install them: apt-get install {names}")


def run(*arguments: str) -> int:
    """One run of pytest; its exit status.

    Bytecode is kept whatever PYTHONDONTWRITEBYTECODE says: rewriting the assertions of all tests takes as long as
    collecting them.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


def run_all(*, records: bool) -> int:
    """The whole suite, to its end also when something fails; the worse exit status. Writes the record if asked to."""
    with tempfile.TemporaryDirectory(prefix="parley-record-") as folder:
        parts = [Path(folder) / f"{number}.json" for number in range(len(STAGES))]
        ends = [
            run(*stage, *([f"{RECORD_OPTION}={part}"] if records else []))
            for stage, part in zip(STAGES, parts, strict=True)
        ]
        if records:
            RECORD.write_text(merged([json.loads(part.read_text()) for part in parts]), encoding="utf-8")
    return max(ends)


def merged(parts: list[dict[str, Any]]) -> str:
    """One record of several runs, none of which ran a test of another: each calls those of the others not run."""
    promises: dict[str, dict[str, str]] = {}
    for part in parts:
        for promise, tests in part["promises"].items():
            known = promises.setdefault(promise, {})
            known.update({name: end for name, end in tests.items() if end != NOT_RUN or name not in known})
    ordered = {one: dict(sorted(promises[one].items())) for one in sorted(promises, key=lambda one: int(one[1:]))}
    return json.dumps({"ran_at": parts[-1]["ran_at"], "promises": ordered}, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """`make test`: everything, or what TESTS names; `make check`: the quick part, which needs no browser."""
    if arguments == [CHECK_OPTION]:
        return run(*CHECK)
    ensure_programs()
    sys.stdout.flush()
    is_whole = arguments in ([], [RECORD_OPTION])
    return run_all(records=bool(arguments)) if is_whole else run(*arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
