"""Sentences with something in the middle that is no text: a link, or a value known only in the browser."""

from __future__ import annotations

import functools
import operator
import re

import reflex as rx

_SLOT = re.compile(r"\{(\w+)\}")


def slotted(text: str, **parts: rx.Component | rx.Var | str) -> rx.Component:
    """`text`, already translated, with each {name} replaced by `parts[name]`.

    Raises KeyError for a slot that is not given.
    """
    pieces = [parts[piece] if at % 2 else piece for at, piece in enumerate(_SLOT.split(text))]
    return rx.fragment(*[piece for piece in pieces if not isinstance(piece, str) or piece])


def slotted_words(text: str, **parts: rx.Var[str] | str) -> rx.Var[str]:
    """The same as words without elements, for what takes no others, such as `aria_label`."""
    pieces = (rx.Var.create(parts[piece] if at % 2 else piece) for at, piece in enumerate(_SLOT.split(text)))
    return functools.reduce(operator.add, (piece.to(str) for piece in pieces))
