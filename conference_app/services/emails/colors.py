"""The colours of emails: the operator's accent, mixed so far that it can be read in the light and in the dark."""

from __future__ import annotations

import functools

from conference_app.config import settings

_BLACK, _WHITE, _DARK_CARD = "#000000", "#ffffff", "#161a23"


def _luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0..1 (WCAG 2.2)."""
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _toward(color: str, end: str, background: str) -> str:
    """`color`, mixed with `end` until it can be read on `background` (4.5:1)."""
    for step in range(21):
        mixed = [
            round(int(color[i : i + 2], 16) * (1 - step / 20) + int(end[i : i + 2], 16) * step / 20) for i in (1, 3, 5)
        ]
        made = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if contrast(made, background) >= 4.5:
            return made
    return end


@functools.lru_cache(maxsize=4)
def _palette(accent: str) -> dict[str, str]:
    """The operator's accent as a button's fill, the text on it, and links on the light and the dark card."""
    return {
        "accent": accent,
        "on_accent": max((_WHITE, _BLACK), key=lambda text: contrast(text, accent)),
        "accent_ink": _toward(accent, "#000000", _WHITE),
        "accent_dark": _toward(accent, "#ffffff", _DARK_CARD),
    }


def colors() -> dict[str, str]:
    """What the frame of an email is coloured with, by name."""
    return _palette(settings().accent_color)
