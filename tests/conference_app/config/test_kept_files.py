"""Small files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from conference_app.config import kept_files


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    kept_files.create(tmp_path / "key", "first")
    kept_files.create(tmp_path / "key", "second")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("key", "first")]


def test_writing_anew_keeps_it_for_its_owner(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("old")
    kept_files.replace(tmp_path / "key", "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("key", "new")]
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_old_text_stands_until_the_new_one_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError("the plug was pulled")

    (tmp_path / "key").write_text("old")
    monkeypatch.setattr(kept_files.os, "fsync", fails)
    with pytest.raises(OSError, match="plug"):
        kept_files.replace(tmp_path / "key", "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("key", "old")]


def test_file_and_folder_are_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[bool] = []
    monkeypatch.setattr(kept_files.os, "fsync", lambda fd: flushed.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    kept_files.create(tmp_path / "key", "text")
    assert flushed == [False, True]
