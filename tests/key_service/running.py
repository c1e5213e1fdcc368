"""Starts the delivery service of `app` and runs bun programs against it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "room_ts" / "encryption"
BUN = Path(sys.executable).with_name("bun")
START_TIMEOUT_S = 60.0


class KeyService:
    """A delivery service of its own, with its data in a folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.people = folder / "people.json"
        """The file with its meeting's secrets and people."""
        self._folder = folder
        self._log = folder / f"key_service_{self.port}.log"
        self._environment = {**os.environ, **environment, "PEOPLE_FILE": str(self.people)}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"ws://127.0.0.1:{self.port}/encryption"

    def start(self) -> None:
        """Return when it answers. Raises RuntimeError when it does not."""
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(self.port)]
        command += ["--workers-kill-timeout", "2", "tests.key_service.app:app"]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (self.people.exists() and self._answers()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the key service did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def beside(self) -> KeyService:
        """Another process over the same data, not started yet. Give `redis_url` to the first, so that both look at it."""
        return KeyService(self._folder, self._environment)

    def _answers(self) -> bool:
        """Whether a worker answers; granian's supervisor accepts connections before there is one."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.settimeout(1)
                line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return line.recv(4) == b"HTTP"
        except OSError:
            return False

    def kill(self) -> None:
        """End it and its worker at once, as a crash does."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)

    def begin(self, program: str, *arguments: object) -> subprocess.Popen[str]:
        """A program of `PROGRAMS`, with where this is and who there is as its first arguments."""
        return begin(program, self.url, self.people, *arguments)

    def run(self, program: str, *arguments: object, timeout_s: float) -> dict[str, Any]:
        """What it prints: one line of JSON. Raises RuntimeError when there is none."""
        return printed(self.begin(program, *arguments), timeout_s=timeout_s)


def begin(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A bun program of `PROGRAMS`."""
    command = [str(BUN), str(PROGRAMS / program), *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=PROGRAMS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def printed(program: subprocess.Popen[str], *, timeout_s: float) -> dict[str, Any]:
    """The line of JSON that it ends with. Raises RuntimeError when there is none."""
    try:
        output, errors = program.communicate(timeout=timeout_s)
    finally:
        program.kill()
    if not output.startswith("{"):
        raise RuntimeError(f"{program.args}: {errors[-2000:]}")
    return json.loads(output)


def back_after_crash(service: KeyService, members: int) -> list[float]:
    """Kill the service under `members` members and start it again: seconds from its answer until each is in."""
    program = service.begin("backBench.ts", members)
    assert program.stdout is not None
    program.stdout.readline()  # all are in
    service.kill()
    time.sleep(1.0)
    service.start()
    answered = time.time()
    found = printed(program, timeout_s=60)
    if found["epochs"] != 1:
        raise RuntimeError("somebody had to come in anew")
    return [at / 1000 - answered for at in found["back"]]


def install() -> None:
    """The pinned packages of the bun programs; from bun's cache after the first time."""
    subprocess.run([str(BUN), "install", "--frozen-lockfile"], cwd=PROGRAMS.parent, capture_output=True, check=True)


@contextlib.contextmanager
def key_service(
    folder: Path, *, people: int, reconnects_s: float = 12.0, commits_a_minute: int = 30, redis_url: str = ""
) -> Iterator[KeyService]:
    """Start one with its data in `folder`, and end it."""
    environment = {
        "PARLEY_DATA": str(folder / "data"),
        "PARLEY_DATABASE_URL": f"sqlite:///{folder}/keys.db",
        "PARLEY_ROOM_CAPACITY": str(people + 10),
        "PEOPLE": str(people),
        "RECONNECTS_S": str(reconnects_s),
        "COMMITS_A_MINUTE": str(commits_a_minute),
        "PARLEY_REDIS_URL": redis_url,
    }
    service = KeyService(folder, environment)
    try:
        service.start()
        yield service
    finally:
        service.kill()
