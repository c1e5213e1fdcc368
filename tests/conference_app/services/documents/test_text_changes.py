"""What changed between two texts: nothing is lost on the way, and what stayed is not called new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference_app.services.documents.text_changes import ParagraphChange, Piece, paragraph_changes, word_changes

WORDS = st.lists(st.sampled_from(["we", "keep", "your", "name", "for", "30", "days,", "no", "longer."]), max_size=8)
TEXTS = st.lists(WORDS.map(" ".join), max_size=6).map("\n\n".join)


def side(changes: list[ParagraphChange], without: str) -> str:
    """One of the two texts again, from its changes."""
    paragraphs = []
    for change in changes:
        kept = [piece.text for piece in change.pieces if piece.mark != without]
        if kept or change.kind != {"removed": "removed", "added": "added"}[without]:
            paragraphs.append("".join(kept))
    return "\n\n".join(paragraphs)


@given(TEXTS, TEXTS)
@pytest.mark.slow
def test_both_texts_can_be_read_out_of_their_changes(old: str, new: str) -> None:
    changes = paragraph_changes(old, new)
    assert side(changes, "removed") == new
    assert side(changes, "added") == old


@given(TEXTS)
def test_the_same_text_has_no_changes(text: str) -> None:
    assert {change.kind for change in paragraph_changes(text, text)} <= {"same"}


@pytest.mark.promise("P41")
def test_one_word_is_marked_inside_its_paragraph() -> None:
    old = "What we keep\n\nYour name, for 30 days.\n\nYour e-mail address."
    new = "What we keep\n\nYour name, for 60 days.\n\nYour e-mail address.\n\nNothing else."
    changed = [one for one in paragraph_changes(old, new) if one.kind != "same"]
    assert changed == [
        ParagraphChange(
            "changed",
            (
                Piece("same", "Your name, for "),
                Piece("removed", "30 "),
                Piece("added", "60 "),
                Piece("same", "days."),
            ),
        ),
        ParagraphChange("added", (Piece("added", "Nothing else."),)),
    ]


def test_a_paragraph_about_something_else_is_another_one() -> None:
    kinds = [one.kind for one in paragraph_changes("Cats are welcome here.", "Send no invoices by post, please.")]
    assert sorted(kinds) == ["added", "removed"]


def test_a_word_is_taken_whole() -> None:
    assert list(word_changes("for thirty days", "for thirteen days")) == [
        Piece("same", "for "),
        Piece("removed", "thirty "),
        Piece("added", "thirteen "),
        Piece("same", "days"),
    ]
