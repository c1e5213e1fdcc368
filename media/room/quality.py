"""Grade a participant's connection from what its peers measure."""

from __future__ import annotations

from livekit.protocol import models

from media.room.participant import Participant

INTERVAL_S = 5.0
"""Seconds between two judgements."""
POOR_LOSS = 0.10
GOOD_LOSS = 0.03
"""Shares of packets lost: above POOR_LOSS speech breaks up, below GOOD_LOSS repair hides it."""
POOR_RTT_MS = 800.0
GOOD_RTT_MS = 400.0
"""Round trips above which people talk into each other (ITU-T G.114 wants 150 ms one way)."""
_SCORES = {models.EXCELLENT: 5.0, models.GOOD: 3.5, models.POOR: 2.0}


def quality_of(loss: float, rtt_ms: float) -> models.ConnectionQuality:
    """Grade by the worst share lost (0..1) and the round trip. Never LOST: clients reconnect on that word."""
    if loss > POOR_LOSS or rtt_ms > POOR_RTT_MS:
        return models.POOR
    if loss > GOOD_LOSS or rtt_ms > GOOD_RTT_MS:
        return models.GOOD
    return models.EXCELLENT


def judge(participant: Participant) -> models.ConnectionQuality:
    """Grade the participant over both of its connections."""
    peers = [peer for peer in (participant.publisher_peer, participant.subscriber_peer) if peer is not None]
    loss = max((max(peer.loss_up, peer.loss_down) for peer in peers), default=0.0)
    return quality_of(loss, max((peer.rtt_ms for peer in peers), default=0.0))


def score_of(quality: models.ConnectionQuality) -> float:
    """The number that goes with a grade, 0..5."""
    return _SCORES.get(quality, 0.0)
