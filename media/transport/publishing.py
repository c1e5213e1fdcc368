"""What a peer publishes: its sending sections as tracks, and what arrives for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from media.errors import InvalidDescription
from media.forwarding.clocks import PublisherClock
from media.forwarding.layer import Layer
from media.forwarding.ports import Kind
from media.forwarding.up_track import UpTrack
from media.rtp import extensions, rtcp
from media.rtp.packet import RTPPacket, parse_rtp, unwrap_rtx
from media.transport import sdp_writer
from media.transport.sdp import Codec, Description, Section
from media.transport.sources import Published, Sources
from media.transport.srtp import SRTPReceiver, SRTPSender
from media.transport.uplink_feedback import UplinkFeedback

MAX_TRACKS = 16
"""Sending sections of one peer at a time."""
_KINDS: Mapping[str, Kind] = {"audio": "audio", "video": "video"}

_Wanted = Mapping[str, tuple[Section, list[Codec]]]
"""The sections that send something we take, by mid, and the codecs taken of each."""


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
        """By mid."""
        self.sources = Sources(receiver)
        self._feedback = UplinkFeedback(sender, ssrc)
        self._added = added
        self._removed = removed
        self._clock = PublisherClock()

    def negotiate(self, description: Description) -> list[list[Codec]]:
        """Take over what `description` offers to send; returns the codecs accepted of each section, in order.

        Raises InvalidDescription, then nothing has changed.
        """
        accepted = [sdp_writer.choose_codecs(section) for section in description.sections]
        pairs = zip(description.sections, accepted, strict=True)
        wanted = {section.mid: (section, codecs) for section, codecs in pairs if codecs and section.sends}
        _check(wanted)
        self._end_unwanted(wanted)
        self.sources.mid_id = max(
            (section.extensions.get(extensions.MID, 0) for section, _ in wanted.values()), default=0
        )
        for section, codecs in wanted.values():
            self._begin_or_update(section, codecs)
        self.sources.forget_strays()
        return accepted

    def _end_unwanted(self, wanted: _Wanted) -> None:
        """End the tracks whose sections stopped or carry another track now."""
        for mid, track in list(self.tracks.items()):
            if mid not in wanted or _track_id(wanted[mid][0]) != track.client_track_id:
                self._end(mid)

    def _begin_or_update(self, section: Section, codecs: list[Codec]) -> None:
        mid, kind = section.mid, _KINDS[section.kind]
        before = self.tracks.get(mid)
        track = before or UpTrack(kind, mid, _track_id(section), self._feedback, self._clock)
        track.audio_level_id = section.extensions.get(extensions.AUDIO_LEVEL, 0) if kind == "audio" else 0
        track.sends_nacks = "nack" in codecs[0].feedback
        self.sources.declare(mid, _published(track, section, codecs))
        if before is None:
            self.tracks[mid] = track
            self._added(track)

    def _end(self, mid: str) -> None:
        self.sources.release(mid)
        self._removed(self.tracks.pop(mid))

    def close(self) -> None:
        """End all tracks."""
        for mid in list(self.tracks):
            self._end(mid)

    def receive(self, data: bytes, now: float) -> str:
        """Take one decrypted packet; the reason when it was dropped, else an empty text."""
        packet = parse_rtp(data)
        self.sources.opened(packet.ssrc)
        published = self.sources.owner(packet.ssrc) or self.sources.learn(packet, now)
        if published is None:
            return "rtp_unknown_source"
        if packet.payload_type == published.payload_type:
            return self._receive_media(published, packet, now)
        if packet.payload_type == published.rtx_payload_type:
            return self._receive_rtx(published, packet, now)
        return "rtp_unknown_type"

    @staticmethod
    def _receive_media(published: Published, packet: RTPPacket, now: float) -> str:
        if published.primary not in (0, packet.ssrc):
            return "rtp_other_layer"
        track = published.track
        return "" if track.receive(track.layer("", packet.ssrc), packet, now) else "rtp_out_of_window"

    @staticmethod
    def _receive_rtx(published: Published, packet: RTPPacket, now: float) -> str:
        if published.repair not in (0, packet.ssrc):
            return "rtp_other_layer"
        layer = published.track.layers.get("")
        # Without a payload it only probes the bandwidth.
        if layer is None or not packet.payload:
            return ""
        original = unwrap_rtx(packet, published.payload_type, layer.ssrc)
        is_new = published.track.receive(layer, original, now, is_retransmission=True)
        return "" if is_new else "rtx_duplicate"

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
        published = self.sources.owner(ssrc)
        layers = published.track.layers.values() if published else ()
        return next(((published.track, layer) for layer in layers if published and layer.ssrc == ssrc), None)

    def tick(self, now: float) -> None:
        """Do what is due by time alone."""
        for track in self.tracks.values():
            track.tick(now)
        if not self._feedback.has_reported:
            # A browser starts near 300 kbit/s and jumps to a REMB only if it comes in the first two seconds.
            self.report(now)

    def report(self, now: float) -> None:
        """Send the receiver report and REMB; about once a second."""
        self._feedback.report(self.tracks.values(), now)


def _check(wanted: _Wanted) -> None:
    if len(wanted) > MAX_TRACKS:
        raise InvalidDescription("too many tracks")
    ssrcs = [ssrc for section, _ in wanted.values() for ssrc in section.ssrcs]
    if len(set(ssrcs)) != len(ssrcs):
        raise InvalidDescription("two sections share an SSRC")


def _published(track: UpTrack, section: Section, codecs: list[Codec]) -> Published:
    """How the packets of `section` are told apart; of several encodings the first declared is taken."""
    primary = next((ssrc for ssrc in section.ssrcs if ssrc not in section.repairs.values()), 0)
    return Published(
        track=track,
        payload_type=codecs[0].payload_type,
        rtx_payload_type=codecs[1].payload_type if len(codecs) > 1 else -1,
        declared=frozenset(section.ssrcs),
        primary=primary,
        repair=section.repairs.get(primary, 0),
    )
