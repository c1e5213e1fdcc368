"""Unrolling of sequence numbers, wraps and hostile jumps included."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.sequence import MAX_BACKWARD_JUMP, MAX_FORWARD_JUMP, SequenceUnwrapper

sequences = st.integers(0, 65535)


@given(sequences, st.lists(st.integers(-MAX_BACKWARD_JUMP, MAX_FORWARD_JUMP), max_size=60))
def test_unwrapping_follows_any_plausible_walk(first: int, steps: list[int]) -> None:
    unwrapper = SequenceUnwrapper()
    highest = unwrapper.unwrap(first)
    true_highest = 0
    for step in steps:
        number = unwrapper.unwrap((first + true_highest + step) % 65536)
        assert number == highest + step
        assert unwrapper.wire(number) == (first + true_highest + step) % 65536
        if step > 0:
            true_highest += step
            highest = number
    assert unwrapper.highest == highest
    assert unwrapper.jumps == 0


def test_a_single_outlier_is_dropped_and_changes_nothing() -> None:
    unwrapper = SequenceUnwrapper()
    first = unwrapper.unwrap(100)
    assert unwrapper.unwrap(40_000) == -1
    assert unwrapper.unwrap(101) == first + 1


def test_a_source_that_jumps_goes_on_right_after_what_was() -> None:
    unwrapper = SequenceUnwrapper()
    first = unwrapper.unwrap(100)
    assert unwrapper.unwrap(40_000) == -1
    assert unwrapper.unwrap(40_001) == first + 1
    assert unwrapper.jumps == 1
    assert unwrapper.unwrap(40_002) == first + 2
    assert unwrapper.wire(first + 2) == 40_002


@given(st.lists(sequences, max_size=300))
def test_no_input_moves_the_highest_by_more_than_the_limit(values: list[int]) -> None:
    unwrapper = SequenceUnwrapper()
    before = None
    for value in values:
        unwrapper.unwrap(value)
        if before is not None:
            assert 0 <= unwrapper.highest - before <= MAX_FORWARD_JUMP
        before = unwrapper.highest


def test_the_extended_number_counts_wraps() -> None:
    unwrapper = SequenceUnwrapper()
    unwrapper.unwrap(65_534)
    unwrapper.unwrap(3)
    assert unwrapper.extended() == 65_536 + 3
