"""What stands where something is still coming, and how far it is."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.vars import Number, number_var
from conference_app.texts import _


def skeleton(extra: str = "h-4 w-full") -> rx.Component:
    """A grey place-holder of the shape that is coming."""
    return rx.el.div(class_name=f"rounded-control bg-line animate-pulse {extra}", custom_attrs={"aria-hidden": "true"})


def loading(*shapes: rx.Component) -> rx.Component:
    """Skeletons with one word for screen readers."""
    return rx.el.div(
        rx.el.span(_("Loading"), class_name="sr-only"), *shapes, role="status", class_name="grid gap-4", aria_busy=True
    )


def progress(label: str, value: Number) -> rx.Component:
    """How far something is, 0..100."""
    reached = number_var(value)
    return rx.el.div(
        rx.el.div(class_name="h-full rounded-full bg-accent", style={"width": f"{reached}%"}),
        role="progressbar",
        aria_label=label,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_valuenow=reached,
        class_name="h-2 rounded-full bg-line overflow-hidden",
    )
