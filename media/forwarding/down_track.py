"""One subscriber's copy of a published track."""

from __future__ import annotations

from media.forwarding.ports import Kind


class DownTrack:
    """One outgoing stream: own SSRC, sequence and timestamp spaces, history for retransmission."""

    kind: Kind
    ssrc: int
    stream_id: str
    track_id: str

    def pause(self) -> None:
        """Send nothing until `resume`."""
        raise NotImplementedError

    def resume(self, now: float) -> None:
        """Send again; video starts at the next key frame, which is asked for."""
        raise NotImplementedError
