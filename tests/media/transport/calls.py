"""A publisher and a subscriber on loopback, connected through a mux, as most transport tests need them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.transport.peer import Peer
from media.transport.udp_mux import UDPMux
from tests.media.descriptions import audio_section, video_section
from tests.media.load import MediaClient
from tests.media.running import PATIENCE_S


@dataclass(slots=True)
class RecordingObserver:
    """A PeerObserver that writes down what it hears."""

    heard: list[str] = field(default_factory=list)
    data: list[tuple[str, bytes]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def peer_connected(self, peer: Peer) -> None:
        self.heard.append("connected")

    def peer_closed(self, peer: Peer, reason: str) -> None:
        self.heard.append("closed")
        self.closed.append(reason)

    def peer_data_open(self, peer: Peer) -> None:
        self.heard.append("data_open")

    def peer_data(self, peer: Peer, label: str, payload: bytes) -> None:
        self.data.append((label, payload))

    def peer_overflow(self, peer: Peer) -> None:
        self.heard.append("overflow")

    def peer_track_added(self, peer: Peer, up_track: UpTrack) -> None:
        self.heard.append(f"added {up_track.client_track_id}")

    def peer_track_removed(self, peer: Peer, up_track: UpTrack) -> None:
        self.heard.append(f"removed {up_track.client_track_id}")


async def until(condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
    """Wait until `condition` holds; the test fails when it does not after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"did not come to hold in {timeout_s:.0f} s: {inspect.getsource(condition)}"
        await asyncio.sleep(0.005)


@dataclass(slots=True)
class Call:
    """One publisher with audio and video, one subscriber."""

    mux: UDPMux
    publisher: Peer
    subscriber: Peer
    publisher_heard: RecordingObserver
    subscriber_heard: RecordingObserver
    sender: MediaClient
    receiver: MediaClient
    downs: dict[str, DownTrack] = field(default_factory=dict)

    def renegotiate(self) -> str:
        """Our offer to the subscriber and its answer; returns the offer."""
        offer = self.subscriber.offer()
        self.subscriber.accept_answer(self.receiver.answer(offer))
        return offer

    def subscribe(self) -> str:
        """Subscribe to everything published; returns the offer."""
        for up in self.publisher.up_tracks.values():
            self.downs[up.kind] = self.subscriber.add_down_track(
                up, stream_id="PA|camera", track_id=f"TR_{up.kind}", now=time.monotonic()
            )
        return self.renegotiate()

    def received(self, kind: str) -> int:
        """Packets of the subscription to `kind` that reached the subscriber."""
        return self.receiver.received[self.downs[kind].ssrc]


@contextlib.asynccontextmanager
async def open_mux() -> AsyncIterator[UDPMux]:
    """A mux on a free port of loopback."""
    mux = await UDPMux.open("127.0.0.1", 0)
    try:
        yield mux
    finally:
        mux.close()
        await mux.wait_closed()


@contextlib.asynccontextmanager
async def open_call(sections: list[str] | None = None, mux: UDPMux | None = None) -> AsyncIterator[Call]:
    """A connected call with all tracks subscribed; `sections` are what the publisher offers."""
    sections = sections or [audio_section("0", "mic"), video_section("1", "cam")]
    async with contextlib.nullcontext(mux) if mux else open_mux() as mux:
        heard = RecordingObserver(), RecordingObserver()
        call = Call(mux, mux.create_peer(heard[0]), mux.create_peer(heard[1]), *heard, MediaClient(), MediaClient())
        try:
            answer = call.publisher.answer(call.sender.offer(sections))
            offer = call.subscribe()
            await asyncio.gather(call.sender.connect(answer), call.receiver.connect(offer))
            await until(lambda: call.publisher.is_connected and call.subscriber.is_connected)
            yield call
        finally:
            await asyncio.gather(call.sender.close(), call.receiver.close())
