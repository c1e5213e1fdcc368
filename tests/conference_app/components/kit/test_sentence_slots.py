"""A sentence keeps its words where its language puts them, around what is no text."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.sentence_slots import slotted, slotted_words


def test_parts_stand_where_the_sentence_says() -> None:
    assert [str(child) for child in slotted("a {one} b {two}", one="1", two="2").children] == [
        str(child) for child in rx.fragment("a ", "1", " b ", "2").children
    ]


def test_words_alone_are_one_value() -> None:
    assert str(slotted_words("{name} out", name=rx.Var("name"))) == '((""+name)+" out")'
