"""What a process with a media server in it holds: objects, tasks and descriptors."""

from __future__ import annotations

import asyncio
import collections
import gc
import os
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


async def settled() -> Holdings:
    """What is held once the last goodbyes are said."""
    before, now = None, Holdings.now()
    async with asyncio.timeout(10):
        while now != before:
            await asyncio.sleep(0.1)
            before, now = now, Holdings.now()
    return now
