"""Wakes those who wait for something to change: inside this process at once, from other processes by a slow look.

A topic is an opaque string. Nothing is carried: whoever wakes reads the database again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager

from conference_app.config import settings
from conference_app.errors import Unavailable
from conference_app.texts import n_

MAX_LISTENERS = 2000
"""Tasks of one process that wait for the same meeting; a script that joins again and again gets no more of them."""

_listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)


def publish(topic: str) -> None:
    """Wake everybody of this process who listens to `topic`. Call it after the change is committed."""
    for listener in _listeners.get(topic, ()):
        listener.set()


@contextmanager
def listening(topic: str) -> Generator[asyncio.Event]:
    """An event that is set by every `publish` inside the block. Listen first, then read, then wait: none is missed.

    Raises Unavailable when too many listen to this topic already.
    """
    if len(_listeners.get(topic, ())) >= MAX_LISTENERS:
        raise Unavailable(n_("Too many people are waiting for this meeting. Try again when it has begun."))
    listener = asyncio.Event()
    _listeners[topic].add(listener)
    try:
        yield listener
    finally:
        _listeners[topic].discard(listener)
        if not _listeners[topic]:
            del _listeners[topic]


def look_again_s() -> float:
    """Seconds after which to read again unasked: short only when other processes may have made the change."""
    return 3.0 if settings().redis_url else 30.0
