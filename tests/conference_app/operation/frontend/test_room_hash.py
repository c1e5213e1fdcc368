"""The hash of the room's code that an operator compares with the one in the room's sheet."""

from __future__ import annotations

from pathlib import Path

from conference_app.operation.frontend.room_hash import room_files, room_hash


def built(folder: Path) -> Path:
    assets = folder / "assets"
    assets.mkdir()
    (assets / "frameWorker-a1.js").write_text("frames")
    (assets / "worker-b2.js").write_text("group")
    (assets / "room-c3.js").write_text("new Worker('/assets/frameWorker-a1.js'); new Worker('/assets/worker-b2.js')")
    (assets / "other-d4.js").write_text("import './room-c3.js'")
    return folder


def test_it_is_of_the_workers_and_the_file_that_starts_them(tmp_path: Path) -> None:
    folder = built(tmp_path)
    assert {path.name for path in room_files(folder)} == {"frameWorker-a1.js", "worker-b2.js", "room-c3.js"}
    before = room_hash(folder)
    (folder / "assets" / "other-d4.js").write_text("changed")
    assert room_hash(folder) == before
    (folder / "assets" / "worker-b2.js").write_text("altered")
    assert room_hash(folder) != before


def test_nothing_built_has_none(tmp_path: Path) -> None:
    assert room_hash(tmp_path) == ""
