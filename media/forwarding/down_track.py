"""One subscriber's copy of a published track: what it sends, when it starts, and what it sends again."""

from __future__ import annotations

import enum
import logging
from collections.abc import Sequence

from media.forwarding.clocks import to_ntp
from media.forwarding.layer import Layer
from media.forwarding.ports import Kind, PacketSink
from media.forwarding.retransmission import Retransmitter
from media.rtp.extensions import mid_word, send_time_word
from media.rtp.munger import Munger
from media.rtp.packet import RTPPacket, wrap_rtx
from media.rtp.packet_cache import SentPacket
from media.rtp.rtcp import ReportBlock, SenderReport
from media.rtp.vp8 import VP8Descriptor, VP8Munger

logger = logging.getLogger(__name__)

CLOCK_RATES: dict[Kind, int] = {"audio": 48_000, "video": 90_000}
"""RTP ticks per second of Opus (RFC 7587) and of every video."""
_CACHE_SIZES: dict[Kind, int] = {"audio": 128, "video": 512}


class State(enum.Enum):
    """How far a down track is: negotiated, wanted and started."""

    UNBOUND = "unbound"
    PAUSED = "paused"
    STARTING = "starting"
    """Wanted, and waiting for the first packet; video for a key frame."""
    FLOWING = "flowing"


class DownTrack:
    """One outgoing stream: own SSRC, sequence and timestamp spaces, history for retransmission.

    The transport creates and binds it; whoever manages subscriptions pauses and resumes it. `now` is monotonic
    seconds.
    """

    __slots__ = (
        "_is_wanted",
        "_layer",
        "_mid_word",
        "_munger",
        "_payload_type",
        "_retransmitter",
        "_rtx_payload_type",
        "_rtx_sequence",
        "_sent_at",
        "_sink",
        "_vp8_munger",
        "allowance_bps",
        "fraction_lost",
        "kind",
        "octets",
        "packets",
        "resent",
        "rtx_ssrc",
        "smoothed_loss",
        "ssrc",
        "state",
        "stream_id",
        "track_id",
        "wanted_rid",
    )

    def __init__(
        self, kind: Kind, sink: PacketSink, *, ssrc: int, rtx_ssrc: int, stream_id: str, track_id: str, seed: int
    ) -> None:
        """`seed` (64 bits, random) gives the first sequence numbers and the first timestamp."""
        self.kind: Kind = kind
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.stream_id = stream_id
        self.track_id = track_id
        self.state = State.UNBOUND
        self.wanted_rid = ""
        """The layer to send; a change takes effect at that layer's next key frame."""
        self.packets = 0
        self.octets = 0
        self.resent = 0
        """Packets sent again on request."""
        self.fraction_lost = 0.0
        """By the subscriber's newest receiver report, 0.0..1.0."""
        self.smoothed_loss = 0.0
        """The same over about the last five reports: what congests, not what one unlucky second lost."""
        self.allowance_bps = 0
        """What a congested subscriber can take of this track, 0 while it is not congested."""
        self._sink = sink
        self._is_wanted = True
        self._layer: Layer | None = None
        self._mid_word = 0
        self._payload_type = 0
        self._rtx_payload_type = 0
        # Starting below half a turn keeps the first packets clear of the wrap, where receivers guess wrong
        # about the SRTP roll-over counter (RFC 3711 section 3.3.1).
        self._rtx_sequence = seed >> 16 & 0x7FFF
        self._munger = Munger(seed & 0x7FFF, seed >> 32 & 0xFFFFFFFF)
        self._vp8_munger = VP8Munger()
        self._retransmitter = Retransmitter(_CACHE_SIZES[kind])
        self._sent_at = 0.0

    def bind(self, mid: str, payload_type: int, rtx_payload_type: int | None) -> None:
        """Take the section and payload types that the subscriber answered with. Without RTX, NACKs get plain copies."""
        self._mid_word = mid_word(mid)
        self._payload_type = payload_type
        self._rtx_payload_type = rtx_payload_type or 0
        if self.state is State.UNBOUND:
            self._enter(State.STARTING if self._is_wanted else State.PAUSED)

    def pause(self) -> None:
        """Send nothing until `resume`."""
        self._is_wanted = False
        if self.state is not State.UNBOUND:
            self._enter(State.PAUSED)

    def resume(self) -> None:
        """Send again; video starts at the next key frame, which `UpTrack.request_keyframe` asks for."""
        self._is_wanted = True
        if self.state is State.PAUSED:
            self._enter(State.STARTING)

    @property
    def is_bound(self) -> bool:
        """Whether the subscriber has accepted its section."""
        return self.state is not State.UNBOUND

    @property
    def is_paused(self) -> bool:
        """Tell whether `pause` was called, and `resume` not since."""
        return not self._is_wanted

    @property
    def awaits_keyframe(self) -> bool:
        """Whether nothing can be sent before a key frame comes."""
        return self.kind == "video" and self.state is State.STARTING

    def _enter(self, state: State) -> None:
        logger.debug("%s: %s -> %s", self.track_id, self.state.value, state.value)
        self.state = state

    def forward(
        self,
        layer: Layer,
        number: int,
        packet: RTPPacket,
        descriptor: VP8Descriptor | None,
        send_time: int,
        now: float,
    ) -> None:
        """Send one packet of `layer` on, if it belongs to what this subscriber gets. `number` is its order number."""
        if (layer is not self._layer or self.state is not State.FLOWING) and not self._start(
            layer, number, packet, descriptor, now
        ):
            return
        munger = self._munger
        if not packet.payload and munger.drop(number):
            return
        sequence = munger.map(number)
        if sequence < 0:
            return
        timestamp = munger.map_timestamp(packet.timestamp)
        if packet.payload:
            self._sent_at = now
            self._send(packet, sequence, timestamp, descriptor, send_time)
        else:
            self._fill_hole(sequence, timestamp, send_time)

    def _send(
        self, packet: RTPPacket, sequence: int, timestamp: int, descriptor: VP8Descriptor | None, send_time: int
    ) -> None:
        payload = packet.payload
        if descriptor is not None:
            if self._vp8_munger.is_active:
                payload = self._vp8_munger.rewrite(payload, descriptor)
            if sequence == self._munger.highest & 0xFFFF:
                self._vp8_munger.newest = descriptor
        marker_and_type = self._payload_type | 0x80 if packet.marker else self._payload_type
        self._munger.timestamp = timestamp
        self.packets += 1
        self.octets += len(payload)
        self._retransmitter.cache.put(SentPacket(sequence, timestamp, marker_and_type, payload))
        self._sink.send_rtp(marker_and_type, sequence, timestamp, self.ssrc, send_time, self._mid_word, payload)

    def _start(
        self, layer: Layer, number: int, packet: RTPPacket, descriptor: VP8Descriptor | None, now: float
    ) -> bool:
        if self.state not in (State.STARTING, State.FLOWING) or layer.rid != self.wanted_rid or not packet.payload:
            return False
        if self.kind == "video" and (descriptor is None or not descriptor.is_keyframe):
            return False
        if layer is self._layer:
            self._munger.resume(number)
        else:
            elapsed = int((now - self._sent_at) * CLOCK_RATES[self.kind]) if self._layer else 0
            self._munger.start(number, packet.timestamp, max(1, min(elapsed, 0x7FFFFFFF)) if self._layer else 0)
            if descriptor is not None:
                self._vp8_munger.switch(descriptor)
            self._retransmitter.clear()
            self._layer = layer
        self._enter(State.FLOWING)
        return True

    def _fill_hole(self, sequence: int, timestamp: int, send_time: int) -> None:
        # A receiver already waits for this number, so it gets a packet that holds only padding.
        self._sink.send_rtp(
            self._payload_type, sequence, timestamp, self.ssrc, send_time, self._mid_word, b"\x01", padding=True
        )

    def resend(self, sequences: Sequence[int], now: float) -> None:
        """Answer a NACK for wire numbers `sequences`, as far as the history and the limits allow."""
        if self.state is not State.FLOWING:
            return
        send_time = send_time_word(now)
        for packet in self._retransmitter.choose(sequences, self.octets, self._sink.rtt_s, now):
            self.resent += 1
            self._send_again(packet, send_time)

    def _send_again(self, packet: SentPacket, send_time: int) -> None:
        marker_and_type, sequence, ssrc, payload = packet.marker_and_type, packet.sequence, self.ssrc, packet.payload
        if self._rtx_payload_type:
            marker_and_type = marker_and_type & 0x80 | self._rtx_payload_type
            payload = wrap_rtx(sequence, payload)
            ssrc = self.rtx_ssrc
            sequence = self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        self._sink.send_rtp(marker_and_type, sequence, packet.timestamp, ssrc, send_time, self._mid_word, payload)

    def reported(self, block: ReportBlock) -> None:
        """Take what the subscriber's receiver report says about this stream."""
        self.fraction_lost = block.fraction_lost
        self.smoothed_loss += (block.fraction_lost - self.smoothed_loss) * 0.2

    def sender_report(self, source_timestamp: int, ntp_s: float) -> SenderReport | None:
        """Make the sender report that pairs the source's `source_timestamp` with NTP time `ntp_s`; None before it flows."""
        if self.state is not State.FLOWING:
            return None
        timestamp = self._munger.map_timestamp(source_timestamp)
        return SenderReport(self.ssrc, to_ntp(ntp_s), timestamp, self.packets, self.octets)
