"""Somebody whom the media server lets in, and who is not in the group of those who hold keys: LiveKit's own client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from livekit import rtc

from tests.protocol.people import PATIENCE_S, Person, token


@contextmanager
def stranger(media_url: str, room: str, says: str) -> Iterator[None]:
    """While inside, a stranger is connected, shows and speaks in clear, and has written `says` into the chat."""
    is_there, is_over = threading.Event(), threading.Event()
    troubles: list[Exception] = []

    async def visit() -> None:
        one = Person("stranger.1")
        one.listen()
        options = rtc.RoomOptions(single_peer_connection=False)
        await asyncio.wait_for(one.room.connect(media_url, token(one.identity, room), options), PATIENCE_S)
        await one.show_camera()
        await one.speak()
        await one.me.send_text(says, topic="lk.chat")
        is_there.set()
        while not is_over.is_set():
            await asyncio.sleep(0.05)
        await one.leave()

    def live() -> None:
        try:
            asyncio.run(visit())
        except Exception as err:  # noqa: BLE001 - told below, in the test's own thread
            troubles.append(err)
        is_there.set()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert is_there.wait(2 * PATIENCE_S)
        yield
    finally:
        is_over.set()
        thread.join(PATIENCE_S)
    assert not troubles, troubles
