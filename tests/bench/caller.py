"""A participant without a browser: LiveKit's signalling (path v0) over the pretended browser of tests/media/load.py."""

from __future__ import annotations

import asyncio
import contextlib
import time

import jwt
from livekit.protocol.models import TrackSource, TrackType
from livekit.protocol.rtc import SessionDescription, SignalRequest, SignalResponse
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.media.descriptions import video_section
from tests.media.load import MediaClient

STEP_TIMEOUT_S = 15.0
PING_EVERY_S = 4.0


def token(key: str, secret: str, room: str, identity: str) -> str:
    """A join token of one hour."""
    claims = {"iss": key, "sub": identity, "exp": int(time.time()) + 3600, "video": {"room": room, "roomJoin": True}}
    return jwt.encode(claims, secret, algorithm="HS256")


class Caller:
    """One participant: subscribes to everything, publishes a video track when asked."""

    def __init__(self) -> None:
        self.publisher = MediaClient()
        self.subscriber = MediaClient()
        self.subscribed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._published = asyncio.Event()
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, url: str, access_token: str) -> None:
        """Join and connect the subscriber's peer connection."""
        address = f"{url}/rtc?access_token={access_token}&auto_subscribe=1&protocol=17&sdk=bench"
        self._socket = await connect(address, max_size=None, proxy=None, compression=None)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._ping())]
        await asyncio.wait_for(self.subscribed.wait(), STEP_TIMEOUT_S)

    async def publish(self) -> None:
        """Announce a video track and connect the publisher's peer connection."""
        request = SignalRequest()
        request.add_track.cid = "bench-video"
        request.add_track.type = TrackType.VIDEO
        request.add_track.source = TrackSource.CAMERA
        request.add_track.width, request.add_track.height = 640, 360
        await self._send(request)
        await asyncio.wait_for(self._published.wait(), STEP_TIMEOUT_S)
        offer = self.publisher.offer([video_section("0", "bench-video")])
        await self._send(SignalRequest(offer=SessionDescription(type="offer", sdp=offer, id=1)))
        await self.publisher.connect(await asyncio.wait_for(self._answer, STEP_TIMEOUT_S))

    async def _send(self, request: SignalRequest) -> None:
        assert self._socket is not None
        await self._socket.send(request.SerializeToString())

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            with contextlib.suppress(ConnectionClosed):
                await self._send(SignalRequest(ping=int(time.time() * 1000)))

    async def _listen(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._socket:
                response = SignalResponse()
                response.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
                await self._take(response)

    async def _take(self, response: SignalResponse) -> None:
        kind = response.WhichOneof("message")
        if kind == "offer":
            answer = self.subscriber.answer(response.offer.sdp)
            await self._send(SignalRequest(answer=SessionDescription(type="answer", sdp=answer, id=response.offer.id)))
            if not self.subscribed.is_set():
                await self.subscriber.connect(response.offer.sdp)
                self.subscribed.set()
        elif kind == "answer" and not self._answer.done():
            self._answer.set_result(response.answer.sdp)
        elif kind == "track_published":
            self._published.set()

    async def leave(self) -> None:
        """Close everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        for client in (self.publisher, self.subscriber):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), 2)
