"""A published track: what arrives from one publisher's microphone, camera or screen, and who gets copies."""

from __future__ import annotations

from collections import deque

from media.forwarding.bandwidth import UplinkBudget
from media.forwarding.clocks import PublisherClock
from media.forwarding.down_track import CLOCK_RATES, DownTrack
from media.forwarding.keyframes import KeyframeRequests
from media.forwarding.layer import Layer
from media.forwarding.ports import FeedbackSink, Kind
from media.rtp import vp8
from media.rtp.extensions import audio_level, find, send_time_word
from media.rtp.packet import RTPPacket
from media.rtp.rtcp import SenderReport

MAX_LEVELS = 100
"""Audio levels kept until taken: two seconds of 20 ms packets."""


class UpTrack:
    """One published track and the down tracks that copy it. `now` is always monotonic seconds."""

    def __init__(
        self, kind: Kind, mid: str, client_track_id: str, feedback: FeedbackSink, clock: PublisherClock
    ) -> None:
        self.kind: Kind = kind
        self.mid = mid
        self.client_track_id = client_track_id
        """The msid track id of the offer, equal to AddTrackRequest.cid; chosen by the client, so never trust its form."""
        self.is_muted = False
        """Set by who knows the signalling; a muted track is not asked for key frames."""
        self.layers: dict[str, Layer] = {}
        """By rid; a track with one encoding has the rid ''."""
        self.down_tracks: tuple[DownTrack, ...] = ()
        """Replaced and never changed, so that a packet's fan-out can be interrupted by nothing."""
        self.audio_level_id = 0
        """Id of ssrc-audio-level in the publisher's offer, 0 without."""
        self.sends_nacks = True
        self.last_packet_at = 0.0
        """Monotonic seconds of the newest packet, 0.0 before the first."""
        self.last_keyframe_at = 0.0
        self.budget = UplinkBudget()
        self._feedback = feedback
        self._clock = clock
        self._keyframes = KeyframeRequests()
        self._levels: deque[tuple[float, int]] = deque(maxlen=MAX_LEVELS)
        self._newest_timestamp = 0
        self._sender_report: SenderReport | None = None

    def layer(self, rid: str, ssrc: int) -> Layer:
        """The layer `rid`, made anew when its SSRC changed; down tracks then switch at the next key frame."""
        layer = self.layers.get(rid)
        if layer is None or layer.ssrc != ssrc:
            layer = self.layers[rid] = Layer(rid, ssrc, CLOCK_RATES[self.kind])
        return layer

    def receive(self, layer: Layer, packet: RTPPacket, now: float, *, is_retransmission: bool = False) -> bool:
        """Take one packet of `layer` and send it on; False when it was a duplicate, too late or an outlier.

        Raises ValueError when the payload is malformed.
        """
        number = layer.receive(packet, now, is_retransmission=is_retransmission)
        if number < 0:
            return False
        descriptor = None
        if self.kind == "video":
            if packet.payload:
                descriptor = vp8.parse(packet.payload)
                if descriptor.is_keyframe:
                    self.last_keyframe_at = now
                    self._keyframes.arrived()
        elif self.audio_level_id:
            self._note_level(packet, now)
        self.last_packet_at = now
        self._newest_timestamp = packet.timestamp
        send_time = send_time_word(now)
        for down in self.down_tracks:
            down.forward(layer, number, packet, descriptor, send_time, now)
        if layer.missing or layer.needs_keyframe:
            self._mend(layer, now)
        return True

    def _note_level(self, packet: RTPPacket, now: float) -> None:
        level = audio_level(find(packet.profile, packet.extensions, self.audio_level_id))
        if level is not None:
            self._levels.append((now, level))

    def _mend(self, layer: Layer, now: float) -> None:
        due = layer.nacks_due(now)
        if due and self.sends_nacks:
            self._feedback.send_nack(layer.ssrc, due)
        if layer.needs_keyframe:
            layer.needs_keyframe = False
            self.request_keyframe(now)

    def request_keyframe(self, now: float) -> None:
        """Ask the publisher for a key frame; at most one per 500 ms leaves, a request in between is sent later."""
        if self.kind == "video" and self._keyframes.ask(now):
            self._send_plis()

    def _send_plis(self) -> None:
        for layer in self.layers.values():
            self._feedback.send_pli(layer.ssrc)

    def tick(self, now: float) -> None:
        """Do what is due by time alone; call about every 100 ms."""
        for layer in self.layers.values():
            if layer.missing:
                self._mend(layer, now)
        if self.kind == "video" and not self.is_muted:
            is_awaited = any(down.awaits_keyframe for down in self.down_tracks)
            if self._keyframes.tick(now, is_awaited=is_awaited):
                self._send_plis()

    def sender_reported(self, layer: Layer, report: SenderReport, now: float) -> None:
        """Take the publisher's sender report about `layer`: its clock and what lip sync needs."""
        layer.statistics.sender_reported(report, now)
        self._clock.reported(report.ntp, now)
        self._sender_report = report

    def timestamp_at(self, now: float) -> int:
        """Compute the source's RTP timestamp at monotonic `now`, by its newest sender report if there is one."""
        rate = CLOCK_RATES[self.kind]
        if self._sender_report is None:
            return self._newest_timestamp + int((now - self.last_packet_at) * rate)
        elapsed = now - self._clock.to_ours(self._sender_report.ntp)
        return self._sender_report.timestamp + int(elapsed * rate)

    def update_budget(self, now: float) -> int:
        """Compute what this video may send, in bits per second, from what its subscribers reported; about once a second."""
        return self.budget.update((down.allowance_bps for down in self.down_tracks if down.allowance_bps), now)

    def attach(self, down: DownTrack, now: float) -> None:
        """Begin to copy to `down`."""
        if down not in self.down_tracks:
            self.down_tracks = (*self.down_tracks, down)
        self.request_keyframe(now)

    def detach(self, down: DownTrack) -> None:
        """Stop copying to `down`; unknown ones are ignored."""
        self.down_tracks = tuple(other for other in self.down_tracks if other is not down)

    def take_audio_levels(self) -> list[tuple[float, int]]:
        """Take the levels since the last call as (arrival, dBov), -127 silent to 0 loudest; bounded to the newest 100."""
        levels = list(self._levels)
        self._levels.clear()
        return levels

    @property
    def packets(self) -> int:
        """Packets received, without retransmissions."""
        return sum(layer.statistics.packets for layer in self.layers.values())

    @property
    def octets(self) -> int:
        """Payload bytes received, without retransmissions."""
        return sum(layer.statistics.octets for layer in self.layers.values())

    @property
    def packets_lost(self) -> int:
        """Packets lost on the way here, those mended later included."""
        return sum(max(0, layer.statistics.packets_lost) for layer in self.layers.values())

    @property
    def fraction_lost(self) -> float:
        """Worst share lost in the last report interval, 0.0..1.0."""
        return max((layer.statistics.fraction_lost for layer in self.layers.values()), default=0.0)

    @property
    def jitter_s(self) -> float:
        """Worst interarrival jitter in seconds."""
        return max((layer.statistics.jitter_s for layer in self.layers.values()), default=0.0)
