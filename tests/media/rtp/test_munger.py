"""Outgoing numbers stay continuous whatever the source does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.munger import Munger


def started(number: int = 1000, sequence: int = 50, timestamp: int = 9000) -> Munger:
    munger = Munger(sequence, timestamp)
    munger.start(number, 123_456, 0)
    return munger


def test_the_first_packet_gets_the_seeds() -> None:
    munger = started()
    assert munger.map(1000) == 50
    assert munger.map_timestamp(123_456) == 9000
    assert munger.map_timestamp(123_456 + 3000) == 12_000


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("1000 1001 1002", [50, 51, 52]),
        ("1000 1003 1001", [50, 53, 51]),
        ("1000 -1001 1002", [50, 51]),
        ("1000 -1001 -1002 1003", [50, 51]),
        ("1000 -1002 1003 1001", [50, 52, 51]),
        ("1000 -1001 1002 -1003 1004 999", [50, 51, 52, -1]),
        ("1000 1001 -1002 1003 -1004 1005", [50, 51, 52, 53]),
    ],
)
def test_table(events: str, expected: list[int]) -> None:
    """A minus stands for a packet that is left out."""
    munger = started()
    sent: list[int] = []
    for event in events.split():
        if event.startswith("-"):
            assert munger.drop(int(event[1:]))
        else:
            sent.append(munger.map(int(event)))
    assert sent == expected


def test_a_late_packet_cannot_be_left_out_any_more() -> None:
    munger = started()
    munger.map(1000)
    munger.map(1002)
    assert not munger.drop(1001)
    assert munger.map(1001) == 51


@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(0, 65535))
def test_what_is_sent_has_no_holes_and_no_doubles(keeps: list[bool], sequence: int) -> None:
    munger = started(sequence=sequence)
    sent = [munger.map(1000)]
    for number, keep in enumerate(keeps, start=1001):
        if keep:
            sent.append(munger.map(number))
        else:
            assert munger.drop(number)
    assert sent == [(sequence + index) % 65536 for index in range(len(sent))]


@given(st.permutations(range(1000, 1012)), st.sets(st.integers(1001, 1011), max_size=5))
def test_reordering_never_sends_a_number_twice(order: list[int], padding: set[int]) -> None:
    munger = started()
    munger.map(1000)
    sent = {50: 1000}
    for number in order:
        if number == 1000 or (number in padding and munger.drop(number)):
            continue
        sequence = munger.map(number)
        if sequence >= 0:
            assert sequence not in sent
            sent[sequence] = number
    assert [sent[key] for key in sorted(sent)] == sorted(sent.values())


def test_a_new_source_follows_and_its_old_packets_do_not() -> None:
    munger = started()
    munger.map(1000)
    munger.map(1001)
    munger.timestamp = munger.map_timestamp(123_456 + 3000)
    munger.start(70_000, 5, 6000)
    assert munger.map(70_000) == 52
    assert munger.map_timestamp(5) == 9000 + 3000 + 6000
    assert munger.map(69_999) == -1
    assert munger.map(1001) == -1


def test_after_a_pause_numbers_continue_and_timestamps_show_the_gap() -> None:
    munger = started()
    munger.map(1000)
    munger.resume(1500)
    assert munger.map(1500) == 51
    assert munger.map_timestamp(123_456 + 90_000) == 99_000


def test_only_so_many_gaps_are_remembered() -> None:
    munger = started()
    munger.map(1000)
    for number in range(1001, 1201, 2):
        munger.drop(number)
        munger.map(number + 1)
    assert munger.map(1002) == -1
