"""One peer connection: ICE, DTLS, SRTP and data channels under one SDP conversation."""

from __future__ import annotations

from typing import Protocol

from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack


class SDPError(ValueError):
    """A description that we refuse; the message names what is wrong and holds no text of the description."""


class PeerObserver(Protocol):
    """Who hears what happens to a peer. Called on the event loop, in order, never after `peer_closed`."""

    def peer_connected(self, peer: Peer) -> None:
        """ICE and DTLS are up for the first time."""
        ...

    def peer_closed(self, peer: Peer, reason: str) -> None:
        """The peer is gone: `close()` was called, consent expired, DTLS ended, or it misbehaved. Called once."""
        ...

    def peer_data(self, peer: Peer, label: str, payload: bytes) -> None:
        """A message on the data channel `label` ('_reliable' or '_lossy'; others are dropped before)."""
        ...

    def peer_overflow(self, peer: Peer) -> None:
        """The reliable send buffer is full: this receiver is too slow and should be closed."""
        ...

    def peer_track_added(self, peer: Peer, up_track: UpTrack) -> None:
        """A publisher section is negotiated and sends; comes from inside `Peer.answer`, before it returns."""
        ...

    def peer_track_removed(self, peer: Peer, up_track: UpTrack) -> None:
        """The section went inactive, carries another track now, or the peer closes (then before `peer_closed`)."""
        ...


class Peer:
    """One peer connection. A publisher's uses `answer`; a subscriber's `offer` and `accept_answer`."""

    up_tracks: dict[str, UpTrack]
    """Published tracks by mid."""
    is_connected: bool

    def answer(self, offer_sdp: str) -> str:
        """Answer a client's offer; call again for each renegotiation. Raises SDPError on anything hostile or alien."""
        raise NotImplementedError

    def offer(self) -> str:
        """Our offer: data channels and the current down tracks. Call again after adding or removing down tracks.

        One offer at a time: wait for `accept_answer` before the next call.
        """
        raise NotImplementedError

    def accept_answer(self, answer_sdp: str) -> None:
        """Take the client's answer to the last `offer`; down tracks start to flow. Raises SDPError."""
        raise NotImplementedError

    def add_down_track(self, up: UpTrack, *, stream_id: str, track_id: str, now: float) -> DownTrack:
        """Subscribe this peer to `up`; flows after the next offer and answer. Raises ValueError beyond the limits.

        The section says `a=msid:<stream_id> <track_id>`; a free section of the same kind is reused.
        """
        raise NotImplementedError

    def remove_down_track(self, down: DownTrack) -> None:
        """Stop this subscription at once; its section turns inactive in the next `offer`. Unknown ones are ignored."""
        raise NotImplementedError

    def mid_of(self, down: DownTrack) -> str:
        """The section that carries `down`. Raises KeyError when it was removed."""
        raise NotImplementedError

    def send_data(self, label: str, payload: bytes) -> bool:
        """Send on the data channel `label`; False when dropped (not open, too large, or the buffer is full).

        Buffers: 128 kB for '_lossy', 4 MB for '_reliable'; beyond the latter the observer hears `peer_overflow`.
        """
        raise NotImplementedError

    def close(self, reason: str) -> None:
        """Say goodbye and forget everything; the observer hears `peer_closed` before this returns. Idempotent."""
        raise NotImplementedError

    @property
    def rtt_ms(self) -> float:
        """Round trip from the newest receiver report, 0.0 while unknown (a publisher's peer never knows)."""
        raise NotImplementedError

    @property
    def loss_down(self) -> float:
        """Worst share lost of what we send, 0.0..1.0, by the newest receiver reports."""
        raise NotImplementedError

    @property
    def loss_up(self) -> float:
        """Worst share lost of what this peer publishes, 0.0..1.0, over the last report interval."""
        raise NotImplementedError
