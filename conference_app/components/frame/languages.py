"""What is made once for all languages: the words of each, of which those of the page's own language show (base.css)."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from conference_app.config import LANGUAGES
from conference_app.texts import language


def in_each_language(words: Callable[[], rx.Component]) -> rx.Component:
    """What `words` makes in each language, for places that no page draws: it shows and is read out in one of them."""
    return rx.fragment(*[_in_language(code, words) for code in LANGUAGES])


def _in_language(code: str, words: Callable[[], rx.Component]) -> rx.Component:
    with language(code):
        return rx.el.div(words(), lang=code, class_name=f"only-{code}")
