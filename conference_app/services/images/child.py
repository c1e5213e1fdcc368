"""Runs by itself, as `python -I child.py SIDE`: reads a picture from its input and writes it as a small WebP square.

Whoever starts it sets limits of time and memory for it (`decoding`), since a few bytes can ask a decoder for hours of
work. It ends with NO_PICTURE or TOO_MUCH for what it refuses; a decoder that breaks or is stopped ends it otherwise.
"""

from __future__ import annotations

import io
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

NO_PICTURE = 3
TOO_MUCH = 4
MAX_PIXELS = 40_000_000
"""Of a JPEG, which is made smaller while it is read: more than any phone takes."""
MAX_PIXELS_WHOLE = 16_000_000
"""Of other pictures, which are read whole, with 12 bytes for each pixel: a small file can claim many to eat our memory."""
MAX_SCANS = 100
"""Passes over a progressive JPEG; encoders write some ten, and each pass touches every pixel again."""
MAX_FRAMES = 500
"""Of a moving picture, of which the first frame is taken."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG = ("JPEG", "MPO")
"""Phones append a second view to a JPEG, which Pillow then calls MPO."""
_START_OF_SCAN = b"\xff\xda"
"""Cannot stand inside a scan, where each 0xff is followed by 0x00 or a restart marker (ITU-T T.81, B.1.1.2)."""


def square(data: bytes, side: int) -> bytes:
    """The picture as a WebP square of `side` pixels, upright, on white, without metadata.

    Raises OverflowError for one that would cost too much, and what Pillow raises for what it cannot read.
    """
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        _check_cost(opened, data)
        opened.draft("RGB", (2 * side, 2 * side))
        upright = ImageOps.exif_transpose(opened)
        fitted = ImageOps.fit(upright if upright.mode == "RGB" else upright.convert("RGBA"), (side, side))
    flat = Image.new("RGB", fitted.size, "white")
    flat.paste(fitted, mask=fitted if fitted.mode == "RGBA" else None)
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=82)
    return out.getvalue()


def _check_cost(opened: Image.Image, data: bytes) -> None:
    is_jpeg = opened.format in _JPEG
    if opened.width * opened.height > (MAX_PIXELS if is_jpeg else MAX_PIXELS_WHOLE):
        raise OverflowError("pixels")
    if is_jpeg and data.count(_START_OF_SCAN) > MAX_SCANS:
        raise OverflowError("scans")
    if getattr(opened, "n_frames", 1) > MAX_FRAMES:
        raise OverflowError("frames")


def main() -> int:
    """The exit status; the square goes to the output."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        made = square(sys.stdin.buffer.read(), int(sys.argv[1]))
    except (OverflowError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_MUCH
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return NO_PICTURE
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
