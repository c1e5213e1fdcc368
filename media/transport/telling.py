"""Call a peer's observer so that a mistake of the observer ends nothing here."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from media.forwarding.up_track import UpTrack
from media.transport.ports import PeerObserver

if TYPE_CHECKING:
    from media.transport.peer import Peer

logger = logging.getLogger(__name__)


class Teller:
    """Calls one peer's observer. What the observer raises is logged and counted in `drops`, and goes no further."""

    def __init__(self, peer: Peer, observer: PeerObserver, drops: Counter[str]) -> None:
        self._peer = peer
        self._observer = observer
        self._drops = drops

    def connected(self) -> None:
        """Tell that ICE and DTLS are up."""
        self._tell(self._observer.peer_connected)

    def closed(self, reason: str) -> None:
        """Tell that the peer is gone, and why."""
        self._tell(self._observer.peer_closed, reason)

    def data(self, label: str, payload: bytes) -> None:
        """Pass on a message of the data channel `label`."""
        self._tell(self._observer.peer_data, label, payload)

    def data_open(self) -> None:
        """Tell that our `_reliable` can be written."""
        self._tell(self._observer.peer_data_open)

    def overflow(self) -> None:
        """Tell that the reliable send buffer is full."""
        self._tell(self._observer.peer_overflow)

    def track_added(self, track: UpTrack) -> None:
        """Tell that a section began to send."""
        self._tell(self._observer.peer_track_added, track)

    def track_removed(self, track: UpTrack) -> None:
        """Tell that a section stopped."""
        self._tell(self._observer.peer_track_removed, track)

    def _tell(self, method: Callable[..., None], *arguments: object) -> None:
        try:
            method(self._peer, *arguments)
        except Exception:
            # It must end neither the packet nor the other peers.
            logger.exception("observer failed in %s", getattr(method, "__name__", "a callback"))
            self._drops["observer_failed"] += 1
