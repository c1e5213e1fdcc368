"""Which holes are asked for, when, and when they are given up."""

from __future__ import annotations

from media.forwarding.nack import MAX_MISSING, MAX_TRIES, REORDER_S, MissingPackets


def test_reordering_is_tolerated() -> None:
    missing = MissingPackets()
    missing.add(5, 5, 1.0)
    assert missing.due(6, 1.0) == []
    assert missing.found(5)
    assert missing.due(9, 2.0) == []


def test_two_newer_packets_or_twenty_milliseconds_make_it_lost() -> None:
    missing = MissingPackets()
    missing.add(5, 6, 1.0)
    assert missing.due(7, 1.0) == [5]
    assert missing.due(7, 1.0 + REORDER_S) == [6]


def test_requests_are_spaced_and_end() -> None:
    missing = MissingPackets()
    missing.add(5, 5, 0.0)
    asked = [at for at in range(1000) if missing.due(100, at / 100)]
    assert len(asked) == MAX_TRIES
    gaps = [later - earlier for earlier, later in zip(asked, asked[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert len(missing) == 0
    assert not missing.found(5)


def test_an_outage_is_given_up_at_once() -> None:
    missing = MissingPackets()
    assert missing.add(1, 10, 0.0)
    assert not missing.add(20, 20 + MAX_MISSING, 0.0)
    assert len(missing) == 0
