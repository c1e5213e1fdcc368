"""One UDP socket for all peers: datagrams find their peer by ICE user fragment first, then by address."""

from __future__ import annotations

from collections import Counter

from media.transport.peer import Peer, PeerObserver


class UDPMux:
    """The media socket, the peers behind it, and the one timer that serves them all."""

    counters: Counter[str]
    """Plain totals: packets_in, bytes_in, packets_out, bytes_out, and drop_<reason> for everything refused."""
    peers: set[Peer]

    @classmethod
    async def open(cls, host: str, port: int, *, announce_ip: str | None = None) -> UDPMux:
        """Bind `host`:`port` (0 picks a free port, see `port`) and start reading.

        `announce_ip` is the address put into our SDP, by default `host`; needed when `host` is a wildcard.
        Raises OSError when the address cannot be bound and ValueError when there is nothing to announce.
        """
        raise NotImplementedError

    @property
    def port(self) -> int:
        """The bound UDP port."""
        raise NotImplementedError

    def create_peer(self, observer: PeerObserver) -> Peer:
        """A new peer connection, not yet negotiated; it lives until `Peer.close` or 30 s without consent."""
        raise NotImplementedError

    def close(self) -> None:
        """Close all peers (observers hear it) and the socket."""
        raise NotImplementedError

    async def wait_closed(self) -> None:
        """After `close`: wait for the DTLS goodbyes, at most 2 s."""
        raise NotImplementedError
