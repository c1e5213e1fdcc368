"""The ring of sent packets."""

from __future__ import annotations

import pytest

from media.rtp.packet_cache import PacketCache, SentPacket


def sent(sequence: int) -> SentPacket:
    return SentPacket(sequence, 0, 96, bytes([sequence & 0xFF]))


def test_it_keeps_the_newest_and_forgets_the_rest() -> None:
    cache = PacketCache(16)
    for sequence in range(65_530, 65_556):
        cache.put(sent(sequence & 0xFFFF))
    assert cache.get(65_530) is None
    assert cache.get(19) == sent(19)
    assert cache.get(4) == sent(4)
    assert cache.get(3) is None


def test_a_hole_does_not_give_an_old_packet() -> None:
    cache = PacketCache(16)
    cache.put(sent(5))
    assert cache.get(21) is None


def test_clear_forgets_everything() -> None:
    cache = PacketCache(16)
    cache.put(sent(5))
    cache.clear()
    assert cache.get(5) is None


@pytest.mark.parametrize("size", [0, 3, -16])
def test_only_powers_of_two(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        PacketCache(size)
