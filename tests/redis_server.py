"""A Redis for tests of several processes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Unreachable

from tests.ports import free_port


class RedisServer:
    """Debian's Redis on a port of its own; it keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = shutil.which("redis-server")
        if not program:
            pytest.fail("Redis is missing. Install it: apt-get install redis-server")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        deadline = monotonic() + 20
        while not self._answers():
            assert monotonic() < deadline, "Redis did not start"
            sleep(0.05)

    def _answers(self) -> bool:
        with Redis(port=self.port) as client:
            try:
                return bool(client.ping())
            except Unreachable:
                return False

    def stop(self) -> None:
        """Stop it: what tabs show is gone with it."""
        self._process.terminate()
        self._process.wait(10)
