"""Header extensions of both forms, and the one block we write."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.extensions import (
    ABS_SEND_TIME_ID,
    BLOCK_HEADER,
    MID_ID,
    ONE_BYTE_PROFILE,
    audio_level,
    find,
    mid_word,
    send_time_word,
)


def test_our_block_reads_back() -> None:
    block = pack("!LL", send_time_word(1.5), mid_word("2z"))
    assert BLOCK_HEADER == 0xBEDE0002
    assert find(ONE_BYTE_PROFILE, block, MID_ID) == b"2z"
    assert find(ONE_BYTE_PROFILE, block, ABS_SEND_TIME_ID) == (0x60000).to_bytes(3, "big")


def test_send_time_wraps_after_64_seconds() -> None:
    assert send_time_word(0.25) == send_time_word(64.25)


@pytest.mark.parametrize("mid", ["", "abcd", "ąę"])
def test_a_mid_that_does_not_fit_is_refused(mid: str) -> None:
    with pytest.raises(ValueError, match="mid|ascii"):
        mid_word(mid)


def test_one_byte_form_skips_padding_and_stops_at_fifteen() -> None:
    data = b"\0\0\x10a" + b"\xf0\0" + b"\x20b"
    assert find(ONE_BYTE_PROFILE, data, 1) == b"a"
    assert find(ONE_BYTE_PROFILE, data, 2) is None


def test_two_byte_form() -> None:
    data = b"\x05\x03abc\0\x20\x00"
    assert find(0x1000, data, 5) == b"abc"
    assert find(0x1000, data, 0x20) == b""
    assert find(0x1000, data, 9) is None
    assert find(0xABCD, data, 5) is None


def test_an_element_that_is_cut_off_is_not_found() -> None:
    assert find(ONE_BYTE_PROFILE, b"\x13ab", 1) is None
    assert find(0x1000, b"\x01\x09ab", 1) is None


@given(st.sampled_from([ONE_BYTE_PROFILE, 0x1000, 0]), st.binary(max_size=64), st.integers(1, 255))
def test_no_block_breaks_the_search(profile: int, data: bytes, wanted: int) -> None:
    value = find(profile, data, wanted)
    assert value is None or value in data


def test_audio_level_is_negative_dbov() -> None:
    assert audio_level(b"\x80") == 0
    assert audio_level(b"\x7f") == -127
    assert audio_level(b"\xaa") == -42
    assert audio_level(None) is None
    assert audio_level(b"") is None
