"""Choose which packets a subscriber gets again that it asks for: each a few times, spaced, within a share of the rate.

Without these limits a congested subscriber's requests fill the very link that loses packets.
"""

from __future__ import annotations

from collections.abc import Iterable

from media.rtp.packet_cache import PacketCache, SentPacket

MAX_TIMES = 3
MIN_INTERVAL_S = 0.1
"""Not again within this or two round trips, whichever is less: the last copy is probably still on its way."""
SHARE = 0.2
"""Of what was sent, so much may be sent again."""
BURST_BYTES = 40_000
"""What may be sent again at once; a lost key frame of a 720p camera fits."""
_MAX_TRACKED = 1024


class Retransmitter:
    """The history of one outgoing stream and the limits on sending from it."""

    __slots__ = ("_budget", "_octets_seen", "_resent", "cache")

    def __init__(self, cache_size: int) -> None:
        self.cache = PacketCache(cache_size)
        self._resent: dict[int, tuple[int, float]] = {}
        self._budget = float(BURST_BYTES)
        self._octets_seen = 0

    def choose(self, sequences: Iterable[int], octets_sent: int, rtt_s: float, now: float) -> list[SentPacket]:
        """Choose what to send again of `sequences` (wire numbers); `octets_sent` is the stream's total so far."""
        self._earn(octets_sent)
        interval = min(MIN_INTERVAL_S, 2 * rtt_s) if rtt_s > 0 else MIN_INTERVAL_S
        chosen: list[SentPacket] = []
        for sequence in sequences:
            packet = self.cache.get(sequence)
            if packet is None or len(packet.payload) > self._budget or not self._allows(sequence, interval, now):
                continue
            self._budget -= len(packet.payload)
            chosen.append(packet)
        return chosen

    def _earn(self, octets_sent: int) -> None:
        self._budget = min(BURST_BYTES, self._budget + SHARE * (octets_sent - self._octets_seen))
        self._octets_seen = octets_sent

    def _allows(self, sequence: int, interval: float, now: float) -> bool:
        times, last = self._resent.get(sequence, (0, float("-inf")))
        if now - last > 10.0:  # The number went around since.
            times = 0
        if times >= MAX_TIMES or now - last < interval:
            return False
        self._resent[sequence] = (times + 1, now)
        if len(self._resent) > _MAX_TRACKED:
            self._resent = {key: value for key, value in self._resent.items() if now - value[1] < 2.0}
        return True

    def clear(self) -> None:
        """Forget the history: the source changed."""
        self.cache.clear()
        self._resent.clear()
