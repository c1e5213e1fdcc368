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
from collections.abc import Iterator
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

    def media(self) -> psutil.Process:
        """The media process it started."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.cmdline()[-2:] == ["-m", "media"]:
                    return child
        raise LookupError("the product runs no media process")


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


@contextlib.contextmanager
def running_product() -> Iterator[Product]:
    """Start the product as `make run` does, and end it."""
    port, media_port, udp_port = free_port(), free_port(), free_port(socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PORT": str(port),
            "PARLEY_MEDIA_PORT": str(media_port),
            "PARLEY_MEDIA_UDP_PORT": str(udp_port),
            "PARLEY_DATA": folder,
        }
        started = time.monotonic()
        command = [sys.executable, "-m", "conference_app.operation.run"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            url = f"http://localhost:{port}"
            wait_for(f"{url}/healthz", process)
            start_s = time.monotonic() - started
            wait_for(f"http://127.0.0.1:{media_port}/", process)
            media_start_s = time.monotonic() - started
            yield Product(url, port, media_port, udp_port, Path(folder), process, start_s, media_start_s)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
