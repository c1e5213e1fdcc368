"""Lies about pictures: sends on clear frames of our own, old frames, or frames in another order; keeps what came."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from aiortc.codecs.vpx import Vp8Encoder
from av import VideoFrame

from media.forwarding.layer import Layer
from media.forwarding.up_track import UpTrack
from media.room.room import Room
from media.rtp import vp8
from media.rtp.extensions import send_time_word
from media.rtp.packet import RTPPacket
from tests.browser.lying.lies import Lies

MAX_CAME = 150
"""Frames of a track."""
MAX_KEPT = 1000
"""Frames to replay."""
CLOCK = 90_000
FRAME_TICKS = CLOCK // 10
PLAIN_RGB = (0, 0, 255)
"""The colour of the clear picture."""


class Piece(NamedTuple):
    """What a packet carries."""

    timestamp: int
    marker: bool
    payload: bytes


def clear_key_frame() -> bytes:
    """A whole VP8 key frame of one colour, as nobody here has sealed it."""
    frame = VideoFrame(320, 240, "rgb24")
    frame.planes[0].update(bytes(PLAIN_RGB) * (frame.planes[0].buffer_size // 3))
    picture = frame.reformat(format="yuv420p")
    picture.pts, picture.time_base = 0, Fraction(1, CLOCK)
    payloads, _ = Vp8Encoder().encode(picture, force_keyframe=True)
    return b"".join(payload[header_bytes(payload) :] for payload in payloads)


def header_bytes(payload: bytes) -> int:
    """Length of the VP8 payload descriptor (RFC 7741 section 4.2)."""
    if not payload[0] & 0x80:
        return 1
    present, length = payload[1], 2
    if present & 0x80:
        length += 2 if payload[length] & 0x80 else 1
    return length + bool(present & 0x40) + bool(present & 0x30)


class _Feed:
    """One invented source of a track: it goes on where the true one stopped, as another layer of it would."""

    def __init__(self, up: UpTrack, rid: str, pieces: Iterator[list[Piece]]) -> None:
        self.sent = 0
        """Whole frames."""
        self._up = up
        self._pieces = pieces
        self._layer = Layer(rid, random.randrange(1, 1 << 32), CLOCK)  # noqa: S311 - must be unlikely to collide
        self._number = 1000

    def advance(self, now: float) -> None:
        """Send the next frame to everybody who has the track."""
        frame = next(self._pieces)
        for piece in frame:
            number, self._number = self._number, self._number + 1
            packet = RTPPacket(
                piece.marker, 96, number & 0xFFFF, piece.timestamp, self._layer.ssrc, 0, b"", piece.payload
            )
            for down in self._up.down_tracks:
                down.forward(self._layer, number, packet, vp8.parse(piece.payload), send_time_word(now), now)
        self.sent += bool(frame)


class Frames:
    """What publishers sent, and what is sent on in its place."""

    def __init__(self, lies: Lies) -> None:
        self.came: dict[UpTrack, list[bytes]] = defaultdict(list)
        """Whole frames of each track, as its publisher wrote them, from the first on."""
        self.kept: dict[UpTrack, list[list[Piece]]] = defaultdict(list)
        """Whole frames of a track since `record`, a key frame first."""
        self._partial: dict[UpTrack, list[RTPPacket]] = defaultdict(list)
        self._feeds: dict[UpTrack, _Feed] = {}
        self._lies = lies
        self.targets: set[UpTrack] = set()
        """The tracks that are lied about."""

    def install(self) -> None:
        """From now on all media comes through here."""
        UpTrack.receive = self._receiving(UpTrack.receive)

    def _receiving(self, truth: Callable[..., bool]) -> Callable[..., bool]:
        def receive(
            up: UpTrack, layer: Layer, packet: RTPPacket, now: float, *, is_retransmission: bool = False
        ) -> bool:
            if up.kind == "audio" and packet.payload:
                self._note(up, packet.payload)
            frame = self._frame_of(up, packet)
            if not self._lies.frames or up not in self.targets:
                return truth(up, layer, packet, now, is_retransmission=is_retransmission)
            downs, up.down_tracks = up.down_tracks, ()
            taken = truth(up, layer, packet, now, is_retransmission=is_retransmission)
            up.down_tracks = downs
            if frame:
                self._feed(up, layer.rid).advance(now)
            return taken

        return receive

    def _frame_of(self, up: UpTrack, packet: RTPPacket) -> list[Piece]:
        """The whole frame that ended with this packet, if one did; kept if it was asked for."""
        if up.kind != "video" or not packet.payload:
            return []
        partial = self._partial[up]
        if vp8.parse(packet.payload).starts_frame or not _follows(partial, packet):
            partial.clear()
        partial.append(packet)
        if not packet.marker or not vp8.parse(partial[0].payload).starts_frame:
            return []
        del self._partial[up]
        frame = [Piece(part.timestamp, part.marker, part.payload) for part in partial]
        self._note(up, b"".join(piece.payload[header_bytes(piece.payload) :] for piece in frame))
        kept = self.kept[up]
        if up in self.targets and len(kept) < MAX_KEPT and (kept or vp8.parse(frame[0].payload).is_keyframe):
            kept.append(frame)
        return frame

    def _note(self, up: UpTrack, frame: bytes) -> None:
        if len(self.came[up]) < MAX_CAME:
            self.came[up].append(frame)

    def _feed(self, up: UpTrack, rid: str) -> _Feed:
        if up not in self._feeds:
            sources = {"plain": self._plain, "replayed": self._replayed, "swapped": self._swapped}
            self._feeds[up] = _Feed(up, rid, sources[self._lies.frames](up))
        return self._feeds[up]

    def _plain(self, _up: UpTrack) -> Iterator[list[Piece]]:
        key_frame, count = clear_key_frame(), 0
        while True:
            picture_id = 0x8000 | count & 0x7FFF
            descriptor = bytes([0x90, 0x80, picture_id >> 8, picture_id & 0xFF])
            yield [Piece(count * FRAME_TICKS, True, descriptor + key_frame)]
            count += 1

    def _replayed(self, up: UpTrack) -> Iterator[list[Piece]]:
        frames, count = list(self.kept[up]), 0
        while True:
            for frame in frames:
                yield [piece._replace(timestamp=count * FRAME_TICKS) for piece in frame]
                count += 1

    def _swapped(self, up: UpTrack) -> Iterator[list[Piece]]:
        """A key frame that comes in time, and from then on each second frame before the one that it follows."""
        frames, at = self.kept[up], 0
        while True:
            wanted = 0 if at == 0 else at + 1 if at % 2 else at - 1
            if wanted < len(frames):
                yield [piece._replace(timestamp=at * FRAME_TICKS) for piece in frames[wanted]]
                at += 1
            else:
                yield []

    def aim(self, room: Room, identity: str, now: float) -> None:
        """Begin to keep the video of somebody, and to lie about it if a lie is set; nobody: the truth again."""
        publications = room.members[identity].publications.live.values() if identity else []
        _start_anew(self.targets, now)
        self.targets = {one.up for one in publications if one.up.kind == "video"}
        self._feeds.clear()
        self.kept.clear()
        for up in self.targets:
            up.request_keyframe(now)

    def sent(self) -> int:
        """How many invented frames were sent on."""
        return sum(feed.sent for feed in self._feeds.values())

    def count_kept(self) -> int:
        """How many whole frames are kept."""
        return sum(map(len, self.kept.values()))


def exchange_media(room: Room, one: str, other: str, now: float) -> None:
    """Send the media of each of two people on in the name of the other; done twice, all is as before."""
    for kind in ("audio", "video"):
        first, second = (
            next(track.up for track in room.members[who].publications.live.values() if track.up.kind == kind)
            for who in (one, other)
        )
        first.down_tracks, second.down_tracks = second.down_tracks, first.down_tracks
        _start_anew([first, second], now)


def _follows(partial: list[RTPPacket], packet: RTPPacket) -> bool:
    """Whether nothing is missing between them."""
    return bool(partial) and packet.sequence == (partial[-1].sequence + 1) & 0xFFFF


def _start_anew(ups: Iterable[UpTrack], now: float) -> None:
    """Have the copies of these tracks begin with a key frame, which is asked for until it comes."""
    for up in ups:
        for down in up.down_tracks:
            if not down.is_paused:
                down.pause()
                down.resume()
        up.request_keyframe(now)
