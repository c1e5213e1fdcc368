"""The VP8 payload descriptor: every shape, every cut, and the change of a source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.vp8 import VP8Munger, parse

KEY, DELTA = b"\x00frame", b"\x01frame"


def long_form(picture_id: int, tl0: int = 5, tid: int = 1, keyidx: int = 3, *, starts: bool = True) -> bytes:
    """A descriptor with 15-bit picture id, TL0PICIDX, TID and KEYIDX, as Chromium writes it."""
    first = 0x90 if starts else 0x80
    return bytes([first, 0xF0, 0x80 | picture_id >> 8, picture_id & 0xFF, tl0, tid << 6 | keyidx])


def test_shortest_descriptor() -> None:
    assert parse(b"\x10" + KEY).is_keyframe
    assert not parse(b"\x10" + DELTA).is_keyframe
    assert parse(b"\x10" + DELTA).starts_frame
    assert parse(b"\x10" + KEY).picture_id == -1


def test_only_the_first_packet_of_a_keyframe_counts() -> None:
    assert not parse(b"\x00" + KEY).is_keyframe  # S is not set.
    assert not parse(b"\x11" + KEY).is_keyframe  # Not the first partition.


def test_full_descriptor() -> None:
    descriptor = parse(long_form(0x1234) + KEY)
    assert descriptor.is_keyframe
    assert (descriptor.picture_id, descriptor.tl0picidx, descriptor.keyidx) == (0x1234, 5, 3)
    assert descriptor.temporal_layer == 1
    assert descriptor.has_long_picture_id


def test_short_picture_id() -> None:
    descriptor = parse(b"\x90\x80\x45" + DELTA)
    assert descriptor.picture_id == 0x45
    assert not descriptor.has_long_picture_id


@pytest.mark.parametrize("length", range(6))
def test_a_cut_descriptor_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="cut off"):
        parse(long_form(300)[:length])


@given(st.binary(max_size=12))
def test_any_bytes_parse_or_are_refused(payload: bytes) -> None:
    try:
        descriptor = parse(payload)
    except ValueError:
        return
    assert descriptor.picture_id <= 0x7FFF
    munger = VP8Munger()
    munger.newest = parse(long_form(0x7FFF, 255) + DELTA)
    munger.switch(descriptor)
    assert len(munger.rewrite(payload, descriptor)) == len(payload)


@given(st.integers(0, 0x7FFF), st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(0, 255))
def test_a_new_source_continues_where_the_old_one_stopped(last: int, new: int, last_tl0: int, new_tl0: int) -> None:
    munger = VP8Munger()
    assert not munger.is_active
    munger.newest = parse(long_form(last, last_tl0, keyidx=31) + DELTA)
    payload = long_form(new, new_tl0, keyidx=9) + KEY
    munger.switch(parse(payload))
    sent = parse(munger.rewrite(payload, parse(payload)))
    assert sent.picture_id == (last + 1) & 0x7FFF
    assert sent.tl0picidx == (last_tl0 + 1) & 0xFF
    assert sent.keyidx == 0
    assert sent.is_keyframe
    assert sent.temporal_layer == 1


def test_two_changes_add_up() -> None:
    munger = VP8Munger()
    munger.newest = parse(long_form(100) + DELTA)
    munger.switch(parse(long_form(5000) + KEY))
    munger.newest = parse(long_form(5003) + DELTA)
    munger.switch(parse(long_form(7) + KEY))
    payload = long_form(7) + KEY
    assert parse(munger.rewrite(payload, parse(payload))).picture_id == 105


def test_the_first_source_is_untouched() -> None:
    munger = VP8Munger()
    munger.switch(parse(long_form(77) + KEY))
    assert not munger.is_active
