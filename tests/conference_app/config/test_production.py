"""What production refuses, and that it takes what is real."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.config import load_settings
from conference_app.errors import ConfigurationError
from tests.conference_app.config.environments import REAL, environment


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "PARLEY_PUBLIC_HOST"),
        ({"PARLEY_PUBLIC_HOST": "meet.example.com"}, "is an example"),
        ({"PARLEY_PUBLIC_HOST": "127.0.0.1"}, "is an example"),
        ({"PARLEY_PUBLIC_HOST": "[::1]"}, "is an example"),
        (REAL | {"LIVEKIT_API_SECRET": "short"}, "LIVEKIT_API_SECRET of 32 characters"),
        ({"PARLEY_PUBLIC_URL": "http://meet.real-company.org"}, "https"),
        (REAL | {"PARLEY_SMTP_HOST": ""}, "needs PARLEY_SMTP_HOST"),
        (REAL | {"PARLEY_SMTP_HOST": "smtp.example.com"}, "PARLEY_SMTP_HOST names"),
        (REAL | {"PARLEY_MAIL_FROM": "us@example.org"}, "PARLEY_MAIL_FROM names"),
        (REAL | {"PARLEY_SMTP_TLS": "none"}, "TLS only"),
        (
            REAL | {"LIVEKIT_API_SECRET": "secret"},
            "example value of livekit_api_secret",
        ),
    ],
)
def test_production_refuses_example_values(tmp_path: Path, more: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_settings(environment(tmp_path, **({"PARLEY_ENV": "production"} | more)))


def test_everything_that_production_lacks_is_told_in_one_go(tmp_path: Path) -> None:
    more = {"PARLEY_ENV": "production", "LIVEKIT_API_SECRET": "short", "PARLEY_REDIS_URL": "redis://redis.real.org"}
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment(tmp_path, **more))
    said = str(caught.value)
    named = [*REAL.keys() - {"PARLEY_ENV", "PARLEY_MAIL_FROM"}, "LIVEKIT_API_SECRET", "PARLEY_REDIS_URL"]
    assert [name for name in named if sum(name in line for line in said.splitlines()) != 1] == []
    assert len(said.splitlines()) == len(named)


@pytest.mark.promise("P42")
@pytest.mark.parametrize("name", [name for name in REAL if "CONTROLLER" in name])
def test_production_wants_to_know_who_answers_for_the_data(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"needs {name}:"):
        load_settings(environment(tmp_path, **(REAL | {name: " "})))


@pytest.mark.promise("P42")
@pytest.mark.parametrize("value", ["Example Ltd", "privacy@example.com", "Real (not set)"])
def test_production_refuses_an_example_controller(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigurationError, match="refuses examples"):
        load_settings(environment(tmp_path, **(REAL | {"PARLEY_CONTROLLER_NAME": value})))


def test_development_says_which_values_are_examples(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path, PARLEY_CONTROLLER_NAME="Real Company Ltd"))
    assert "PARLEY_CONTROLLER_NAME" not in made.controller.examples
    assert "PARLEY_CONTROLLER_ADDRESS" in made.controller.examples


def test_production_accepts_real_values_and_one_origin(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path, **REAL))
    assert made.is_https
    assert made.allowed_origins == ("https://meet.real-company.org",)
