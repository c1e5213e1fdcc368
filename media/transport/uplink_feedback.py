"""What we tell a publisher about its media: reports, estimates and requests (RFC 3550 section 6.4, RFC 4585, REMB)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from media.forwarding.bandwidth import AUDIO_BPS
from media.forwarding.up_track import UpTrack
from media.rtp import rtcp
from media.transport.srtp import SRTPSender


class UplinkFeedback:
    """The RTCP to one publisher. It is its tracks' `FeedbackSink`."""

    def __init__(self, sender: SRTPSender, ssrc: int) -> None:
        """`ssrc` is ours in everything we send here."""
        self.has_reported = False
        """Whether a report went out yet."""
        self._sender = sender
        self._ssrc = ssrc

    def send_pli(self, media_ssrc: int) -> None:
        """See `FeedbackSink.send_pli`."""
        self._sender.send_rtcp(rtcp.picture_loss(self._ssrc, media_ssrc))

    def send_nack(self, media_ssrc: int, sequences: Sequence[int]) -> None:
        """See `FeedbackSink.send_nack`."""
        self._sender.send_rtcp(rtcp.nack(self._ssrc, media_ssrc, sequences))

    def report(self, tracks: Collection[UpTrack], now: float) -> None:
        """Send the receiver report, and REMB when there is video; nothing before the first packet."""
        layers = [layer for track in tracks for layer in track.layers.values() if layer.statistics.packets]
        if not layers:
            return
        self.has_reported = True
        compound = rtcp.receiver_report(self._ssrc, [layer.report(now) for layer in layers])
        compound += rtcp.source_description(self._ssrc, f"{self._ssrc:08x}")
        self._sender.send_rtcp(compound + self._estimate(tracks, now))

    def _estimate(self, tracks: Collection[UpTrack], now: float) -> bytes:
        """The REMB, empty without video. A browser shares it between all streams of the connection, audio included."""
        videos = [track for track in tracks if track.kind == "video" and track.layers]
        if not videos:
            return b""
        audios = sum(track.kind == "audio" for track in tracks)
        budget = sum(track.update_budget(now) for track in videos) + AUDIO_BPS * audios
        ssrcs = [layer.ssrc for track in videos for layer in track.layers.values()]
        return rtcp.receiver_estimate(self._ssrc, budget, ssrcs)
