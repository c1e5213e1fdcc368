"""Sentences with something in the middle that is no text: a link, or a value known only in the browser."""

from __future__ import annotations

import re

import reflex as rx

_SLOT = re.compile(r"\{(\w+)\}")


def slotted(text: str, **parts: rx.Component | rx.Var | str) -> rx.Component:
    """`text`, already translated, with each {name} replaced by `parts[name]`.

    Raises KeyError for a slot that is not given.
    """
    pieces: list[rx.Component | rx.Var | str] = []
    end = 0
    for slot in _SLOT.finditer(text):
        pieces += [text[end : slot.start()], parts[slot.group(1)]]
        end = slot.end()
    return rx.fragment(*[piece for piece in [*pieces, text[end:]] if not isinstance(piece, str) or piece])
