"""All TypeScript type-checks; the room's own tests pass, and it keeps the rules that no compiler knows."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conference_app.room.meeting_room import MeetingRoom

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "conference_app" / "room").rglob("*.ts*"))
TESTS = ROOT / "tests" / "room_ts"
BUN = Path(sys.executable).with_name("bun")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=TESTS, capture_output=True, text=True, timeout=150)


@pytest.fixture(scope="module")
def packages() -> Path:
    """The pinned packages that the compiler and the tests need; from bun's cache after the first time."""
    with (TESTS / "bun.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs in one checkout must not install at once
        done = run(BUN, "install", "--frozen-lockfile")
    assert done.returncode == 0, done.stderr
    return TESTS / "node_modules"


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("project", [ROOT / "conference_app" / "tsconfig.json", TESTS / "tsconfig.json"])
def test_the_types_hold(packages: Path, project: Path) -> None:
    done = run(packages / ".bin" / "tsc", "-p", project)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_its_own_tests_pass(packages: Path) -> None:
    done = run(BUN, "test")
    assert done.returncode == 0, done.stderr
    assert re.search(r"[1-9]\d* pass\n 0 fail", done.stderr)


def test_the_same_packages_are_tested_and_served() -> None:
    tested = json.loads((TESTS / "package.json").read_text())["devDependencies"]
    served = dict(name.rsplit("@", 1) for name in MeetingRoom.get_fields()["lib_dependencies"].default_value())
    assert served.items() <= tested.items()


ALLOWED = {("buildHash.ts", "fetch(")}
"""It reads the files of the page itself."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_logged_fetched_or_injected(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    forbidden = r"console\.|debugger|dangerouslySetInnerHTML|innerHTML|\beval\(|new Function|\bfetch\(|XMLHttpRequest|https?://(?!\[\^)[a-z]"
    found = re.findall(forbidden, text)
    assert [one for one in found if (path.name, one) not in ALLOWED] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_text_stands_in_the_code(path: Path) -> None:
    markup = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    said = re.findall(r'(?:aria-label|title|placeholder|alt)="[^"]+"', markup)
    said += re.findall(r">\s*[A-Z][a-z]+ [a-z]+[^<>{}]*</", markup)
    assert said == []


def test_every_tool_is_listed_and_no_two_share_a_name_or_a_key() -> None:
    tools = {
        path: path.read_text(encoding="utf-8")
        for path in SOURCES
        if path.name == "tool.ts" and "id:" in path.read_text()
    }
    room = ROOT / "conference_app" / "room"
    registry = (room / "tools" / "registry.ts").read_text(encoding="utf-8")
    of_the_call = re.findall(r'key: "([A-Z?])"', (room / "call" / "shortcuts.ts").read_text(encoding="utf-8"))
    folders = {path.parent.name for path in tools} - {"tools"}
    names = [name for text in tools.values() for name in re.findall(r'^  id: "(\w+)"', text, flags=re.MULTILINE)]
    keys = [key for text in tools.values() for key in re.findall(r'^  shortcut: "([A-Z])"', text, flags=re.MULTILINE)]
    assert folders == set(names) == set(re.findall(r'from "\./(\w+)/tool"', registry))
    assert len(names) == len(keys) == len(folders)
    assert len(set(keys + of_the_call)) == len(keys) + len(of_the_call)
