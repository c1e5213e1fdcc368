"""Secrets: made once, readable by their owner alone, shown by nothing."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from conference_app.config import kept_files, load_settings
from conference_app.config.kept_secrets import SECRET_NAMES
from conference_app.errors import ConfigurationError
from tests.conference_app.config.environments import environment


def test_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first = load_settings(environment(tmp_path))
    second = load_settings(environment(tmp_path))
    assert first.secrets == second.secrets
    for name in SECRET_NAMES:
        file = tmp_path / "data" / "secrets" / name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len({getattr(first.secrets, name) for name in SECRET_NAMES}) == len(SECRET_NAMES)


def test_secrets_do_not_show_in_the_representation(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path))
    shown = repr(made) + repr(made.secrets)
    assert not [name for name in SECRET_NAMES if getattr(made.secrets, name) in shown]


def test_a_secret_can_come_from_the_environment(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path, PARLEY_SESSION_KEY="k" * 64, LIVEKIT_API_KEY="APIown"))
    assert made.secrets.session_key == "k" * 64
    assert made.secrets.livekit_api_key == "APIown"
    assert not (tmp_path / "data" / "secrets" / "session_key").exists()


@pytest.mark.parametrize(
    "name", ["PARLEY_SESSION_KEY", "PARLEY_PASSWORD_PEPPER", "PARLEY_LOOKUP_KEY", "PARLEY_COLUMN_KEY"]
)
def test_a_secret_that_can_be_guessed_is_refused_and_not_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must ") as caught:
        load_settings(environment(tmp_path, **{name: "canary"}))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff\xfe" * 40, b"\x00" * 64], ids=repr)
@pytest.mark.parametrize("name", ["session_key", "password_pepper", "column_key", "lookup_key"])
def test_a_kept_secret_that_is_damaged_is_one_line_and_stays(tmp_path: Path, name: str, content: bytes) -> None:
    load_settings(environment(tmp_path))
    file = tmp_path / "data" / "secrets" / name
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"^The secret .*/{name} is damaged: it must [^\n]*$") as caught:
        load_settings(environment(tmp_path))
    assert "short" not in str(caught.value)
    assert file.read_bytes() == content


def test_every_damaged_secret_is_named_at_once(tmp_path: Path) -> None:
    load_settings(environment(tmp_path))
    for name in SECRET_NAMES:
        (tmp_path / "data" / "secrets" / name).write_bytes(b"")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment(tmp_path))
    lines = str(caught.value).splitlines()
    assert [name for name, line in zip(SECRET_NAMES, lines, strict=True) if f"/{name} is damaged" not in line] == []


def test_a_secret_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data" / "secrets" / "session_key").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="^The secret .*/session_key cannot be read or kept [^\n]*$"):
        load_settings(environment(tmp_path))


def no_room(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_one_line_for_each_and_leaves_no_half_of_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_files.os, "fsync", no_room)
    with pytest.raises(ConfigurationError, match="No space left on device") as caught:
        load_settings(environment(tmp_path))
    assert len(str(caught.value).splitlines()) == len(SECRET_NAMES)
    assert list((tmp_path / "data" / "secrets").iterdir()) == []
