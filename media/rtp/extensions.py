"""RTP header extensions (RFC 8285): reading those of publishers, building the one block that we send.

Our block always has the same shape, three 32-bit words: 0xBEDE and a length of two words; abs-send-time; mid. So a
header for one subscriber is a single `struct` call. The two words fit because a mid here has at most three characters.
"""

from __future__ import annotations

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

ONE_BYTE_PROFILE = 0xBEDE
MID_ID = 1
"""The id of mid in our own offers."""
ABS_SEND_TIME_ID = 2
"""The id of abs-send-time in our own offers."""
BLOCK_HEADER = ONE_BYTE_PROFILE << 16 | 2
"""First word of the block: profile and length in words."""


def send_time_word(now: float) -> int:
    """The abs-send-time element for monotonic seconds `now`: 24 bits, 6.18 fixed point, wraps every 64 s."""
    return (ABS_SEND_TIME_ID << 4 | 2) << 24 | int(now * 262144) & 0xFFFFFF


def mid_word(mid: str) -> int:
    """The mid element for a mid of one to three ASCII characters, zero padded. Raises ValueError for others."""
    text = mid.encode("ascii")
    if not 1 <= len(text) <= 3:
        raise ValueError("mid must have one to three characters")
    return int.from_bytes(bytes([MID_ID << 4 | len(text) - 1]) + text.ljust(3, b"\0"), "big")


def find(profile: int, extensions: bytes, wanted: int) -> bytes | None:
    """The value of element `wanted` (id 1..14), or None; a block that is cut off holds what fits."""
    if profile == ONE_BYTE_PROFILE:
        return _find_one_byte(extensions, wanted)
    if profile & 0xFFF0 == 0x1000:
        return _find_two_byte(extensions, wanted)
    return None


def _find_one_byte(extensions: bytes, wanted: int) -> bytes | None:
    position, end = 0, len(extensions)
    while position < end:
        head = extensions[position]
        if head == 0:  # RFC 8285 section 4.2: padding between elements.
            position += 1
            continue
        identifier, length = head >> 4, (head & 0x0F) + 1
        if identifier == 15:  # Section 4.2: an id of 15 ends the processing.
            return None
        if identifier == wanted:
            value = extensions[position + 1 : position + 1 + length]
            return value if len(value) == length else None
        position += 1 + length
    return None


def _find_two_byte(extensions: bytes, wanted: int) -> bytes | None:
    position, end = 0, len(extensions)
    while position + 1 < end:
        identifier, length = extensions[position], extensions[position + 1]
        if identifier == 0:
            position += 1
            continue
        if identifier == wanted:
            value = extensions[position + 2 : position + 2 + length]
            return value if len(value) == length else None
        position += 2 + length
    return None


def audio_level(value: bytes | None) -> int | None:
    """The level in dBov (-127..0) inside an ssrc-audio-level element (RFC 6464), or None."""
    if not value:
        return None
    return -(value[0] & 0x7F)
