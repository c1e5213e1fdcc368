"""Colour arithmetic: contrast as WCAG 2.2 defines it, and shades that keep a hue while they meet a contrast.

Lightness is changed in OKLCH (Björn Ottosson's OKLab in polar form), where equal steps look equal and the hue stays.
Colours are written `#rrggbb`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def _channels(color: str) -> tuple[float, float, float]:
    """Red, green and blue of `#rrggbb` as linear light, 0..1 each."""
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def _hex(linear: Sequence[float]) -> str:
    def encode(value: float) -> int:
        value = min(max(value, 0.0), 1.0)
        return round(255 * (value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))

    return "#" + "".join(f"{encode(value):02x}" for value in linear)


def luminance(color: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = _channels(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _to_oklab(color: str) -> tuple[float, float, float]:
    red, green, blue = _channels(color)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return _hex(
        (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
    )


def lighter(color: str, step: float) -> str:
    """`color` with `step` (-1..1) added to its OKLab lightness; hue and chroma stay as far as sRGB can show them."""
    lightness, a, b = _to_oklab(color)
    return _from_oklab(min(max(lightness + step, 0.0), 1.0), a, b)


def mix(color: str, into: str, share: float) -> str:
    """`share` (0..1) of `color` in `into`, blended in OKLab."""
    one, other = _to_oklab(color), _to_oklab(into)
    lightness, a, b = (x * share + y * (1 - share) for x, y in zip(one, other, strict=True))
    return _from_oklab(lightness, a, b)


def readable(color: str, on: Sequence[str], ratio: float, direction: int) -> str:
    """`color` moved lighter (`direction` 1) or darker (-1) just until it has `ratio` against every colour in `on`.

    White or black at the end of the way, if nothing before it suffices.
    """
    for step in range(101):
        candidate = lighter(color, direction * step / 100)
        if all(contrast(candidate, other) >= ratio for other in on):
            return candidate
    return "#ffffff" if direction > 0 else "#000000"


def text_on(color: str) -> str:
    """White where it reads at 4.5 to 1 on `color`, else black, which then does."""

    return "#ffffff" if contrast("#ffffff", color) >= 4.5 else "#000000"
