"""Which peer a datagram is for: a check by the user fragment it names, all else by the address it comes from."""

from __future__ import annotations

from media.transport.ice_lite import MAX_ADDRESSES
from media.transport.peer import Peer
from media.transport.wire import Address

ADDRESS_OWNED_S = 10.0
"""An address that checked in for one peer within this time is not handed to another: its source could be forged."""


class AddressBook:
    """Every peer's user fragments and addresses."""

    def __init__(self) -> None:
        self._by_ufrag: dict[str, Peer] = {}
        self._by_address: dict[Address, Peer] = {}

    def register(self, ufrag: str, peer: Peer) -> None:
        """Lead checks for `ufrag` to `peer`."""
        self._by_ufrag[ufrag] = peer

    def unregister(self, ufrag: str) -> None:
        """Lead checks for `ufrag` nowhere."""
        self._by_ufrag.pop(ufrag, None)

    def named(self, ufrag: str) -> Peer | None:
        """The peer of a user fragment."""
        return self._by_ufrag.get(ufrag)

    def at(self, address: Address) -> Peer | None:
        """The peer that `address` belongs to."""
        return self._by_address.get(address)

    def claim(self, address: Address, peer: Peer, now: float) -> bool:
        """Let `address` belong to `peer`, whose authentic check came from it; False while it is another's."""
        owner = self._by_address.get(address)
        if owner is not None and owner is not peer:
            if now - owner.ice.addresses.get(address, 0.0) < ADDRESS_OWNED_S:
                return False
            self._release(address, owner)
        elif owner is None and len(peer.ice.addresses) >= MAX_ADDRESSES:
            oldest = min(peer.ice.addresses, key=peer.ice.addresses.__getitem__)
            self._release(oldest, peer)
        self._by_address[address] = peer
        peer.ice.addresses[address] = now
        return True

    def forget(self, peer: Peer) -> None:
        """Give up every address of `peer`."""
        for address in list(peer.ice.addresses):
            self._release(address, peer)

    def _release(self, address: Address, peer: Peer) -> None:
        if self._by_address.get(address) is peer:
            del self._by_address[address]
        peer.mux_address_lost(address)
