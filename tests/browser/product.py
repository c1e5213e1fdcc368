"""Starts and stops the product as `make run` does, on free ports and with fresh data."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 240.0
"""With a first build: packages are fetched and the pages compiled."""
STAFF = [f"staff{number}" for number in range(1, 13)]
"""Usernames of those who are staff once their address is confirmed: one for each test that needs one."""


def uses_livekit() -> bool:
    """Whether the product under test is to use the LiveKit server that LIVEKIT_URL, _API_KEY and _API_SECRET name."""
    return os.environ.get("PARLEY_TEST_LIVEKIT") == "1"


def app_environment(data: Path, **more: str) -> dict[str, str]:
    """The product's environment: fresh data, free ports. The public URL is the default one, so that the build is too."""
    dropped = "PARLEY_" if uses_livekit() else ("PARLEY_", "LIVEKIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {
        "PARLEY_DATA": str(data),
        "PARLEY_PUBLIC_URL": "http://localhost:3000",
        "PARLEY_STAFF": ", ".join(f"{name}@example.org" for name in STAFF),
        "PORT": str(free_port()),
        "PARLEY_MEDIA_PORT": str(free_port()),
        "PARLEY_MEDIA_UDP_PORT": str(free_port(socket.SOCK_DGRAM)),
        **more,
    }


def answers(url: str) -> bool:
    """Whether the product at `url` is up, media process included."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:  # noqa: S310 - our own loopback address
            return b'"media":"ok"' in response.read()
    except (urllib.error.URLError, OSError):
        return False


def start_app(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the product and wait until it answers."""
    command = [sys.executable, "-m", "conference_app.operation.run"]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://localhost:{environment['PORT']}"
    deadline = monotonic() + START_TIMEOUT_S
    while not answers(url):
        if process.poll() is not None or monotonic() > deadline:
            process.kill()
            pytest.fail(f"the product did not start:\n{log.read_text()[-3000:]}")
        sleep(0.1)
    return process


def stop_app(process: subprocess.Popen[bytes]) -> None:
    """End the product as Ctrl-C does."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Product:
    """A running product, which can be away for a while."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.url = f"http://localhost:{environment['PORT']}"
        self._environment, self._log = environment, log
        self._process = start_app(environment, log)

    @property
    def pid(self) -> int:
        """The process that started all others of it."""
        return self._process.pid

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stop it while inside; then the same data is served at the same address again."""
        self.stop()
        try:
            yield
        finally:
            self._process = start_app(self._environment, self._log)

    def stop(self) -> None:
        """End it."""
        stop_app(self._process)
