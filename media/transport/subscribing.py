"""What a peer subscribes to: its copies of tracks, and what the subscriber reports about them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Sequence

from media.forwarding.clocks import to_ntp
from media.forwarding.congestion import Congestion
from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.rtp import rtcp
from media.transport.sdp import Section
from media.transport.sdp_writer import LocalTransport, OutgoingSection
from media.transport.slots import Outgoing, Slots
from media.transport.srtp import MAX_RTCP, SRTPSender

MAX_KEYFRAME_STREAMS = 16
"""Streams taken from one request for key frames."""
MAX_RTT_S = 10.0
"""Longer round trips are mistakes: the report answers one of ours that is long gone."""


class Subscribing:
    """The sending half of a peer. `now` is monotonic seconds."""

    def __init__(self, sender: SRTPSender, ntp_offset_s: float) -> None:
        """`ntp_offset_s` turns monotonic seconds into seconds since 1900."""
        self._sender = sender
        self._ntp_offset_s = ntp_offset_s
        self._slots = Slots()
        self._by_ssrc: dict[int, Outgoing] = {}
        self._congestion = Congestion()
        self._is_connected = False

    def add(self, up: UpTrack, stream_id: str, track_id: str) -> DownTrack:
        """A new down track for `up`. Raises ValueError when there is no place or the ids do not fit into a line."""
        for text in (stream_id, track_id):
            if not text or not text.isascii() or not text.isprintable() or " " in text:
                raise ValueError("stream and track ids must be printable and without spaces")
        ssrc, rtx_ssrc = self._new_ssrc(), self._new_ssrc()
        down = DownTrack(
            up.kind,
            self._sender,
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc,
            stream_id=stream_id,
            track_id=track_id,
            seed=secrets.randbits(64),
        )
        section = OutgoingSection(up.kind, self._slots.new_mid(), False, stream_id, track_id, ssrc, rtx_ssrc)
        outgoing = Outgoing(down, up, section)
        self._slots.place(outgoing)
        self._by_ssrc[ssrc] = outgoing
        return down

    def _new_ssrc(self) -> int:
        while True:
            ssrc = random.randrange(1, 1 << 32)  # noqa: S311 - must be unique, not secret.
            if ssrc not in self._by_ssrc:
                return ssrc

    def remove(self, down: DownTrack) -> None:
        """Stop `down` now and free its place with the next offer; unknown ones are ignored."""
        outgoing = self._by_ssrc.get(down.ssrc)
        if outgoing is None or outgoing.down is not down:
            return
        del self._by_ssrc[down.ssrc]
        self._slots.stop(outgoing)
        outgoing.up.detach(down)
        self._sender.forget(down.ssrc)
        self._sender.forget(down.rtx_ssrc)

    def mid_of(self, down: DownTrack) -> str:
        """The section of `down`. Raises KeyError when it was removed."""
        return self._by_ssrc[down.ssrc].section.mid

    def connected(self, now: float) -> None:
        """Start the negotiated tracks: the connection is up."""
        self._is_connected = True
        for outgoing in self._by_ssrc.values():
            self._attach(outgoing, now)

    def close(self) -> None:
        """Stop all."""
        for outgoing in self._by_ssrc.values():
            outgoing.up.detach(outgoing.down)
        self._by_ssrc.clear()
        self._slots.clear()

    def offer(self, transport: LocalTransport) -> tuple[list[str], list[list[str]]]:
        """The live mids, and the lines of each section after the data channels'."""
        return self._slots.offer(transport)

    def accept(self, answered: Sequence[Section], now: float) -> None:
        """Take the answers to the sections of the last offer. Raises InvalidDescription when they do not fit it."""
        for outgoing, section in self._slots.accept(answered):
            _bind(outgoing, section)
            self._attach(outgoing, now)

    def _attach(self, outgoing: Outgoing, now: float) -> None:
        if self._is_connected and outgoing.down.is_bound:
            outgoing.up.attach(outgoing.down, now)

    def nacked(self, message: rtcp.Nack, now: float) -> None:
        """Send again what the subscriber misses."""
        outgoing = self._by_ssrc.get(message.media_ssrc)
        if outgoing is not None:
            outgoing.down.resend(message.sequences, now)

    def keyframe_requested(self, message: rtcp.KeyframeRequest, now: float) -> None:
        """Pass a PLI or FIR on to the publishers."""
        for ssrc in message.media_ssrcs[:MAX_KEYFRAME_STREAMS]:
            outgoing = self._by_ssrc.get(ssrc)
            if outgoing is not None:
                outgoing.up.request_keyframe(now)

    def estimated(self, message: rtcp.ReceiverEstimate) -> None:
        """Remember the subscriber's REMB."""
        self._congestion.estimated(message.bitrate_bps)

    def reported(self, block: rtcp.ReportBlock, now: float) -> None:
        """Take a receiver report: loss, and the round trip by our last sender report (RFC 3550 section 6.4.1)."""
        outgoing = self._by_ssrc.get(block.ssrc)
        if outgoing is None:
            return
        outgoing.down.reported(block)
        if block.last_sr:
            here = to_ntp(now + self._ntp_offset_s) >> 16 & 0xFFFFFFFF
            rtt_s = ((here - block.last_sr - block.delay_since_sr) & 0xFFFFFFFF) / 65536
            if rtt_s < MAX_RTT_S:
                self._sender.rtt_s = max(0.001, rtt_s)

    @property
    def fraction_lost(self) -> float:
        """Worst share lost by the newest receiver reports, 0.0..1.0."""
        return max((outgoing.down.fraction_lost for outgoing in self._by_ssrc.values()), default=0.0)

    def report(self, now: float, interval_s: float) -> None:
        """Send the sender reports and judge the congestion; about once a second."""
        self._congestion.judge([outgoing.down for outgoing in self._by_ssrc.values()], interval_s)
        compound = b""
        for part in self._sender_reports(now):
            if len(compound) + len(part) > MAX_RTCP:
                self._sender.send_rtcp(compound)
                compound = b""
            compound += part
        if compound:
            self._sender.send_rtcp(compound)

    def _sender_reports(self, now: float) -> Iterable[bytes]:
        for outgoing in self._by_ssrc.values():
            report = outgoing.down.sender_report(outgoing.up.timestamp_at(now), now + self._ntp_offset_s)
            if report is not None:
                yield rtcp.sender_report(report) + rtcp.source_description(report.ssrc, outgoing.section.stream_id)


def _bind(outgoing: Outgoing, answered: Section) -> None:
    """Tell the copy which payload types the client wants, if it takes our codec at all."""
    main = answered.codec("opus" if outgoing.section.kind == "audio" else "vp8")
    if main is None:
        return
    repair = answered.retransmission_of(main.payload_type) if outgoing.section.kind == "video" else None
    outgoing.down.bind(outgoing.section.mid, main.payload_type, repair.payload_type if repair else None)
