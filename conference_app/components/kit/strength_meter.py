"""How strong a password is, while it is typed."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import Text
from conference_app.components.kit.fields import HINT
from conference_app.components.kit.vars import Number, number_var
from conference_app.texts import _


def strength_meter(score: Number, advice: Text) -> rx.Component:
    """Four bars and a sentence for a password's strength, `score` 0..4 (-1: nothing typed)."""
    colors = ["bg-danger", "bg-danger", "bg-warn", "bg-ok", "bg-ok"]
    names = [_("Very weak"), _("Weak"), _("Fair"), _("Good"), _("Strong")]
    reached = number_var(score)
    color = rx.match(reached, *[(i, value) for i, value in enumerate(colors)], "")
    name = rx.match(reached, *[(i, value) for i, value in enumerate(names)], "")
    bars = [
        rx.el.span(
            class_name=rx.cond(reached >= i, f"h-1 rounded-full {color}", "h-1 rounded-full bg-line"),
            custom_attrs={"aria-hidden": "true"},
        )
        for i in range(1, 5)
    ]
    return rx.el.div(
        rx.el.div(*bars, class_name="grid grid-cols-4 gap-1 mt-2"),
        rx.el.p(
            rx.el.span(name, class_name="font-medium text-ink after:content-['._'] empty:hidden"),
            rx.el.span(advice),
            class_name=f"{HINT} mt-1.5 min-h-5",
            aria_live="polite",
        ),
    )
