"""Words that must not be cut at the end of a line: browsers break after a hyphen, and "e-" alone is no word."""

from __future__ import annotations

import re

import reflex as rx

from conference_app.components.kit.buttons import Text

_WHOLE = re.compile(r"(\be-mail\w*)", re.IGNORECASE)


def unbroken(text: Text | rx.Component) -> Text | rx.Component:
    """`text` with each "e-mail" kept on one line. What only the browser knows stays as it is."""
    if not isinstance(text, str) or not _WHOLE.search(text):
        return text
    pieces = [one for one in _WHOLE.split(text) if one]
    return rx.fragment(*[_whole(one) if _WHOLE.fullmatch(one) else one for one in pieces])


def _whole(word: str) -> rx.Component:
    return rx.el.span(word, class_name="whitespace-nowrap")
