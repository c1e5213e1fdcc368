"""Looks for what people said in what passed and is kept: in frames, data packets, files and the memory of processes."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from aiortc.codecs.base import Decoder
from aiortc.codecs.opus import OpusDecoder, OpusEncoder
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.jitterbuffer import JitterFrame
from av import AudioFrame
from av.error import FFmpegError
from livekit.protocol import models

RATE = 48_000
TAG_BYTES = 16
IV_BYTES = 12
RING = 16
CHUNK = 8 << 20
MAX_MEMORY = 2 << 30
"""Bytes of one process that are read."""


def is_sealed(frame: bytes, kind: str) -> bool:
    """Whether a frame has the form that livekit-client seals: header, ciphertext, tag, IV, its length, key index."""
    return len(frame) > header_of(frame, kind) + TAG_BYTES + IV_BYTES and frame[-2] == IV_BYTES and frame[-1] < RING


def header_of(frame: bytes, kind: str) -> int:
    """How many bytes are clear: Opus' table of contents, VP8's frame header (ten bytes of a key frame, else three)."""
    return 1 if kind == "audio" else 3 if frame[0] & 1 else 10


def body_of(frame: bytes, kind: str) -> bytes:
    """What must be noise: ciphertext and tag."""
    return frame[header_of(frame, kind) : -IV_BYTES - 2]


def unevenness(data: bytes) -> float:
    """Chi-squared of the bytes against all being as frequent: 255 ± 23 for noise, a multiple of it for anything else."""
    expected, counts = len(data) / 256, Counter(data)
    return sum((counts[byte] - expected) ** 2 for byte in range(256)) / expected


def tone_share(frames: list[bytes], hertz: int) -> float:
    """The share of one tone in the loudness of Opus frames, decoded as if they were clear; 0..1."""
    decoder = OpusDecoder()
    heard = _decoded(decoder, frames, 960)
    samples = np.concatenate([np.zeros(100), *(one.to_ndarray().reshape(-1, 2)[:, 0] for one in heard)])
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    at = round(hertz * len(samples) / RATE)
    return float(power[at - 5 : at + 6].sum() / max(power[1:].sum(), 1.0))


def clear_tone(hertz: int, count: int) -> list[bytes]:
    """Opus frames of a tone that nobody has sealed."""
    encoder, frames = OpusEncoder(), []
    for index in range(count):
        times = (np.arange(960) + 960 * index) / RATE
        mono = (np.sin(2 * np.pi * hertz * times) * 12_000).astype(np.int16)
        frame = AudioFrame.from_ndarray(np.repeat(mono, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 960 * index, Fraction(1, RATE)
        frames += encoder.encode(frame)[0]
    return frames


def colours(frames: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """The colour in the middle of VP8 frames, decoded as if they were clear; none for those that no decoder takes."""
    for picture in _decoded(Vp8Decoder(), frames, 3000):
        shown = picture.to_ndarray(format="rgb24")
        red, green, blue = shown[shown.shape[0] // 2, shown.shape[1] // 2].tolist()
        yield red, green, blue


def _decoded(decoder: Decoder, frames: list[bytes], ticks: int) -> Iterator[Any]:
    """What a decoder makes of frames; those that it refuses are skipped."""
    for index, frame in enumerate(frames):
        with suppress(FFmpegError):
            yield from decoder.decode(JitterFrame(frame, ticks * index))


def kind_of(payload: bytes) -> str:
    """What a payload of a data channel is, by its field in DataPacket."""
    return models.DataPacket.FromString(payload).WhichOneof("value") or ""


def forms(text: str) -> list[bytes]:
    """A text as it could stand somewhere: UTF-8, UTF-16, hexadecimal, and base64 at each of its three offsets."""
    plain = text.encode()
    coded = [base64.b64encode(bytes(skip) + plain)[4 if skip else 0 : -4] for skip in range(3)]
    return [plain, text.encode("utf-16-le"), plain.hex().encode(), *coded]


def is_in(data: bytes, text: str) -> bool:
    """Whether `text` stands in `data` in one of its forms."""
    return any(form in data for form in forms(text))


def files_with(folder: Path, text: str) -> list[str]:
    """The files below `folder` in which `text` stands."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and is_in(path.read_bytes(), text)]


def is_in_memory(pid: int, text: str) -> bool:
    """Whether `text` stands in memory that the process has written; 2 GB are looked at."""
    return any(is_in(chunk, text) for chunk in _memory(pid))


def _memory(pid: int) -> Iterator[bytes]:
    """The writable memory of a process in pieces that overlap a little."""
    left = MAX_MEMORY
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not found:
                continue
            start, end = (int(group, 16) for group in found.groups())
            for at in range(start, end, CHUNK):
                if left <= 0:
                    return
                left -= CHUNK
                try:
                    memory.seek(at)
                    yield memory.read(min(CHUNK + 1024, end - at))
                except (OSError, ValueError):  # a mapping that went away, or one of a device
                    continue
