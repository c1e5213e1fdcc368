"""What stands around a peer: who hears about it, and the mux that carries it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from media.forwarding.up_track import UpTrack
from media.transport.wire import Wire

if TYPE_CHECKING:
    from media.transport.address_book import AddressBook
    from media.transport.peer import Peer


class PeerObserver(Protocol):
    """Who hears what happens to a peer. Called on the event loop, in order, never after `peer_closed`."""

    def peer_connected(self, peer: Peer) -> None:
        """ICE and DTLS are up for the first time."""
        ...

    def peer_closed(self, peer: Peer, reason: str) -> None:
        """The peer is gone: `close()` was called, consent expired, DTLS ended, or it misbehaved. Called once."""
        ...

    def peer_data_open(self, peer: Peer) -> None:
        """Our own `_reliable` channel on a subscriber's peer can be written; called once."""
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


class PeerHost(Protocol):
    """What a peer needs of the mux that carries it."""

    wire: Wire
    book: AddressBook
    announced_ips: tuple[str, ...]
    """Where clients reach us, the preferred address first."""
    ntp_offset_s: float

    @property
    def port(self) -> int: ...

    def clock(self) -> float: ...
    def forget(self, peer: Peer) -> None: ...
    def finish(self, goodbye: Coroutine[Any, Any, None]) -> None: ...
