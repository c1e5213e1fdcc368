"""What a process with a media server in it holds: objects, tasks and descriptors."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import gc
import os
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
from aiortc.rtcdtlstransport import RTCDtlsTransport

from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.room.participant import Participant
from media.room.room import Room
from media.signalling.session import Session
from media.signalling.websocket import SignalConnection
from media.transport.peer import Peer
from tests.media.running import PATIENCE_S

COUNTED = (Participant, Peer, Room, Session, SignalConnection, UpTrack, DownTrack, RTCDtlsTransport)


@dataclass(frozen=True)
class Holdings:
    """What the process holds at one time."""

    objects: dict[str, int]
    tasks: list[str]
    descriptors: int

    @classmethod
    def now(cls) -> Holdings:
        gc.collect()
        counts = collections.Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, COUNTED))
        tasks = sorted(task.get_name().rstrip("-0123456789") for task in asyncio.all_tasks())
        return cls(dict(counts), tasks, psutil.Process(os.getpid()).num_fds())


@contextlib.contextmanager
def only_what_is_new() -> Iterator[None]:
    """Leave out what is there already, thousands of times as much: looking through all of it takes a second."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def settled() -> Holdings:
    """What is held once the last goodbyes are said."""
    before, now = None, Holdings.now()
    async with asyncio.timeout(PATIENCE_S):
        while now != before:
            await asyncio.sleep(0.05)
            before, now = now, Holdings.now()
    return now


async def come_down_to(expected: Holdings) -> Holdings:
    """What is held: at once what is expected, or what there still is after a long wait."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while (now := Holdings.now()) != expected:
                await asyncio.sleep(0.02)
            return now
    return Holdings.now()
