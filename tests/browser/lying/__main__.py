"""`python -m tests.browser.lying`: the product's media process with parts of it replaced, so that a test can have it lie.

The media server that an end-to-end encrypted call must not have to trust. Beside its own ports it listens on the
loopback port LYING_CONTROL_PORT: one POST of JSON for each order of `Control`, answered by JSON.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import time
from collections.abc import Callable
from typing import Any, cast

from aiohttp import web
from livekit.protocol import models, rtc

from media.config import load_config
from media.room.registry import Registry
from media.room.room import Room
from media.server import MediaServer
from tests.browser.lying import packets
from tests.browser.lying.frames import Frames, exchange_media
from tests.browser.lying.lies import Lies
from tests.browser.lying.packets import Packets
from tests.browser.lying.told import lie_about_people


class Control:
    """What a test may order; each method takes the fields of the order and answers what becomes JSON."""

    def __init__(self, registry: Callable[[], Registry], lies: Lies, packets: Packets, frames: Frames) -> None:
        self._registry = registry
        self._lies, self._packets, self._frames = lies, packets, frames

    async def obey(self, request: web.Request) -> web.Response:
        """Do what the body asks for."""
        order = await request.json()
        method = getattr(self, "do_" + order.pop("do"))
        return web.json_response(method(**order))

    def _room(self) -> Room:
        """The room with people in it."""
        return next(room for room in self._registry().rooms.values() if room.members)

    def do_lie(self, lies: dict[str, Any]) -> None:
        """From now on the truth but for these lies, and all are told anew."""
        self._lies.set(lies)
        room = self._room()
        if not self._lies.frames:
            self._frames.aim(room, "", time.monotonic())
        for member in list(room.members.values()):
            room.tell(member)

    def do_keep(self, whose: str) -> None:
        """Keep the video of somebody from the next key frame on."""
        self._frames.aim(self._room(), whose, time.monotonic())

    def do_show(self, frames: str, whose: str) -> None:
        """Send on other frames in place of somebody's video; those that were kept stay for that."""
        if frames != "replayed":
            self.do_keep(whose)
        self._lies.frames = frames

    def do_exchange(self, one: str, other: str) -> None:
        """Two people's media, each in the other's name."""
        exchange_media(self._room(), one, other, time.monotonic())

    def do_say(self, identity: str, text: str) -> None:
        """A chat message in clear."""
        packets.say(self._room(), identity, text)

    def do_order(self, identity: str, to: str, is_marked: bool) -> None:
        """A host's order that nobody gave."""
        packets.order(self._room(), identity, to, is_marked=is_marked)

    def do_replay(self) -> int:
        """All data packets once more."""
        return self._packets.replay(self._room())

    def do_release(self) -> int:
        """What was withheld, the last first."""
        return self._packets.release(self._room())

    def do_reconnect(self, identity: str) -> None:
        """Have somebody come in afresh."""
        room = self._room()
        room.dismiss(room.members[identity], models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)

    def do_room(self) -> str:
        """The room's name."""
        return self._room().name

    def do_people(self) -> dict[str, str]:
        """Identity → name, as the tokens say."""
        return {identity: member.grants.name for identity, member in self._room().members.items()}

    def do_counts(self) -> dict[str, int]:
        """Invented frames sent on, whole frames kept, data packets that came, frames of the track with the fewest."""
        frames = self._frames
        least = min(map(len, frames.came.values()), default=0)
        return {"sent": frames.sent(), "kept": frames.count_kept(), "data": len(self._packets.came), "least": least}

    def do_published(self, whose: str) -> dict[str, int]:
        """How many tracks somebody publishes, and how many bytes came of these."""
        member = self._room().members.get(whose)
        ups = [one.up for one in member.publications.live.values()] if member else []
        return {"tracks": len(ups), "bytes": sum(up.octets for up in ups)}

    def do_came(self) -> dict[str, Any]:
        """What clients sent through here, within bounds: payloads of data channels, and the frames of each track."""
        came = self._frames.came.items()
        return {
            "data": [_text(payload) for payload in self._packets.came],
            "audio": [[_text(frame) for frame in frames] for up, frames in came if up.kind == "audio"],
            "video": [[_text(frame) for frame in frames] for up, frames in came if up.kind == "video"],
        }


def _text(payload: bytes) -> str:
    return base64.b64encode(payload).decode()


async def main() -> None:
    """Serve until killed."""
    lies = Lies()
    kept, frames = Packets(lies), Frames(lies)
    lie_about_people(lies)
    kept.install()
    frames.install()
    server = MediaServer(load_config(os.environ))
    await server.start()
    control = Control(lambda: cast("Registry", server._registry), lies, kept, frames)
    app = web.Application(client_max_size=1 << 20)
    app.router.add_post("/", control.obey)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["LYING_CONTROL_PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(main())
