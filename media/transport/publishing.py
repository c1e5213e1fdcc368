"""What a peer publishes: its sections, which SSRC belongs to which, and the feedback it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.errors import InvalidDescription
from media.forwarding.bandwidth import AUDIO_BPS
from media.forwarding.clocks import PublisherClock
from media.forwarding.layer import Layer
from media.forwarding.ports import Kind
from media.forwarding.up_track import UpTrack
from media.rtp import extensions, rtcp
from media.rtp.packet import RTPPacket, parse_rtp, unwrap_rtx
from media.transport import sdp_writer
from media.transport.sdp import Codec, Description, Section
from media.transport.srtp import SRTPReceiver, SRTPSender

MAX_TRACKS = 16
"""Sending sections of one peer at a time."""
MAX_SSRCS = 96
"""Sources one peer may use; libsrtp keeps about a kilobyte for each."""
SOURCE_CHANGE_S = 1.0
"""A section whose SSRC is not in the description may change it after so long a silence."""
_SIDES = ("audio", "video")


@dataclass(slots=True)
class _Published:
    """One sending section and how its packets are told apart."""

    track: UpTrack
    payload_type: int
    rtx_payload_type: int
    mid_id: int
    declared: frozenset[int]
    primary: int
    """The one SSRC taken of several declared (an old form of simulcast), 0 to learn it."""
    repair: int
    """The SSRC of its retransmissions, 0 to learn it."""


def _track_id(section: Section) -> str:
    """The msid track id; a client that gives none is matched by its section."""
    return section.track_id or section.mid


class Publishing:
    """The receiving half of a peer. Raises ValueError on malformed packets; the caller counts them."""

    def __init__(
        self,
        sender: SRTPSender,
        receiver: SRTPReceiver,
        ssrc: int,
        added: Callable[[UpTrack], None],
        removed: Callable[[UpTrack], None],
    ) -> None:
        """`ssrc` is ours in reports and feedback."""
        self.tracks: dict[str, UpTrack] = {}
        self._sender = sender
        self._receiver = receiver
        self._ssrc = ssrc
        self._added = added
        self._removed = removed
        self._clock = PublisherClock()
        self._sections: dict[str, _Published] = {}
        self._by_ssrc: dict[int, _Published] = {}
        self._seen: set[int] = set()
        self._has_reported = False

    def negotiate(self, description: Description) -> list[list[Codec]]:
        """Take over what `description` offers to send; returns the codecs accepted of each section, in order.

        Raises InvalidDescription, then nothing has changed.
        """
        accepted = [
            sdp_writer.choose_codecs(section) if section.kind in _SIDES and not section.is_rejected else []
            for section in description.sections
        ]
        wanted = {
            section.mid: (section, codecs)
            for section, codecs in zip(description.sections, accepted, strict=True)
            if codecs and section.sends
        }
        self._check(wanted)
        for mid in list(self._sections):
            section = wanted.get(mid)
            if section is None or _track_id(section[0]) != self._sections[mid].track.client_track_id:
                self._end(mid)
        for mid, (section, codecs) in wanted.items():
            self._begin_or_update(mid, section, codecs)
        return accepted

    @staticmethod
    def _check(wanted: dict[str, tuple[Section, list[Codec]]]) -> None:
        if len(wanted) > MAX_TRACKS:
            raise InvalidDescription("too many tracks")
        ssrcs = [ssrc for section, _ in wanted.values() for ssrc in section.ssrcs]
        if len(set(ssrcs)) != len(ssrcs):
            raise InvalidDescription("two sections share an SSRC")

    def _begin_or_update(self, mid: str, section: Section, codecs: list[Codec]) -> None:
        current = self._sections.get(mid)
        kind: Kind = "audio" if section.kind == "audio" else "video"
        track = current.track if current else UpTrack(kind, mid, _track_id(section), self, self._clock)
        track.audio_level_id = section.extensions.get(extensions.AUDIO_LEVEL, 0) if kind == "audio" else 0
        track.sends_nacks = "nack" in codecs[0].feedback
        published = _Published(
            track,
            codecs[0].payload_type,
            codecs[1].payload_type if len(codecs) > 1 else -1,
            section.extensions.get(extensions.MID, 0),
            frozenset(section.ssrcs),
            primary := next((ssrc for ssrc in section.ssrcs if ssrc not in section.repairs.values()), 0),
            section.repairs.get(primary, 0),
        )
        self._forget_sources(mid, keep=published.declared or None)
        self._sections[mid] = published
        self._by_ssrc.update(dict.fromkeys(section.ssrcs, published))
        if current is None:
            self.tracks[mid] = track
            self._added(track)

    def _forget_sources(self, mid: str, keep: frozenset[int] | None) -> None:
        """Forget the section's SSRCs but those to `keep`; None keeps what was learnt."""
        published = self._sections.get(mid)
        if published is None or keep is None:
            return
        for ssrc in [ssrc for ssrc, owner in self._by_ssrc.items() if owner is published and ssrc not in keep]:
            del self._by_ssrc[ssrc]
            self._seen.discard(ssrc)
            self._receiver.forget(ssrc)

    def _end(self, mid: str) -> None:
        self._forget_sources(mid, keep=frozenset())
        track = self._sections.pop(mid).track
        del self.tracks[mid]
        self._removed(track)

    def close(self) -> None:
        """End all tracks."""
        for mid in list(self._sections):
            self._end(mid)

    def may_open(self, ssrc: int) -> bool:
        """Whether a packet of `ssrc` is worth decrypting: known, or still within the number of sources."""
        return ssrc in self._seen or len(self._seen) < MAX_SSRCS

    def opened(self, ssrc: int) -> None:
        """A packet of `ssrc` was authentic, so libsrtp keeps that source from now on."""
        self._seen.add(ssrc)

    def receive(self, data: bytes, now: float) -> str:
        """Take one decrypted packet; the reason when it was dropped, else an empty text."""
        packet = parse_rtp(data)
        self._seen.add(packet.ssrc)
        published = self._by_ssrc.get(packet.ssrc)
        if published is None:
            published = self._learn(packet, now)
            if published is None:
                return "rtp_unknown_source"
        track = published.track
        if packet.payload_type == published.payload_type:
            if published.primary not in (0, packet.ssrc):
                return "rtp_other_layer"
            layer = track.layer("", packet.ssrc)
            return "" if track.receive(layer, packet, now) else "rtp_out_of_window"
        if packet.payload_type == published.rtx_payload_type:
            if published.repair not in (0, packet.ssrc):
                return "rtp_other_layer"
            return self._receive_rtx(published, packet, now)
        return "rtp_unknown_type"

    def _receive_rtx(self, published: _Published, packet: RTPPacket, now: float) -> str:
        layer = published.track.layers.get("")
        # Without a payload it only probes the bandwidth.
        if layer is None or not packet.payload:
            return ""
        original = unwrap_rtx(packet, published.payload_type, layer.ssrc)
        is_new = published.track.receive(layer, original, now, is_retransmission=True)
        return "" if is_new else "rtx_duplicate"

    def _learn(self, packet: RTPPacket, now: float) -> _Published | None:
        """Find the section of an SSRC that no description named: by mid, else by a payload type only one has."""
        published = self._by_mid(packet) or self._by_payload_type(packet.payload_type)
        if published is None or packet.payload_type not in (published.payload_type, published.rtx_payload_type):
            return None
        if published.declared:
            return None
        is_main = packet.payload_type == published.payload_type
        if is_main and published.track.layers and now - published.track.last_packet_at < SOURCE_CHANGE_S:
            return None
        self._by_ssrc[packet.ssrc] = published
        return published

    def _by_mid(self, packet: RTPPacket) -> _Published | None:
        for published in self._sections.values():
            if published.mid_id:
                value = extensions.find(packet.profile, packet.extensions, published.mid_id)
                if value is not None and value == published.track.mid.encode():
                    return published
        return None

    def _by_payload_type(self, payload_type: int) -> _Published | None:
        matching = [p for p in self._sections.values() if payload_type in (p.payload_type, p.rtx_payload_type)]
        return matching[0] if len(matching) == 1 else None

    def reported(self, message: rtcp.SenderReport, now: float) -> None:
        """Take a sender report of one of the sources."""
        found = self._layer(message.ssrc)
        if found:
            found[0].sender_reported(found[1], message, now)

    def ended(self, message: rtcp.Bye) -> None:
        """Forget sources that said goodbye; the section may go on with another one."""
        for ssrc in message.ssrcs:
            found = self._layer(ssrc)
            if found:
                track, layer = found
                track.layers.pop(layer.rid, None)

    def _layer(self, ssrc: int) -> tuple[UpTrack, Layer] | None:
        published = self._by_ssrc.get(ssrc)
        layers = published.track.layers.values() if published else ()
        return next(((published.track, layer) for layer in layers if published and layer.ssrc == ssrc), None)

    def send_pli(self, media_ssrc: int) -> None:
        """See `FeedbackSink.send_pli`."""
        self._sender.send_rtcp(rtcp.picture_loss(self._ssrc, media_ssrc))

    def send_nack(self, media_ssrc: int, sequences: Sequence[int]) -> None:
        """See `FeedbackSink.send_nack`."""
        self._sender.send_rtcp(rtcp.nack(self._ssrc, media_ssrc, sequences))

    def tick(self, now: float) -> None:
        """Do what is due by time alone."""
        for track in self.tracks.values():
            track.tick(now)
        if not self._has_reported:
            # A browser starts near 300 kbit/s and jumps to a REMB only if it comes in the first two seconds.
            self.report(now)

    def report(self, now: float) -> None:
        """Send the receiver report and REMB; about once a second."""
        layers = [layer for track in self.tracks.values() for layer in track.layers.values()]
        active = [layer for layer in layers if layer.statistics.packets]
        if not active:
            return
        self._has_reported = True
        compound = rtcp.receiver_report(self._ssrc, [layer.report(now) for layer in active])
        compound += rtcp.source_description(self._ssrc, f"{self._ssrc:08x}")
        videos = [track for track in self.tracks.values() if track.kind == "video" and track.layers]
        if videos:
            # A browser shares the estimate of the whole connection between its streams, audio included.
            budget = sum(track.update_budget(now) for track in videos)
            budget += AUDIO_BPS * (len(self.tracks) - len(videos))
            ssrcs = [layer.ssrc for track in videos for layer in track.layers.values()]
            compound += rtcp.receiver_estimate(self._ssrc, budget, ssrcs)
        self._sender.send_rtcp(compound)
