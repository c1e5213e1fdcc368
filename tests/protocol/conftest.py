"""Starts `python -m media` on free ports, once for all tests here, and hands out official clients."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.protocol.people import API_KEY, API_SECRET, MediaProcess, People, StartMedia

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 40.0
"""On a busy machine; a process that ends is noticed at once."""


def environment(http_port: int, udp_port: int, **extra: str) -> dict[str, str]:
    """The environment of a media process for tests."""
    own = {
        "LIVEKIT_API_KEY": API_KEY,
        "LIVEKIT_API_SECRET": API_SECRET,
        "PARLEY_MEDIA_PORT": str(http_port),
        "PARLEY_MEDIA_UDP_PORT": str(udp_port),
        "PARLEY_MEDIA_TEST_HOOKS": "1",
    }
    return {**os.environ, **own, **extra}


def start(log: Path, **extra: str) -> MediaProcess:
    """A running media process, its port open."""
    port = int(extra.get("PARLEY_MEDIA_PORT", 0)) or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "media"],
            cwd=ROOT,
            env=environment(port, free_port(socket.SOCK_DGRAM), **extra),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    media = MediaProcess(process, f"http://127.0.0.1:{port}", log)
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(media.http_url, timeout=1).close()  # noqa: S310
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        else:
            return media
    media.stop()
    raise AssertionError("the media process did not answer: " + log.read_text())


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaProcess]:
    """One media process for all tests; at the end its log must show no fault."""
    running = start(tmp_path_factory.mktemp("media") / "media.log")
    yield running
    running.stop()
    log = running.log.read_text()
    assert "Traceback" not in log, log[-4000:]


@pytest.fixture
def start_media(tmp_path: Path) -> Iterator[StartMedia]:
    """Starts media processes of a test's own, with settings by name; whatever happens, none outlives the test."""
    running: list[MediaProcess] = []

    def begin(**extra: str) -> MediaProcess:
        running.append(start(tmp_path / f"media-{len(running)}.log", **extra))
        return running[-1]

    yield begin
    for media in running:
        media.stop()


@pytest.fixture
async def people(media: MediaProcess) -> AsyncIterator[People]:
    """Official clients of the media process, disconnected after the test."""
    crowd = People(media)
    yield crowd
    await crowd.leave()
    await asyncio.sleep(0)
