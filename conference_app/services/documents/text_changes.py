"""What changed between two texts, paragraph by paragraph, and inside a paragraph word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Mark = Literal["same", "added", "removed"]
Kind = Literal["same", "added", "removed", "changed"]
ALIKE = 0.5
"""Two paragraphs of which at least so much agrees are one that was changed; others went and came. 0..1."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words that stayed, came or went."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph, and what became of its words."""

    kind: Kind
    pieces: tuple[Piece, ...]


def paragraph_changes(old: str, new: str) -> list[ParagraphChange]:
    """Every paragraph of both texts in the order of the new one; paragraphs stand between empty lines."""
    before, after = old.split("\n\n"), new.split("\n\n")
    found: list[ParagraphChange] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.extend(_whole("same", text) for text in before[i1:i2])
        else:
            found.extend(_replaced(before[i1:i2], after[j1:j2]))
    return found


def _whole(mark: Mark, text: str) -> ParagraphChange:
    return ParagraphChange(mark, (Piece(mark, text),))


def _replaced(gone: Sequence[str], come: Sequence[str]) -> Iterator[ParagraphChange]:
    """The paragraphs in `come`, each beside the one of `gone` it was made of, if there is one; their order stays."""
    at = 0
    for text in come:
        origin = next((index for index in range(at, len(gone)) if _are_alike(gone[index], text)), None)
        if origin is None:
            yield _whole("added", text)
            continue
        yield from (_whole("removed", lost) for lost in gone[at:origin])
        yield ParagraphChange("changed", tuple(word_changes(gone[origin], text)))
        at = origin + 1
    yield from (_whole("removed", lost) for lost in gone[at:])


def _are_alike(old: str, new: str) -> bool:
    return difflib.SequenceMatcher(None, _words(old), _words(new), autojunk=False).ratio() >= ALIKE


def _words(text: str) -> list[str]:
    """Words, each with the space after it."""
    return re.findall(r"\S+\s*", text)


def word_changes(old: str, new: str) -> Iterator[Piece]:
    """The words of one paragraph that stayed, went and came, in the order of reading."""
    before, after = _words(old), _words(new)
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[i1:i2]))
            continue
        if i1 < i2:
            yield Piece("removed", "".join(before[i1:i2]))
        if j1 < j2:
            yield Piece("added", "".join(after[j1:j2]))
