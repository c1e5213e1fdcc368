"""A published track: what arrives from one publisher's microphone, camera or screen."""

from __future__ import annotations

from media.forwarding.down_track import DownTrack
from media.forwarding.ports import FeedbackSink, Kind


class UpTrack:
    """One published track and the down tracks that copy it. `now` is always monotonic seconds."""

    kind: Kind
    mid: str
    client_track_id: str
    """The msid track id of the offer, equal to AddTrackRequest.cid; chosen by the client, so never trust its form."""
    down_tracks: list[DownTrack]
    last_packet_at: float
    """Monotonic seconds of the newest packet, 0.0 before the first."""

    def __init__(self, kind: Kind, mid: str, client_track_id: str, feedback: FeedbackSink) -> None:
        raise NotImplementedError

    def request_keyframe(self, now: float) -> None:
        """Ask the publisher for a key frame; at most one per 500 ms leaves, a request in between is sent later."""
        raise NotImplementedError

    def take_audio_levels(self) -> list[tuple[float, int]]:
        """Levels since the last call as (arrival, dBov), -127 silent to 0 loudest; bounded to the newest 100."""
        raise NotImplementedError
