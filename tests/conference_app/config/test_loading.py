"""Settings: defaults, and one clear line for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conference_app.config import load_settings
from conference_app.errors import ConfigurationError
from tests.conference_app.config.environments import REAL, environment


def test_defaults_listen_on_loopback(tmp_path: Path) -> None:
    made = load_settings(environment(tmp_path))
    assert (made.bind_host, made.media_bind_host, made.port) == ("127.0.0.1", "127.0.0.1", 3000)
    assert made.public_url == "http://localhost:3000"
    assert made.database_url.startswith("sqlite+aiosqlite:///")


@pytest.mark.promise("P22")
@pytest.mark.parametrize("more", [{}, {"PARLEY_SMTP_HOST": "smtp.real-company.org"}, REAL])
def test_addresses_must_be_confirmed_unless_the_operator_says_otherwise(tmp_path: Path, more: dict[str, str]) -> None:
    assert load_settings(environment(tmp_path, **more)).require_verified_email is True
    switched = environment(tmp_path, **more, PARLEY_REQUIRE_VERIFIED_EMAIL="0")
    assert load_settings(switched).require_verified_email is False


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
        ("PARLEY_BRAND_NAME", "Us\r\nBcc: all@real-company.org", "must be one line"),
        ("PARLEY_CONTROLLER_EMAIL", "somebody", "must look like privacy@"),
        ("PARLEY_DKIM_KEY", "no/such/file.pem", "can be read"),
        ("PARLEY_DKIM_KEY", "README.md", "an RSA key (PEM)"),
        ("PARLEY_BREACHED_PASSWORDS", "no/such/folder", "can be read"),
        ("PARLEY_INTRANET_EMAIL", "yes", "must be 0 or 1"),
        ("PARLEY_STAFF", "boss@real-company.org, editor", "PARLEY_STAFF must be e-mail addresses with commas"),
        ("PARLEY_STAFF", "@real-company.org", "a username names nobody"),
        ("PARLEY_REDIS_URL", "localhost:6379", "must begin with redis://"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match="^[^\n]*$") as caught:
        load_settings(environment(tmp_path, **{name: value}))
    assert says in str(caught.value)


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "PORT": "many",
        "PARLEY_SESSION_KEY": "canary",
        "PARLEY_CONTROLLER_EMAIL": "nobody",
        "PARLEY_SMTP_TLS": "no",
    }
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment(tmp_path, **wrong))
    assert sorted(line.split(" must ")[0].split("=")[0] for line in str(caught.value).splitlines()) == sorted(wrong)
    assert "canary" not in str(caught.value)


def test_an_unwritable_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be written .* Set PARLEY_DATA"):
        load_settings({"PARLEY_DATA": str(tmp_path / "file" / "data")})


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


@pytest.mark.parametrize(
    ("more", "origin"),
    [
        ({"PARLEY_PUBLIC_HOST": "Meet.Real-Company.ORG"}, "https://meet.real-company.org"),
        ({"PARLEY_PUBLIC_HOST": "meet.real-company.org:8443"}, "https://meet.real-company.org:8443"),
        ({"PARLEY_PUBLIC_URL": "https://meet.real-company.org:443/"}, "https://meet.real-company.org"),
        ({"PARLEY_PUBLIC_URL": "HTTPS://ŻÓŁW.example.org"}, "https://xn--w-uga1v8h.example.org"),
        ({"PARLEY_PUBLIC_HOST": "straße.example.org"}, "https://xn--strae-oqa.example.org"),
        ({"PARLEY_PUBLIC_URL": "http://[::1]:3000"}, "http://[::1]:3000"),
    ],
)
def test_the_origin_is_what_browsers_send(tmp_path: Path, more: dict[str, str], origin: str) -> None:
    made = load_settings(environment(tmp_path, **more))
    assert made.public_url == origin
    assert origin in made.allowed_origins


@pytest.mark.parametrize(
    "url",
    ["https://meet.test/app", "https://meet.test?x=1", "https://u:p@meet.test", "https://meet.test:port", "ftp://x"],
)
def test_more_than_an_origin_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="PARLEY_PUBLIC_URL=.* must look like https://"):
        load_settings(environment(tmp_path, PARLEY_PUBLIC_URL=url))
