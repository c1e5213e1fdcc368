"""Synthetic packets and a recording sink for the tests of forwarding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from media.forwarding.clocks import PublisherClock
from media.forwarding.down_track import DownTrack
from media.forwarding.ports import Kind
from media.forwarding.up_track import UpTrack
from media.rtp.packet import RTPPacket
from media.rtp.vp8 import parse


@dataclass(frozen=True, slots=True)
class Sent:
    """One packet as a down track gave it to its sink."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    padding: bool


@dataclass(slots=True)
class RecordingSink:
    """A PacketSink that keeps everything."""

    rtt_s: float = 0.05
    sent: list[Sent] = field(default_factory=list)

    def send_rtp(
        self,
        marker_and_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        send_time_word: int,
        mid_word: int,
        payload: bytes,
        padding: bool = False,
    ) -> None:
        self.sent.append(
            Sent(marker_and_type & 0x7F, marker_and_type > 127, sequence, timestamp, ssrc, payload, padding)
        )


@dataclass(slots=True)
class RecordingFeedback:
    """A FeedbackSink that keeps everything."""

    plis: list[int] = field(default_factory=list)
    nacks: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def send_pli(self, media_ssrc: int) -> None:
        self.plis.append(media_ssrc)

    def send_nack(self, media_ssrc: int, sequences: Sequence[int]) -> None:
        self.nacks.append((media_ssrc, tuple(sequences)))


SSRC = 1234


def vp8(picture_id: int, *, key: bool = False, starts: bool = True) -> bytes:
    """A VP8 payload with a 15-bit picture id."""
    frame = b"\x00key" if key else b"\x01delta"
    return bytes([0x90 if starts else 0x80, 0x80, 0x80 | picture_id >> 8, picture_id & 0xFF]) + frame


def packet(sequence: int, payload: bytes, timestamp: int = 0, ssrc: int = SSRC, **changes: object) -> RTPPacket:
    """A packet of the source."""
    plain = RTPPacket(True, 96, sequence & 0xFFFF, timestamp, ssrc, 0, b"", payload)
    return plain._replace(**changes)


def up_track(kind: Kind = "video") -> tuple[UpTrack, RecordingFeedback]:
    """A track and what it asks of its publisher."""
    feedback = RecordingFeedback()
    return UpTrack(kind, "0", "cid", feedback, PublisherClock()), feedback


def down_track(kind: Kind = "video", *, rtx: bool = True) -> tuple[DownTrack, RecordingSink]:
    """A bound down track with SSRC 1 and RTX SSRC 2, first sequence 100 and first timestamp 9000."""
    sink = RecordingSink()
    seed = 9000 << 32 | 7 << 16 | 100
    down = DownTrack(kind, sink, ssrc=1, rtx_ssrc=2, stream_id="PA|camera", track_id="TR", seed=seed)
    down.bind("1", 96 if kind == "video" else 111, 97 if rtx else None)
    return down, sink


def feed(track: UpTrack, sequence: int, payload: bytes, timestamp: int = 0, now: float = 1.0, ssrc: int = SSRC) -> bool:
    """Let one packet arrive on the track's only layer."""
    return track.receive(track.layer("", ssrc), packet(sequence, payload, timestamp, ssrc), now)


def picture_ids(sink: RecordingSink) -> list[int]:
    """The picture ids of what was sent."""
    return [parse(sent.payload).picture_id for sent in sink.sent]
