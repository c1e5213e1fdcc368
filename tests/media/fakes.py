"""Stand-ins for the packet engine and for a client, by hand: they record what rooms ask of them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from livekit.protocol import rtc

from media.errors import InvalidDescription


@dataclass
class FakeUpTrack:
    """A published track without packets."""

    client_track_id: str
    kind: Literal["audio", "video"] = "audio"
    mid: str = "0"
    is_muted: bool = False
    levels: list[tuple[float, int]] = field(default_factory=list)

    def take_audio_levels(self) -> list[tuple[float, int]]:
        taken, self.levels = self.levels, []
        return taken


@dataclass
class FakeDownTrack:
    """A copy that goes nowhere."""

    up: FakeUpTrack
    stream_id: str
    track_id: str
    is_paused: bool = False
    resumed: int = 0

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False
        self.resumed += 1


class FakePeer:
    """A peer connection that answers at once and records everything."""

    def __init__(self, observer: Any) -> None:
        self.observer = observer
        self.is_connected = False
        self.downs: list[FakeDownTrack] = []
        self.sent: list[tuple[str, bytes]] = []
        self.takes_data = True
        self.max_downs = 1000
        self.closed = ""
        self.offers = 0
        self.answers: list[str] = []
        self.loss_up = self.loss_down = self.rtt_ms = 0.0

    def connect(self) -> None:
        """The client's side comes up, data channels included."""
        self.is_connected = True
        self.observer.peer_connected(self)
        self.observer.peer_data_open(self)

    def offer(self) -> str:
        if self.closed:
            raise InvalidDescription("closed")
        self.offers += 1
        return f"offer {self.offers}"

    def accept_answer(self, answer_sdp: str) -> None:
        if answer_sdp == "junk":
            raise InvalidDescription("junk")
        self.answers.append(answer_sdp)

    def answer(self, offer_sdp: str) -> str:
        if offer_sdp == "junk":
            raise InvalidDescription("junk")
        return f"answer to {offer_sdp}"

    def add_down_track(self, up: FakeUpTrack, *, stream_id: str, track_id: str, now: float) -> FakeDownTrack:
        if len(self.downs) >= self.max_downs:
            raise ValueError("too many")
        self.downs.append(FakeDownTrack(up, stream_id, track_id))
        return self.downs[-1]

    def remove_down_track(self, down: FakeDownTrack) -> None:
        self.downs.remove(down)

    def mid_of(self, down: FakeDownTrack) -> str:
        return str(self.downs.index(down) + 1)

    def send_data(self, label: str, payload: bytes) -> bool:
        if self.takes_data:
            self.sent.append((label, payload))
        return self.takes_data

    def close(self, reason: str) -> None:
        if not self.closed:
            self.closed = reason
            self.observer.peer_closed(self, reason)


class FakeMux:
    """Makes fake peers."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.peers: list[FakePeer] = []

    def create_peer(self, observer: Any) -> FakePeer:
        self.peers.append(FakePeer(observer))
        return self.peers[-1]


class FakeTimer:
    """What `Timers` hands out."""

    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Timers:
    """A scheduler that runs what is due when told."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, FakeTimer, Callable[[], None]]] = []
        self._order = itertools.count()
        self.now = 0.0

    def __call__(self, delay_s: float, call: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer()
        self._due.append((self.now + delay_s, next(self._order), timer, call))
        return timer

    def pass_time(self, seconds: float) -> None:
        """Runs everything due in the next `seconds`."""
        end = self.now + seconds
        while True:
            self._due.sort(key=lambda entry: entry[:2])
            if not self._due or self._due[0][0] > end:
                break
            self.now, _, timer, call = self._due.pop(0)
            if not timer.is_cancelled:
                call()
        self.now = end


class RecordingSink:
    """A client's signalling that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[rtc.SignalResponse] = []
        self.renegotiations = 0
        self.refreshes = 0
        self.is_finished = False

    def send(self, message: bytes) -> None:
        self.messages.append(rtc.SignalResponse.FromString(message))

    def renegotiate(self) -> None:
        self.renegotiations += 1

    def refresh_token(self) -> None:
        self.refreshes += 1

    def finish(self) -> None:
        self.is_finished = True

    def all(self, name: str) -> list[Any]:
        """The messages of one kind, in order."""
        return [getattr(one, name) for one in self.messages if one.WhichOneof("message") == name]

    def last(self, name: str) -> Any:
        """The newest message of one kind."""
        return self.all(name)[-1]

    def clear(self) -> None:
        self.messages.clear()
