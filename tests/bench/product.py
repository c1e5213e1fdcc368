"""The product under measurement: `operation.run` on free ports with a data folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: where it answers, where its data lies, and its launcher's process."""

    url: str
    port: int
    media_port: int
    udp_port: int
    data: Path
    process: subprocess.Popen[bytes]
    start_s: float
    """Seconds from the command to the first answer."""
    media_start_s: float
    """Seconds from the command until the media process answers too."""
    environment: Mapping[str, str]

    def media(self) -> psutil.Process:
        """The media process it started."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.cmdline()[-2:] == ["-m", "media"]:
                    return child
        raise LookupError("the product runs no media process")

    def end(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)

    def kill(self) -> None:
        """End all its processes at once, as a machine that loses power does."""
        launcher = psutil.Process(self.process.pid)
        for process in (launcher, *launcher.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(10)


def answers(url: str) -> bool:
    """Whether `url` answers with success."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return at the first good answer of `url`; raises RuntimeError when the process ends or time runs out."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the product did not start (status {process.poll()})")
        time.sleep(0.02)


def start(environment: Mapping[str, str]) -> Product:
    """Start the product as `make run` does; returns when app and media process answer."""
    port, media_port = int(environment["PORT"]), int(environment["PARLEY_MEDIA_PORT"])
    udp_port, data = int(environment["PARLEY_MEDIA_UDP_PORT"]), Path(environment["PARLEY_DATA"])
    started = time.monotonic()
    command = [sys.executable, "-m", "conference_app.operation.run"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://localhost:{port}"
        wait_for(f"{url}/healthz", process)
        start_s = time.monotonic() - started
        wait_for(f"http://127.0.0.1:{media_port}/", process)
        media_start_s = time.monotonic() - started
    except BaseException:
        process.kill()
        raise
    return Product(url, port, media_port, udp_port, data, process, start_s, media_start_s, environment)


@contextlib.contextmanager
def running_product() -> Iterator[Product]:
    """The product on free ports with fresh data; it is ended at the end."""
    with tempfile.TemporaryDirectory() as folder:
        product = start(
            {
                **os.environ,
                "PORT": str(free_port()),
                "PARLEY_MEDIA_PORT": str(free_port()),
                "PARLEY_MEDIA_UDP_PORT": str(free_port(socket.SOCK_DGRAM)),
                "PARLEY_DATA": folder,
            }
        )
        try:
            yield product
        finally:
            product.end()
