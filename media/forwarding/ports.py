"""The whole coupling between forwarding and transport: what a track may ask of the peer that carries it.

Forwarding decides what is sent; the transport, which owns keys and sockets, implements these protocols and joins the
two. Nothing here knows rooms, signalling or SDP.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Kind = Literal["audio", "video"]


class PacketSink(Protocol):
    """Where a down track puts its packets: one subscriber's encrypted connection."""

    def send_rtp(
        self,
        marker_and_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        send_time_word: int,
        mid_word: int,
        payload: bytes,
        padding: bool = False,
    ) -> None:
        """Encrypt and send one packet; drops and counts when the socket is full, never raises.

        `marker_and_type` is the second octet of RFC 3550 section 5.1. `send_time_word` and `mid_word` are the two
        32-bit words of the header extension block (`rtp.extensions`). `padding` sets the P bit.
        """
        ...

    @property
    def rtt_s(self) -> float:
        """Round trip to this subscriber in seconds, 0.0 while unknown."""
        ...


class FeedbackSink(Protocol):
    """Where an up track asks its publisher for something: one publisher's encrypted connection."""

    def send_pli(self, media_ssrc: int) -> None:
        """Ask for a key frame (RFC 4585 section 6.3.1)."""
        ...

    def send_nack(self, media_ssrc: int, sequences: Sequence[int]) -> None:
        """Ask for packets again, at most a few hundred 16-bit sequence numbers (RFC 4585 section 6.2.1)."""
        ...
