"""What a page shows, as Reflex's vars: where its types meet ours.

A var of a State class is typed as what it holds, `bool` or `list[Row]`; where a page is drawn it is a var of that, and
what one does with it happens in the browser. A component takes either, and makes a var of it here.
"""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx
from reflex_base.vars.number import BooleanVar, NumberVar
from reflex_base.vars.sequence import StringVar

Text = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Number = int | rx.Var[int]


def text_var(value: Text) -> StringVar[str]:
    """`value` to compare in the browser."""
    return value.to(str) if isinstance(value, rx.Var) else rx.Var.create(value)


def flag_var(value: Flag) -> BooleanVar:
    """`value` for `~`, `&` and `|` in the browser."""
    return value.to(bool) if isinstance(value, rx.Var) else rx.Var.create(value)


def number_var(value: Number) -> NumberVar[int]:
    """`value` to reckon with in the browser."""
    return value.to(int) if isinstance(value, rx.Var) else rx.Var.create(value)


def count(rows: Sequence[object]) -> NumberVar[int]:
    """How many `rows` of a State there are."""
    return rx.Var.create(rows).length()


def one_of(value: Text, *cases: tuple[str, rx.Component], otherwise: rx.Component) -> rx.Component:
    """The component of the case that `value` equals."""
    found = rx.match(value, *cases, otherwise)
    if not isinstance(found, rx.Component):
        raise TypeError("every case of a match of components is a component")
    return found
