"""A product whose media server lies when a test says so."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.browser.product import ROOT, app_environment
from tests.ports import free_port
from tests.protocol.people import API_KEY, API_SECRET

START_S = 60.0


class LyingMedia:
    """The media process of `tests.browser.lying`, and the orders to it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.lying"],
                cwd=ROOT,
                env=environment | {"LYING_CONTROL_PORT": str(port)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = monotonic() + START_S
        while not self._is_up(port):
            assert self.process.poll() is None, log.read_text()
            assert monotonic() < deadline, log.read_text()
            sleep(0.05)

    def _is_up(self, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def do(self, order: str, **about: object) -> Any:
        """Have it do what `Control` in `tests.browser.lying` calls by this name."""
        body = json.dumps({"do": order, **about}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def lie(self, **lies: object) -> None:
        """The truth but for these lies."""
        self.do("lie", lies=lies)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def lying_environment(data: Path) -> dict[str, str]:
    """The environment of a product that uses a media server beside it, and of that server."""
    port = free_port()
    return app_environment(
        data,
        LIVEKIT_URL=f"http://127.0.0.1:{port}",
        LIVEKIT_API_KEY=API_KEY,
        LIVEKIT_API_SECRET=API_SECRET,
        PARLEY_MEDIA_PORT=str(port),
    )
