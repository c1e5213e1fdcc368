"""Splitting a session description (RFC 8866) into sections of attributes, with bounds on everything."""

from __future__ import annotations

from collections.abc import Sequence

from media.errors import InvalidDescription
from media.transport.sdp import MAX_SECTIONS

MAX_CHARACTERS = 512 * 1024
MAX_LINE = 8192
"""Characters of one line; the longest of a browser is the BUNDLE group with about 500."""
MAX_ATTRIBUTES = 600
"""Lines of one section; Chromium with every codec it has writes about 150."""
MAX_LINES = 25_600
"""Lines of all kinds, empty ones too: MAX_SECTIONS as long as Chromium's longest."""


class Attributes:
    """The `a=` lines of the session or of one section, by name and in the order they came."""

    __slots__ = ("_by_name", "_count")

    def __init__(self) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._count = 0

    def add(self, text: str) -> None:
        """Take `name` or `name:value`. Raises InvalidDescription beyond MAX_ATTRIBUTES."""
        if self._count >= MAX_ATTRIBUTES:
            raise InvalidDescription("section has too many attributes")
        self._count += 1
        name, _, value = text.partition(":")
        self._by_name.setdefault(name, []).append(value.strip())

    def has(self, name: str) -> bool:
        """Whether there is an attribute `name`."""
        return name in self._by_name

    def value(self, name: str) -> str:
        """The first value of `name`, empty without."""
        return self.values(name)[0] if self.has(name) else ""

    def values(self, name: str) -> Sequence[str]:
        """All values of `name`."""
        return self._by_name.get(name, ())

    def first_of(self, names: Sequence[str]) -> str:
        """Which of `names` came first, empty when none did."""
        return next((name for name in self._by_name if name in names), "")


def split(text: str) -> tuple[Attributes, list[tuple[str, Attributes]]]:
    """The session's attributes, and each media line with those of its section. Raises InvalidDescription."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidDescription("description is too large")
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        raise InvalidDescription("description has too many lines")
    current = session = Attributes()
    media: list[tuple[str, Attributes]] = []
    for line in lines:
        if len(line) > MAX_LINE:
            raise InvalidDescription("line is too long")
        if line.startswith("m="):
            if len(media) >= MAX_SECTIONS:
                raise InvalidDescription("description has too many sections")
            current = Attributes()
            media.append((line[2:], current))
        elif line.startswith("a="):
            current.add(line[2:])
    return session, media


def number(text: str, low: int, high: int, what: str) -> int:
    """`text` as a decimal number from `low` to `high`. Raises InvalidDescription that names `what`."""
    if not text.isascii() or not text.isdecimal() or len(text) > 12 or not low <= int(text) <= high:
        raise InvalidDescription(f"{what} is not a number in its range")
    return int(text)
