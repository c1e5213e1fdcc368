"""The TypeScript of the product lies where its components look for it, whole and nothing besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conference_app.browser_files import browser_file, copy_browser_files
from conference_app.room import meeting_room

PACKAGE = Path(meeting_room.__file__).resolve().parents[1]


def copied(public: Path) -> dict[str, bytes]:
    there = public / "external"
    return {path.relative_to(there).as_posix(): path.read_bytes() for path in there.rglob("*") if path.is_file()}


def test_every_file_is_copied_to_the_path_it_has_here(tmp_path: Path) -> None:
    copy_browser_files(tmp_path)
    sources = [file for file in PACKAGE.rglob("*") if file.suffix in (".ts", ".tsx")]
    assert copied(tmp_path) == {file.relative_to(PACKAGE.parent).as_posix(): file.read_bytes() for file in sources}


def test_a_component_looks_where_its_file_is_copied_to(tmp_path: Path) -> None:
    copy_browser_files(tmp_path)
    library = browser_file(meeting_room.__file__, "MeetingRoom.tsx")
    assert (tmp_path / library.removeprefix("$/public/")).is_file()
    with pytest.raises(FileNotFoundError):
        browser_file(meeting_room.__file__, "Missing.tsx")


def test_every_import_of_a_neighbour_finds_it(tmp_path: Path) -> None:
    copy_browser_files(tmp_path)
    lost = [
        (path.name, wanted)
        for path in tmp_path.rglob("*.ts*")
        for wanted in re.findall(r'from "(\.{1,2}/[^"]+)"', path.read_text(encoding="utf-8"))
        if not any((path.parent / (wanted.partition("?")[0] + ending)).is_file() for ending in (".ts", ".tsx", ""))
    ]
    assert lost == []


def test_what_is_gone_here_goes_there_and_what_is_the_same_is_not_written(tmp_path: Path) -> None:
    copy_browser_files(tmp_path)
    old = tmp_path / "external" / "conference_app" / "room" / "Old.tsx"
    old.write_text("gone")
    same = tmp_path / "external" / "conference_app" / "room" / "MeetingRoom.tsx"
    before = same.stat().st_mtime_ns
    copy_browser_files(tmp_path)
    assert not old.exists()
    assert same.stat().st_mtime_ns == before


def test_no_module_links_files_while_it_is_imported() -> None:
    """`rx.asset(shared=True)` costs some 40 ms a file at each start, also of a finished build."""
    linking = [file.name for file in PACKAGE.rglob("*.py") if "rx.asset(" in file.read_text(encoding="utf-8")]
    assert linking == ["browser_files.py"]  # its docstring says why not
