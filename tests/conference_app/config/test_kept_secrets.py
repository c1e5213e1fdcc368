"""Secrets: made once, readable by their owner alone, shown by nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from conference_app.config import load_settings
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
