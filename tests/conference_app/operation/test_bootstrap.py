"""What an operator without the right Python reads, and when packages are installed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.operation import bootstrap


def test_an_old_python_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit):
        bootstrap.find_python()
    said = capsys.readouterr().err
    assert said == "parley: Python 3.11 or newer is needed; this is 3.9. On Debian 12: apt-get install python3\n"


def test_an_old_python_steps_aside_for_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = bootstrap.sys.executable
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: newer if name == "python3.12" else None)
    assert bootstrap.find_python() == newer


def test_missing_venv_without_root_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "can_make_environments", lambda _python: False)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit):
        bootstrap.make_environment("python3")
    assert capsys.readouterr().err == "parley: python3-venv is missing. Install it: apt-get install python3-venv\n"


def test_packages_are_installed_once_and_again_after_a_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda command: calls.append(command) or 0)
    (tmp_path / "requirements.txt").write_text("a==1\n")
    bootstrap.install(["requirements.txt"], ".installed")
    bootstrap.install(["requirements.txt"], ".installed")
    assert [Path(call[-1]).name for call in calls] == ["build_tools.txt", "requirements.txt"]
    (tmp_path / "requirements.txt").write_text("a==2\n")
    bootstrap.install(["requirements.txt"], ".installed")
    assert len(calls) == 4
    assert all("--require-hashes" in call and "--no-build-isolation" in call for call in calls)
