"""The places in our offers: numbered, stopped, used again, and limited."""

from __future__ import annotations

from typing import Any

import pytest

from media.errors import InvalidDescription
from media.transport.sdp import MAX_SECTIONS, Section
from media.transport.sdp_writer import LocalTransport, OutgoingSection
from media.transport.slots import MidsExhausted, Outgoing, Slots

LOCAL = LocalTransport("our1", "o" * 24, ":".join(["AB"] * 32), "actpass", ["192.0.2.1"], 7882)
NOTHING: Any = None


def subscription(slots: Slots) -> Outgoing:
    mid = slots.new_mid()
    outgoing = Outgoing(NOTHING, NOTHING, OutgoingSection("audio", mid, False, "PA", f"TR_{mid}", 5, 6))
    slots.place(outgoing)
    return outgoing


def answered(mid: str, direction: str = "recvonly", is_rejected: bool = False) -> Section:
    return Section("audio", "p", is_rejected, mid, direction, (), {}, "", "", (), {}, (), 5000, 65536, False, None)


def test_mids_count_on_in_letters_and_end() -> None:
    slots = Slots()
    mids = [slots.new_mid() for _ in range(36**3 - 1)]
    assert mids[:10] == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "a"]
    assert (mids[34], mids[35], mids[-1]) == ("z", "10", "zzz")
    assert len(set(mids)) == len(mids)
    with pytest.raises(MidsExhausted):
        slots.new_mid()


def test_a_place_is_free_only_when_the_client_agreed_that_it_stopped() -> None:
    slots = Slots()
    first = subscription(slots)
    slots.offer(LOCAL)
    slots.stop(first)
    assert slots.accept([answered(first.section.mid)]) == []
    second = subscription(slots)
    mids, lines = slots.offer(LOCAL)
    assert mids == [second.section.mid]
    assert len(lines) == 2  # The stopped one is told to the client in its own place.
    slots.accept([answered(first.section.mid, is_rejected=True), answered(second.section.mid)])
    third = subscription(slots)
    mids, lines = slots.offer(LOCAL)
    assert mids == [third.section.mid, second.section.mid]
    assert len(lines) == 2


def test_what_came_after_the_offer_waits_for_the_next() -> None:
    slots = Slots()
    first = subscription(slots)
    slots.offer(LOCAL)
    late = subscription(slots)
    assert [one for one, _ in slots.accept([answered(first.section.mid)])] == [first]
    slots.offer(LOCAL)
    both = [answered(first.section.mid), answered(late.section.mid)]
    assert [one for one, _ in slots.accept(both)] == [first, late]


def test_a_section_the_client_does_not_take_does_not_flow() -> None:
    slots = Slots()
    first = subscription(slots)
    slots.offer(LOCAL)
    assert slots.accept([answered(first.section.mid, "inactive")]) == []
    assert slots.accept([answered("", is_rejected=True)]) == []


def test_answers_that_do_not_fit_are_refused() -> None:
    slots = Slots()
    first = subscription(slots)
    slots.offer(LOCAL)
    with pytest.raises(InvalidDescription, match="more sections"):
        slots.accept([answered(first.section.mid), answered("9")])
    with pytest.raises(InvalidDescription, match="fit"):
        slots.accept([answered("9")])


def test_places_are_limited() -> None:
    slots = Slots()
    for _ in range(MAX_SECTIONS - 1):
        subscription(slots)
    for _ in range(3):
        with pytest.raises(ValueError, match="at a time"):
            subscription(slots)
    assert slots._next_mid == MAX_SECTIONS  # asking again and again uses up nothing
