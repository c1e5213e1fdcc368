"""The VP8 payload descriptor (RFC 7741 section 4.2): the clear bytes in front of each piece of a frame.

The frame behind it may be end-to-end encrypted; the key-frame bit of its first byte stays readable then too.
"""

from __future__ import annotations

from typing import NamedTuple


class VP8Descriptor(NamedTuple):
    """What the descriptor of one packet says; -1 stands for a field that is not there."""

    starts_frame: bool
    is_keyframe: bool
    """Whether this packet starts a key frame; false in the other packets of the same frame."""
    picture_id: int
    picture_id_at: int
    """Where the picture id stands in the payload."""
    has_long_picture_id: bool
    tl0picidx: int
    tl0picidx_at: int
    keyidx: int
    keyidx_at: int
    temporal_layer: int


def parse(payload: bytes) -> VP8Descriptor:
    """Read the descriptor and the first byte of the frame. Raises ValueError when the payload ends before that."""
    try:
        return _parse(payload)
    except IndexError as err:
        raise ValueError("VP8 payload is cut off") from err


def _parse(payload: bytes) -> VP8Descriptor:
    first = payload[0]
    present, position = (payload[1], 2) if first & 0x80 else (0, 1)
    picture_id, picture_id_at, is_long = -1, -1, False
    if present & 0x80:
        picture_id_at = position
        picture_id, is_long = _read_picture_id(payload, position)
        position += 2 if is_long else 1
    tl0picidx = tl0picidx_at = keyidx = keyidx_at = temporal_layer = -1
    if present & 0x40:
        tl0picidx, tl0picidx_at = payload[position], position
        position += 1
    if present & 0x30:
        if present & 0x20:
            temporal_layer = payload[position] >> 6
        if present & 0x10:
            keyidx, keyidx_at = payload[position] & 0x1F, position
        position += 1
    starts_frame = first & 0x17 == 0x10  # S set and partition index zero.
    return VP8Descriptor(
        starts_frame=starts_frame,
        is_keyframe=starts_frame and not payload[position] & 1,
        picture_id=picture_id,
        picture_id_at=picture_id_at,
        has_long_picture_id=is_long,
        tl0picidx=tl0picidx,
        tl0picidx_at=tl0picidx_at,
        keyidx=keyidx,
        keyidx_at=keyidx_at,
        temporal_layer=temporal_layer,
    )


def _read_picture_id(payload: bytes, at: int) -> tuple[int, bool]:
    """The picture id at `at`, and whether it takes two bytes (15 bits) and not one (7 bits)."""
    if payload[at] & 0x80:
        return (payload[at] & 0x7F) << 8 | payload[at + 1], True
    return payload[at], False


class VP8Munger:
    """Keeps picture id, TL0PICIDX and KEYIDX of one outgoing stream in line when its source changes.

    Offsets are all zero until the first change, so a stream with one source is passed on byte for byte.
    """

    __slots__ = ("_keyidx_offset", "_picture_id_offset", "_tl0_offset", "is_active", "newest")

    def __init__(self) -> None:
        self.is_active = False
        """Whether `rewrite` changes anything."""
        self.newest: VP8Descriptor | None = None
        """Incoming descriptor of the newest packet passed on; the down track sets it."""
        self._picture_id_offset = self._tl0_offset = self._keyidx_offset = 0

    def switch(self, descriptor: VP8Descriptor) -> None:
        """Continue with a new source whose first packet has `descriptor`, right after `newest`."""
        last = self.newest
        if last is not None:
            if last.picture_id >= 0 and descriptor.picture_id >= 0:
                sent = last.picture_id + self._picture_id_offset
                self._picture_id_offset = (sent + 1 - descriptor.picture_id) & 0x7FFF
            if last.tl0picidx >= 0 and descriptor.tl0picidx >= 0:
                self._tl0_offset = (last.tl0picidx + self._tl0_offset + 1 - descriptor.tl0picidx) & 0xFF
            if last.keyidx >= 0 and descriptor.keyidx >= 0:
                self._keyidx_offset = (last.keyidx + self._keyidx_offset + 1 - descriptor.keyidx) & 0x1F
        self.is_active = bool(self._picture_id_offset or self._tl0_offset or self._keyidx_offset)

    def rewrite(self, payload: bytes, descriptor: VP8Descriptor) -> bytes:
        """`payload` with the descriptor's counters moved by the offsets; its length never changes."""
        changed = bytearray(payload)
        at = descriptor.picture_id_at
        if at >= 0:
            moved = descriptor.picture_id + self._picture_id_offset
            if descriptor.has_long_picture_id:
                changed[at] = 0x80 | moved >> 8 & 0x7F
                changed[at + 1] = moved & 0xFF
            else:
                changed[at] = moved & 0x7F
        if descriptor.tl0picidx_at >= 0:
            changed[descriptor.tl0picidx_at] = (descriptor.tl0picidx + self._tl0_offset) & 0xFF
        at = descriptor.keyidx_at
        if at >= 0:
            changed[at] = changed[at] & 0xE0 | (descriptor.keyidx + self._keyidx_offset) & 0x1F
        return bytes(changed)
