"""Participants made of the official `livekit` SDK, with pictures and sound to send and counters of what arrives."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import numpy as np
from livekit import api, rtc

API_KEY = "key"
API_SECRET = "a-secret-of-more-than-forty-eight-characters-for-every-hash"
WIDTH, HEIGHT, FRAMES_PER_S = 640, 360, 15
RATE = 48_000
PATIENCE_S = 30.0
"""How long what a test waits for may take on a busy machine; nothing waits longer than it has to."""


def token(identity: str, room: str, *, ttl_s: float = 600, secret: str = API_SECRET, **grants: Any) -> str:
    """An access token as the app makes them."""
    access = api.AccessToken(API_KEY, secret).with_identity(identity).with_name(identity.title())
    video = api.VideoGrants(**{"room_join": True, "room": room, **grants})
    return access.with_ttl(timedelta(seconds=ttl_s)).with_grants(video).to_jwt()


@dataclass
class MediaProcess:
    """A running `python -m media`."""

    process: subprocess.Popen[bytes]
    http_url: str
    log: Path

    @property
    def url(self) -> str:
        return self.http_url.replace("http", "ws", 1)

    def stop(self) -> int:
        """Ends it by SIGTERM; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(5)


class StartMedia(Protocol):
    """Starts a media process with these variables in its environment."""

    def __call__(self, **extra: str) -> MediaProcess: ...


async def until(is_true: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Waits until `is_true`; fails with `what` when it does not come."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while not is_true():
        assert loop.time() < deadline, f"never came: {what}"
        await asyncio.sleep(0.02)


async def until_silent(person: Person, sender: str) -> None:
    """Waits until `person` has heard half a second of silence of `sender`; what was heard before is forgotten."""
    await until(lambda: person.silence_ms[sender] >= 500, f"silence of {sender}")
    person.loudness.clear()


@dataclass
class Person:
    """One official client in a room, and what reached it."""

    identity: str
    room: rtc.Room = field(default_factory=rtc.Room)
    frames: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Decoded pictures by sender."""
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    loudness: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Highest sample heard by sender, 0..32767."""
    silence_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How long the newest sound of each sender has been none. The SDK plays silence while nothing arrives."""
    data: list[rtc.DataPacket] = field(default_factory=list)
    events: list[tuple[str, Any]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def listen(self) -> None:
        """Records what the room tells."""
        self.room.on("track_subscribed", self._on_track)
        self.room.on("data_received", self.data.append)
        for name in (
            "participant_connected",
            "participant_disconnected",
            "track_muted",
            "track_unmuted",
            "track_published",
            "track_unpublished",
            "track_unsubscribed",
            "participant_attributes_changed",
            "participant_metadata_changed",
            "participant_name_changed",
            "active_speakers_changed",
            "connection_quality_changed",
            "room_metadata_changed",
            "disconnected",
            "reconnecting",
            "reconnected",
        ):
            self.room.on(name, lambda *values, name=name: self.events.append((name, values)))

    def saw(self, name: str) -> list[Any]:
        """The values of every event of that name."""
        return [values for event, values in self.events if event == name]

    @property
    def me(self) -> rtc.LocalParticipant:
        return self.room.local_participant

    async def show_camera(self) -> rtc.LocalTrackPublication:
        """Publishes a moving picture of 640x360."""
        source = rtc.VideoSource(WIDTH, HEIGHT)
        track = rtc.LocalVideoTrack.create_video_track("camera", source)
        options = rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False, video_codec=rtc.VideoCodec.VP8
        )
        publication = await asyncio.wait_for(self.me.publish_track(track, options), PATIENCE_S)
        self._tasks.append(asyncio.create_task(self._film(source)))
        return publication

    async def speak(self) -> rtc.LocalTrackPublication:
        """Publishes a tone of 440 Hz."""
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        publication = await asyncio.wait_for(self.me.publish_track(track, options), PATIENCE_S)
        self._tasks.append(asyncio.create_task(self._hum(source)))
        return publication

    async def leave(self) -> None:
        """Ends everything this person does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()

    def _on_track(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, sender: rtc.RemoteParticipant
    ) -> None:
        read = self._watch if track.kind == rtc.TrackKind.KIND_VIDEO else self._hear
        self._tasks.append(asyncio.create_task(read(track, sender.identity)))

    async def _watch(self, track: rtc.Track, sender: str) -> None:
        stream = rtc.VideoStream(track)
        async for event in stream:
            self.frames[sender] += 1
            self.sizes[sender] = (event.frame.width, event.frame.height)
        await stream.aclose()

    async def _hear(self, track: rtc.Track, sender: str) -> None:
        stream = rtc.AudioStream(track)
        async for event in stream:
            samples = np.frombuffer(event.frame.data, dtype=np.int16)
            loudest = int(np.abs(samples).max())
            self.loudness[sender] = max(self.loudness[sender], loudest)
            is_quiet = loudest < 500
            self.silence_ms[sender] = (self.silence_ms[sender] + 1000 * len(samples) / RATE) if is_quiet else 0
        await stream.aclose()

    async def _film(self, source: rtc.VideoSource) -> None:
        for number in range(100_000):
            picture = np.full(WIDTH * HEIGHT * 3 // 2, number * 5 % 200, np.uint8)
            source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, picture.tobytes()))
            await asyncio.sleep(1 / FRAMES_PER_S)

    async def _hum(self, source: rtc.AudioSource) -> None:
        for number in range(1_000_000):
            times = (np.arange(480) + 480 * number) / RATE
            samples = (np.sin(2 * np.pi * 440 * times) * 12_000).astype(np.int16)
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, 480))


class People:
    """Brings people into rooms of one media process. Room names are fresh for each test."""

    def __init__(self, media: MediaProcess) -> None:
        self.media = media
        self.room_name = f"room-{uuid.uuid4().hex[:12]}"
        self.present: list[Person] = []

    async def join(
        self, identity: str, room: str | None = None, *, auto_subscribe: bool = True, **grants: Any
    ) -> Person:
        """A person inside a room, by default this test's own."""
        person = Person(identity)
        person.listen()
        options = rtc.RoomOptions(auto_subscribe=auto_subscribe, single_peer_connection=False)
        text = token(identity, room or self.room_name, **grants)
        await asyncio.wait_for(person.room.connect(self.media.url, text, options), PATIENCE_S)
        self.present.append(person)
        return person

    def admin(self) -> api.LiveKitAPI:
        """The official server-side client."""
        return api.LiveKitAPI(self.media.http_url, API_KEY, API_SECRET)

    async def counters(self) -> dict[str, float]:
        """What the process counts now, by name."""
        async with aiohttp.ClientSession() as client, client.get(f"{self.media.http_url}/metrics") as response:
            lines = [line.rsplit(" ", 1) for line in (await response.text()).splitlines() if line[0] != "#"]
        return {name: float(value) for name, value in lines}

    async def refused(self, what: str) -> float:
        """How many of `what`, such as "tracks_refused", the process has turned down for want of a permission."""
        return (await self.counters()).get(f'parley_media_{what}_total{{reason="not_allowed"}}', 0.0)

    async def leave(self) -> None:
        """Everybody leaves."""
        for person in self.present:
            await asyncio.wait_for(person.leave(), PATIENCE_S)
