"""A part of a document that people read, in the language it was asked in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """Something with a name, and what is to be said of it."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """What about it, and the words."""

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"{label}: {text}" for label, text in self.lines)])


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, in the language it was asked in."""

    title: str
    paragraphs: tuple[str, ...]
    points: tuple[str | Point, ...] = ()
    """A list after the paragraphs."""
