"""What a client's message costs us, so that a budget can be kept whatever it asks for."""

from __future__ import annotations

from livekit.protocol import rtc

TRACK_COST = 500
"""A copy of a track that begins or ends costs as much as so many bytes of a session description (40 µs)."""


def cost_of(request: rtc.SignalRequest, size: int) -> int:
    """Estimate the work for a message of `size` bytes, in bytes of a session description (about 80 ns each)."""
    name = request.WhichOneof("message")
    if name == "track_setting":
        return size + TRACK_COST * len(request.track_setting.track_sids)
    if name == "subscription":
        wish = request.subscription
        grouped = sum(len(one.track_sids) for one in wish.participant_tracks)
        return size + TRACK_COST * max(len(wish.track_sids), grouped)  # browsers name each track in both ways
    return size
