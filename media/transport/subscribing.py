"""What a peer subscribes to: the sections of our offers, and what the subscriber reports about them."""

from __future__ import annotations

import enum
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from media.errors import InvalidDescription
from media.forwarding.bandwidth import AUDIO_BPS
from media.forwarding.clocks import to_ntp
from media.forwarding.down_track import DownTrack
from media.forwarding.ports import Kind
from media.forwarding.up_track import UpTrack
from media.rtp import rtcp
from media.transport.sdp import MAX_SECTIONS, Section
from media.transport.sdp_writer import LocalTransport, OutgoingSection, offer_media
from media.transport.srtp import MAX_RTCP, SRTPSender

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
CONGESTED_LOSS = 0.1
"""Share lost above which a subscriber counts as congested; REMB speaks earlier in most cases."""
CONGESTED_SHARE = 0.8
"""A REMB below this share of what was sent means congestion; Chromium's first one is about 0.94 of it by itself."""
CONGESTED_INTERVALS = 2
"""…for so many report intervals, since a busy machine's jitter looks like congestion for a moment."""


class _Use(enum.Enum):
    LIVE = "live"
    STOPPING = "stopping"
    """Taken out, but the client does not know yet."""
    FREE = "free"
    """The client agreed that it is stopped: the place in the description can be used again (RFC 8829 section 5.2.2)."""


@dataclass(slots=True)
class _Slot:
    """One place in our offers."""

    section: OutgoingSection
    use: _Use
    down: DownTrack | None
    up: UpTrack | None
    offered: str = ""
    """Mid when it was last offered live, else empty."""
    octets_before: int = 0


class Subscribing:
    """The sending half of a peer. Section 0 of an offer is the data channels'; ours begin at 1.

    A place of a stopped section is used again under a new mid, since a browser keeps the track id of the first use
    for as long as the mid lives, and clients find their tracks by it.
    """

    def __init__(self, sender: SRTPSender, ntp_offset_s: float) -> None:
        """`ntp_offset_s` turns monotonic seconds into seconds since 1900."""
        self._sender = sender
        self._ntp_offset_s = ntp_offset_s
        self._slots: list[_Slot] = []
        self._by_ssrc: dict[int, _Slot] = {}
        self._next_mid = 1
        self._is_connected = False
        self._estimate_bps = 0
        self._short_intervals = 0

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
        section = OutgoingSection(up.kind, self._take_mid(), False, stream_id, track_id, ssrc, rtx_ssrc)
        slot = self._place(section, down, up)
        self._by_ssrc[ssrc] = slot
        return down

    def _new_ssrc(self) -> int:
        while True:
            ssrc = random.randrange(1, 1 << 32)  # noqa: S311 - must be unique, not secret.
            if ssrc not in self._by_ssrc:
                return ssrc

    def _take_mid(self) -> str:
        number, mid = self._next_mid, ""
        if number >= len(_DIGITS) ** 3:
            raise ValueError("too many subscriptions in one session")
        while number:
            number, digit = divmod(number, len(_DIGITS))
            mid = _DIGITS[digit] + mid
        self._next_mid += 1
        return mid

    def _place(self, section: OutgoingSection, down: DownTrack, up: UpTrack) -> _Slot:
        for index, slot in enumerate(self._slots):
            if slot.use is _Use.FREE:
                self._slots[index] = _Slot(section, _Use.LIVE, down, up)
                return self._slots[index]
        if len(self._slots) + 1 >= MAX_SECTIONS:
            raise ValueError("too many subscriptions at a time")
        self._slots.append(_Slot(section, _Use.LIVE, down, up))
        return self._slots[-1]

    def remove(self, down: DownTrack) -> None:
        """Stop `down` now; unknown ones are ignored."""
        slot = self._by_ssrc.get(down.ssrc)
        if slot is None or slot.down is not down:
            return
        if slot.up is not None:
            slot.up.detach(down)
        del self._by_ssrc[down.ssrc]
        self._sender.forget(down.ssrc)
        self._sender.forget(down.rtx_ssrc)
        old = slot.section
        slot.section = OutgoingSection(old.kind, old.mid, True)
        slot.use, slot.down, slot.up = _Use.STOPPING, None, None

    def mid_of(self, down: DownTrack) -> str:
        """The section of `down`. Raises KeyError when it was removed."""
        return self._by_ssrc[down.ssrc].section.mid

    def connected(self, now: float) -> None:
        """The connection is up: negotiated tracks may flow."""
        self._is_connected = True
        for slot in self._slots:
            self._attach(slot, now)

    def close(self) -> None:
        """Stop all."""
        for slot in list(self._by_ssrc.values()):
            if slot.up is not None and slot.down is not None:
                slot.up.detach(slot.down)
        self._by_ssrc.clear()
        self._slots.clear()

    def offer(self, transport: LocalTransport) -> tuple[list[str], list[list[str]]]:
        """The live mids, and the lines of each section after the data channels'."""
        for slot in self._slots:
            slot.offered = slot.section.mid if slot.use is _Use.LIVE else ""
        mids = [slot.offered for slot in self._slots if slot.offered]
        return mids, [offer_media(slot.section, transport) for slot in self._slots]

    def accept(self, answered: tuple[Section, ...], now: float) -> None:
        """Take the answers to the sections of the last offer. Raises InvalidDescription when they do not fit it.

        Subscriptions added since then have no answer yet and wait for the next offer.
        """
        if len(answered) > len(self._slots):
            raise InvalidDescription("answer has more sections than the offer")
        pairs = list(zip(self._slots, answered, strict=False))
        for slot, section in pairs:
            self._check(slot, section)
        for slot, section in pairs:
            if not slot.offered and slot.use is _Use.STOPPING:
                slot.use = _Use.FREE
            elif slot.use is _Use.LIVE and slot.offered == slot.section.mid and section.receives:
                self._bind(slot, section)
                self._attach(slot, now)

    @staticmethod
    def _check(slot: _Slot, section: Section) -> None:
        if slot.offered and not section.is_rejected:
            if section.mid != slot.offered:
                raise InvalidDescription("answer does not fit the offer")

    @staticmethod
    def _bind(slot: _Slot, section: Section) -> None:
        main = section.codec("opus" if slot.section.kind == "audio" else "vp8")
        if slot.down is None or main is None:
            return
        repair = section.retransmission_of(main.payload_type) if slot.section.kind == "video" else None
        slot.down.bind(slot.section.mid, main.payload_type, repair.payload_type if repair else None)

    def _attach(self, slot: _Slot, now: float) -> None:
        if self._is_connected and slot.down is not None and slot.up is not None and slot.down.is_bound:
            slot.up.attach(slot.down, now)

    def nacked(self, message: rtcp.Nack, now: float) -> None:
        """Send again what the subscriber misses."""
        slot = self._by_ssrc.get(message.media_ssrc)
        if slot is not None and slot.down is not None:
            slot.down.resend(message.sequences, now)

    def keyframe_requested(self, message: rtcp.KeyframeRequest, now: float) -> None:
        """Pass a PLI or FIR on to the publishers."""
        for ssrc in message.media_ssrcs[:16]:
            slot = self._by_ssrc.get(ssrc)
            if slot is not None and slot.up is not None:
                slot.up.request_keyframe(now)

    def estimated(self, message: rtcp.ReceiverEstimate) -> None:
        """Remember the subscriber's REMB."""
        self._estimate_bps = message.bitrate_bps

    def reported(self, block: rtcp.ReportBlock, now: float) -> None:
        """Take a receiver report: loss, and the round trip by our last sender report (RFC 3550 section 6.4.1)."""
        slot = self._by_ssrc.get(block.ssrc)
        if slot is None or slot.down is None:
            return
        slot.down.reported(block)
        if block.last_sr:
            here = to_ntp(now + self._ntp_offset_s) >> 16 & 0xFFFFFFFF
            rtt = ((here - block.last_sr - block.delay_since_sr) & 0xFFFFFFFF) / 65536
            if rtt < 10.0:
                self._sender.rtt_s = max(0.001, rtt)

    @property
    def fraction_lost(self) -> float:
        """Worst share lost by the newest receiver reports, 0.0..1.0."""
        return max((slot.down.fraction_lost for slot in self._by_ssrc.values() if slot.down), default=0.0)

    def report(self, now: float, interval_s: float) -> None:
        """Send the sender reports and work out who is congested; about once a second."""
        self._find_congestion(interval_s)
        compound = b""
        for part in self._sender_reports(now):
            if len(compound) + len(part) > MAX_RTCP:
                self._sender.send_rtcp(compound)
                compound = b""
            compound += part
        if compound:
            self._sender.send_rtcp(compound)

    def _sender_reports(self, now: float) -> Iterable[bytes]:
        for slot in self._by_ssrc.values():
            if slot.down is None or slot.up is None:
                continue
            report = slot.down.sender_report(slot.up.timestamp_at(now), now + self._ntp_offset_s)
            if report is not None:
                yield rtcp.sender_report(report) + rtcp.source_description(report.ssrc, slot.section.stream_id)

    def _find_congestion(self, interval_s: float) -> None:
        kinds: list[Kind] = []
        rates: dict[int, int] = {}
        for ssrc, slot in self._by_ssrc.items():
            if slot.down is not None:
                rates[ssrc] = int((slot.down.octets - slot.octets_before) * 8 / max(interval_s, 0.1))
                slot.octets_before = slot.down.octets
                kinds.append(slot.down.kind)
        total, videos = sum(rates.values()), kinds.count("video")
        is_short = 0 < self._estimate_bps < CONGESTED_SHARE * total
        self._short_intervals = self._short_intervals + 1 if is_short else 0
        available = max(0, self._estimate_bps - AUDIO_BPS * kinds.count("audio"))
        for ssrc, slot in self._by_ssrc.items():
            if slot.down is None or slot.down.kind == "audio":
                continue
            if self._short_intervals >= CONGESTED_INTERVALS:
                slot.down.allowance_bps = max(1, available // videos)
            elif slot.down.smoothed_loss > CONGESTED_LOSS:
                slot.down.allowance_bps = max(1, int(rates[ssrc] * 0.85))
            else:
                slot.down.allowance_bps = 0
