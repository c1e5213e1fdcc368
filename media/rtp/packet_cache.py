"""The packets lately sent on one stream, for retransmission. Payloads are shared between all subscribers."""

from __future__ import annotations

from typing import NamedTuple


class SentPacket(NamedTuple):
    """What it takes to send a packet again."""

    sequence: int
    timestamp: int
    marker_and_type: int
    payload: bytes


class PacketCache:
    """A ring by outgoing sequence number; its size is fixed, so is its memory."""

    __slots__ = ("_mask", "_ring")

    def __init__(self, size: int) -> None:
        """`size` is a power of two, the number of packets kept."""
        if size <= 0 or size & (size - 1):
            raise ValueError("size must be a power of two")
        self._mask = size - 1
        self._ring: list[SentPacket | None] = [None] * size

    def put(self, packet: SentPacket) -> None:
        """Remember `packet` in the place of the one `size` numbers before it."""
        self._ring[packet.sequence & self._mask] = packet

    def get(self, sequence: int) -> SentPacket | None:
        """The packet sent as `sequence` (0..65535), unless it was never sent or is forgotten."""
        packet = self._ring[sequence & self._mask]
        return packet if packet is not None and packet.sequence == sequence else None

    def clear(self) -> None:
        """Forget everything: after a change of source old packets would only confuse the receiver."""
        self._ring = [None] * len(self._ring)
