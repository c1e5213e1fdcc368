"""The check-up names what is wrong and how to mend it."""

from __future__ import annotations

import dataclasses
import socket
from pathlib import Path

import pytest

from conference_app.config import Settings, load_settings, settings
from conference_app.operation import doctor, local_address
from conference_app.services.meetings import open_meetings
from tests.ports import free_port


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return load_settings({"PARLEY_DATA": str(tmp_path)})


def test_a_taken_page_port_is_named_with_the_next_one(config: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finding = doctor.check_page_port(dataclasses.replace(config, port=port))
    assert "used by another program" in finding.state
    assert finding.mend == f"Choose another: PORT={port + 1}"


def test_a_taken_media_udp_port_is_named(config: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        changed = dataclasses.replace(config, media_udp_port=port, media_http_port=1)
        finding = doctor.check_media_udp(changed)
    assert f"PARLEY_MEDIA_UDP_PORT={port + 1}" in finding.mend


def test_plain_http_on_a_real_name_is_no_place_for_a_camera(config: Settings) -> None:
    finding = doctor.check_reach(dataclasses.replace(config, public_url="http://meet.real.org"))
    assert "browsers give no camera" in finding.mend
    assert not doctor.check_reach(config).mend


def test_a_public_name_needs_media_beyond_loopback(config: Settings) -> None:
    finding = doctor.check_reach(dataclasses.replace(config, public_url="https://meet.real.org"))
    assert "PARLEY_MEDIA_BIND_HOST" in finding.mend


def test_firefox_without_an_address_to_reach_is_named(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_address, "_route_source", lambda destination: "192.0.2.7")
    assert "192.0.2.7" in doctor.check_firefox(config).state
    monkeypatch.setattr(local_address, "_route_source", lambda destination: "")
    finding = doctor.check_firefox(config)
    assert "ice.loopback" in finding.mend
    assert finding.is_warning
    assert not doctor.check_firefox(dataclasses.replace(config, media_public_ip="203.0.113.7")).mend


def test_secrets_that_others_can_read_are_named(config: Settings) -> None:
    (config.data_dir / "secrets" / "session_key").chmod(0o644)
    finding = doctor.check_data(config)
    assert "others can read session_key" in finding.state
    assert finding.mend.startswith("chmod")


def test_an_installation_that_is_full_is_named(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not counted" in doctor.check_meetings(config).state  # no tables yet

    async def count() -> int:
        return 200

    monkeypatch.setattr(open_meetings, "count", count)
    assert doctor.check_meetings(config).mend
    assert not doctor.check_meetings(dataclasses.replace(config, open_meetings=201)).mend


def test_a_redis_that_does_not_answer_is_named(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not doctor.check_redis(config).mend
    monkeypatch.setenv("PARLEY_REDIS_URL", f"redis://:canary@127.0.0.1:{free_port()}")
    settings.cache_clear()
    finding = doctor.check_redis(settings())
    assert "PARLEY_REDIS_URL" in finding.mend
    assert "canary" not in repr(finding)


def test_the_report_puts_each_mend_under_its_line() -> None:
    text = doctor.report([doctor.Finding("Python", "3.11"), doctor.Finding("Clock", "wrong", "Turn on NTP.")])
    lines = text.split("\n")
    assert lines[1].startswith("ok   Python")
    assert lines[2].startswith("BAD  Clock")
    assert lines[3].strip() == "→ Turn on NTP."
