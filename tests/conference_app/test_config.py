"""Settings: defaults, secrets made once, and one clear line for each mistake."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from conference_app.config import SECRET_NAMES, load_settings
from conference_app.errors import ConfigurationError

REAL = {
    "PARLEY_ENV": "production",
    "PARLEY_PUBLIC_HOST": "meet.real-company.org",
    "PARLEY_CONTROLLER_NAME": "Real Company Ltd",
    "PARLEY_CONTROLLER_ADDRESS": "7 Long Lane, 00-950 Warsaw, Poland",
    "PARLEY_CONTROLLER_EMAIL": "privacy@real-company.org",
    "PARLEY_CONTROLLER_PHONE": "+48 22 555 01 00",
    "PARLEY_CONTROLLER_COUNTRY": "Poland",
    "PARLEY_SMTP_HOST": "smtp.real-company.org",
    "PARLEY_MAIL_FROM": "meetings@real-company.org",
}


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PARLEY_DATA": str(tmp_path / "data"), **more}


def test_defaults_listen_on_loopback(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path))
    assert (made.bind_host, made.media_bind_host, made.port) == ("127.0.0.1", "127.0.0.1", 3000)
    assert made.public_url == "http://localhost:3000"
    assert made.database_url.startswith("sqlite+aiosqlite:///")


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
    ("name", "value", "says"),
    [
        ("PORT", "many", "PORT='many' must be a whole number from 1 to 65535"),
        ("PORT", "70000", "from 1 to 65535"),
        ("PARLEY_ENV", "prod", "must be development or production"),
        ("PARLEY_ACCENT_COLOR", "blue", "must look like #4f46e5"),
        ("PARLEY_PUBLIC_URL", "meet.test", "must look like https://"),
        ("PARLEY_SESSION_DAYS", "0", "from 1 to 365"),
        ("PARLEY_SMTP_TLS", "maybe", "starttls, tls or none"),
        ("PARLEY_MAIL_FROM", "Us <us@real-company.org>", "must look like meetings@"),
        ("PARLEY_BOUNCE_SECRET", "short", "32 characters"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match="^[^\n]*$") as caught:
        load_settings(environment(tmp_path, **{name: value}))
    assert says in str(caught.value)


def test_an_unwritable_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written .* Set PARLEY_DATA"):
        load_settings({"PARLEY_DATA": str(tmp_path / "file" / "data")})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "PARLEY_PUBLIC_HOST"),
        ({"PARLEY_PUBLIC_HOST": "meet.example.com"}, "is an example"),
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


def test_processors_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "processors.json"
    entry = {"name": "Post Ltd", "does": "Sends our mails", "data": ["E-mail address"], "country": "Poland"}
    file.write_text(json.dumps([entry]))
    (made,) = load_settings(environment(tmp_path, PARLEY_PROCESSORS=str(file))).processors
    assert (made.name, made.data, made.safeguard) == ("Post Ltd", ("E-mail address",), "")


@pytest.mark.parametrize("content", ["", "{}{}", "[1]", '[{"name": "Post Ltd"}]', '[{"data": [], "other": 1}]'])
def test_a_broken_list_of_processors_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "processors.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="^PARLEY_PROCESSORS=.* must be a JSON list"):
        load_settings(environment(tmp_path, PARLEY_PROCESSORS=str(file)))


def test_production_accepts_real_values_and_one_origin(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path, **REAL))
    assert made.is_https
    assert made.allowed_origins == ("https://meet.real-company.org",)
