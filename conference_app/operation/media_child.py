"""Keeps one media process running beside the app: the embedded default.

However many workers the app has, the one that holds a file lock owns the child; when that worker ends, the child ends
with it and another worker takes over.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import IO

from conference_app.config import Settings
from conference_app.operation.frontend.build import ROOT
from conference_app.operation.local_address import second_media_host
from conference_app.operation.processes import die_with_parent

logger = logging.getLogger(__name__)

LOCK_POLL_S = 1.0
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
STABLE_AFTER_S = 30.0
"""A child that lived this long is counted as healthy: the next restart is quick again."""
STOP_TIMEOUT_S = 2.0


def media_environment(settings: Settings) -> dict[str, str]:
    """The environment of the child: ours, with the LiveKit key pair, ports and bounds of `settings`."""
    return {
        "PARLEY_MEDIA_MAX_ROOMS": str(settings.open_meetings),
        "PARLEY_MEDIA_MAX_PARTICIPANTS": str(settings.media_room_capacity),
        **os.environ,
        "LIVEKIT_API_KEY": settings.secrets.livekit_api_key,
        "LIVEKIT_API_SECRET": settings.secrets.livekit_api_secret,
        "PARLEY_MEDIA_PORT": str(settings.media_http_port),
        "PARLEY_MEDIA_UDP_PORT": str(settings.media_udp_port),
        "PARLEY_MEDIA_BIND_HOST": settings.media_bind_host,
        "PARLEY_MEDIA_SECOND_HOST": second_media_host(settings),
        "PARLEY_MEDIA_PUBLIC_IP": settings.media_public_ip,
    }


class MediaChild:
    """Supervisor of `python -m media` in one app worker."""

    def __init__(self, settings: Settings, command: tuple[str, ...] = (sys.executable, "-m", "media")) -> None:
        self._settings = settings
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The running child's process id."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self) -> None:
        """Own the child for as long as this task lives; cancel to stop it."""
        with (self._settings.data_dir / "media.lock").open("w") as lock:
            while not _try_lock(lock):  # noqa: ASYNC110 - another process holds it, no event of ours tells
                await asyncio.sleep(LOCK_POLL_S)
            try:
                await self._keep_running()
            finally:
                await self._stop()

    async def _keep_running(self) -> None:
        delay = FIRST_DELAY_S
        while True:
            started = time.monotonic()
            process = await self._start()
            status = await process.wait()
            lived = time.monotonic() - started
            delay = FIRST_DELAY_S if lived > STABLE_AFTER_S else delay
            logger.warning(
                "media process ended with status %s after %.1f s; starting again in %.1f s", status, lived, delay
            )
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY_S)

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=media_environment(self._settings),
            cwd=ROOT,
            preexec_fn=die_with_parent,
        )
        self.starts += 1
        logger.info("media process started, pid %s", self._process.pid)
        return self._process

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.asynccontextmanager
async def supervised_media(settings: Settings) -> AsyncIterator[None]:
    """Lifespan context: while inside, this worker supervises or waits to supervise the media process."""
    if not settings.media_is_embedded:
        yield
        return
    task = asyncio.create_task(MediaChild(settings).run(), name="media child")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
