"""A part of a document that people read, in the language it was asked in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document, in the language it was asked in."""

    title: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    """A list after the paragraphs."""
