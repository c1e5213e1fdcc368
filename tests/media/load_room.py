"""Load on a running media process through LiveKit's signalling: one publisher, many subscribers, figures.

`measure_forwarding` is what `make bench` calls; the clients are those of `tests.media.load`, so media is synthetic and
nothing is decoded. Run it in another process than the one that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import jwt
import psutil
from livekit.protocol import models, rtc
from websockets.asyncio.client import ClientConnection, connect

from tests.media.load import MediaClient, publish, video_section

WARM_UP_S = 1.5
PING_S = 5.0


@dataclass(frozen=True, slots=True)
class ForwardingFigures:
    """What one run measured."""

    sent: int
    """Packets published during the run."""
    delivered_share: float
    """Of sent times subscribers, 0.0..1.0."""
    cpu_us_per_packet: float
    """CPU time of the media process (user and system) for each packet that arrived."""
    delay_p50_ms: float
    delay_p99_ms: float
    """From the publisher's `sendto` to the kernel of the first subscriber."""


def access_token(api_key: str, api_secret: str, room: str, identity: str) -> str:
    """A token that may join, publish and subscribe for ten minutes."""
    now = int(time.time())
    grants = {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True}
    claims = {"iss": api_key, "sub": identity, "nbf": now - 5, "exp": now + 600, "video": grants}
    return jwt.encode(claims, api_secret, algorithm="HS256")


@dataclass(slots=True)
class LoadParticipant:
    """One participant on path v0 without devices; use `join`, then `close`."""

    socket: ClientConnection
    subscriber: MediaClient
    publisher: MediaClient | None = None
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server offered at least one track and our answer is out."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _published: asyncio.Event = field(default_factory=asyncio.Event)
    _answer: asyncio.Future[str] | None = None

    @classmethod
    async def join(cls, url: str, token: str) -> LoadParticipant:
        """Join the room of `token` at the signalling address `url` (ws://host:port)."""
        query = urlencode({"access_token": token, "auto_subscribe": 1, "protocol": 16, "sdk": "load", "version": "1"})
        socket = await connect(f"{url}/rtc?{query}", max_size=None, compression=None)
        first = rtc.SignalResponse.FromString(_binary(await socket.recv()))
        if first.WhichOneof("message") != "join":
            raise ConnectionError("the server refused the join")
        participant = cls(socket, MediaClient())
        participant._tasks += [asyncio.create_task(participant._read()), asyncio.create_task(participant._ping())]
        return participant

    async def publish_video(self) -> MediaClient:
        """Publish a camera; returns the connection to send on."""
        add = rtc.AddTrackRequest(
            cid="load-camera", name="camera", type=models.TrackType.VIDEO, source=models.TrackSource.CAMERA
        )
        await self._send(rtc.SignalRequest(add_track=add))
        await asyncio.wait_for(self._published.wait(), 10)
        self.publisher = MediaClient()
        self._answer = asyncio.get_running_loop().create_future()
        offer = self.publisher.offer([video_section("0", "load-camera")])
        await self._send(rtc.SignalRequest(offer=rtc.SessionDescription(type="offer", sdp=offer, id=1)))
        await self.publisher.connect(await asyncio.wait_for(self._answer, 10))
        return self.publisher

    async def _send(self, request: rtc.SignalRequest) -> None:
        await self.socket.send(request.SerializeToString())

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await self._send(rtc.SignalRequest(ping_req=rtc.Ping(timestamp=int(time.time() * 1000))))

    async def _read(self) -> None:
        is_connecting = False
        async for frame in self.socket:
            message = rtc.SignalResponse.FromString(_binary(frame))
            kind = message.WhichOneof("message")
            if kind == "track_published":
                self._published.set()
            elif kind == "answer" and self._answer is not None:
                self._answer.set_result(message.answer.sdp)
            elif kind == "offer":
                offer = message.offer
                answer = rtc.SessionDescription(type="answer", sdp=self.subscriber.answer(offer.sdp), id=offer.id)
                await self._send(rtc.SignalRequest(answer=answer))
                if not is_connecting:
                    is_connecting = True
                    self._tasks.append(asyncio.create_task(self.subscriber.connect(offer.sdp)))
                if "m=video" in offer.sdp:
                    self.subscribed.set()

    async def close(self) -> None:
        """Leave the room."""
        with contextlib.suppress(Exception):
            await self._send(rtc.SignalRequest(leave=rtc.LeaveRequest()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.socket.close()
        await self.subscriber.close()
        if self.publisher is not None:
            await self.publisher.close()


def _binary(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


async def measure_forwarding(
    url: str,
    api_key: str,
    api_secret: str,
    process_id: int,
    *,
    subscribers: int,
    packets_per_s: int,
    seconds: float = 5.0,
    room: str = "load",
) -> ForwardingFigures:
    """Publish `packets_per_s` video packets to `subscribers` and measure process `process_id` meanwhile."""
    async with contextlib.AsyncExitStack() as stack:

        async def member(identity: str) -> LoadParticipant:
            participant = await LoadParticipant.join(url, access_token(api_key, api_secret, room, identity))
            stack.push_async_callback(participant.close)
            return participant

        source = await (await member("source")).publish_video()
        viewers = [await member(f"viewer {index}") for index in range(subscribers)]
        await asyncio.wait_for(asyncio.gather(*(viewer.subscribed.wait() for viewer in viewers)), 60)
        await publish(source, packets_per_s, WARM_UP_S)
        viewers[0].subscriber.measure_delay()
        await asyncio.sleep(0.2)
        received = sum(viewer.subscriber.total for viewer in viewers)
        cpu_s = _cpu_s(process_id)
        sent = await publish(source, packets_per_s, seconds)
        await asyncio.sleep(0.3)
        cpu_s = _cpu_s(process_id) - cpu_s
        received = sum(viewer.subscriber.total for viewer in viewers) - received
        delays = sorted(viewers[0].subscriber.delays_ns)
    return ForwardingFigures(
        sent,
        received / (sent * subscribers),
        cpu_s * 1e6 / max(1, received),
        _percentile_ms(delays, 0.50),
        _percentile_ms(delays, 0.99),
    )


def _cpu_s(process_id: int) -> float:
    times = psutil.Process(process_id).cpu_times()
    return times.user + times.system


def _percentile_ms(delays_ns: list[int], share: float) -> float:
    return delays_ns[int(share * (len(delays_ns) - 1))] / 1e6 if delays_ns else float("nan")
