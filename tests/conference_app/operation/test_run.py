"""`make run` as an operator meets it: one address, one clear line when something is in the way, nothing left behind."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from conference_app.config import Settings, load_settings
from conference_app.errors import ConfigurationError
from conference_app.operation import run
from conference_app.operation.build import ROOT, fingerprint

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PARLEY_DATA": str(tmp_path / "data"),
        "PORT": str(free_port()),
        "PARLEY_MEDIA_PORT": str(free_port()),
        "PARLEY_MEDIA_UDP_PORT": str(free_port(socket.SOCK_DGRAM)),
    }


@contextlib.contextmanager
def launched(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "conference_app.operation.run"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The launcher's output up to the line with `words`; the test's own timeout ends a wait in vain."""
    seen = ""
    assert process.stdout is not None
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"the launcher ended before {words!r}:\n{seen}")


def health(environment: dict[str, str]) -> dict[str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/healthz", timeout=5) as answer:
        return json.load(answer)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_the_address_and_leaves_no_orphan(environment: dict[str, str], end: signal.Signals) -> None:
    with launched(environment) as process:
        read_until(process, f"Parley is ready: http://localhost:{environment['PORT']}")
        while health(environment)["media"] != "ok":
            time.sleep(0.1)
        family = psutil.Process(process.pid).children(recursive=True)
        assert any(child.cmdline()[-2:] == ["-m", "media"] for child in family)
        process.send_signal(end)
        process.communicate(timeout=10)
        _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert process.returncode == 0


def test_a_killed_launcher_takes_everything_with_it(environment: dict[str, str]) -> None:
    with launched(environment) as process:
        read_until(process, "is ready")
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _gone, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_the_media_process_comes_back_after_a_crash(environment: dict[str, str]) -> None:
    with launched(environment) as process:
        read_until(process, "is ready")
        while health(environment)["media"] != "ok":
            time.sleep(0.1)
        media = next(
            c for c in psutil.Process(process.pid).children(recursive=True) if c.cmdline()[-2:] == ["-m", "media"]
        )
        media.kill()
        media.wait(5)
        while health(environment)["media"] != "ok":
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("variable", "kind"), [("PORT", socket.SOCK_STREAM), ("PARLEY_MEDIA_UDP_PORT", socket.SOCK_DGRAM)]
)
def test_a_port_in_use_is_one_clear_line(environment: dict[str, str], variable: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken, launched(environment) as process:
        taken.bind(("127.0.0.1", int(environment[variable])))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        output, _none = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith("parley: ")
    assert f"Choose another: {variable}=" in output
    assert output.count("\n") == 1


def test_an_unwritable_data_folder_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with launched({**environment, "PARLEY_DATA": str(tmp_path / "file" / "data")}) as process:
        output, _none = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be written" in output
    assert output.count("\n") == 1


def test_a_server_that_ends_at_once_is_reported(tmp_path: Path) -> None:
    config = load_settings({"PARLEY_DATA": str(tmp_path), "PORT": str(free_port())})
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as server, pytest.raises(ConfigurationError):
        run.wait_until_up(config, server)


def test_the_build_depends_on_what_the_pages_show(tmp_path: Path) -> None:
    config: Settings = load_settings({"PARLEY_DATA": str(tmp_path)})
    renamed = dataclasses.replace(config, brand_name="Other")
    moved = dataclasses.replace(config, media_udp_port=9, port=4000, public_url="http://localhost:4000")
    assert fingerprint(config) != fingerprint(renamed)
    assert fingerprint(config) == fingerprint(moved)
