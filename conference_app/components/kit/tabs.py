"""Ways through what does not show at once: tabs and steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import reflex as rx
from reflex_base.event import EventType

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.surfaces import TONES
from conference_app.components.kit.vars import text_var


def tabs(
    label: str, items: Sequence[tuple[str, Text]], chosen: Text, on_choose: Callable[[str], EventType[()]]
) -> rx.Component:
    """Views of one thing side by side; an item is (value, title). The panel below is labelled by the page."""
    now = text_var(chosen)
    buttons = [
        rx.el.button(
            title,
            type="button",
            aria_pressed=now == value,
            on_click=on_choose(value),
            class_name=(
                "h-9 pointer-coarse:h-11 px-3 text-sm font-medium rounded-control text-ink-muted hover:text-ink transition-colors duration-150 "
                "aria-pressed:bg-surface-raised aria-pressed:text-ink aria-pressed:shadow-card"
            ),
        )
        for value, title in items
    ]
    return rx.el.div(
        *buttons, role="group", aria_label=label, class_name="inline-flex gap-1 p-1 rounded-control bg-surface-sunken"
    )


def stepper(label: str, steps: Sequence[str], current: int) -> rx.Component:
    """The steps of a longer way; `current` counts from 0."""
    items = []
    for i, name in enumerate(steps):
        tone = "bg-accent text-on-accent" if i == current else TONES["accent" if i < current else "neutral"]
        number = icon("check", 16) if i < current else rx.el.span(str(i + 1))
        items.append(
            rx.el.li(
                rx.el.span(
                    number, class_name=f"grid place-items-center size-7 rounded-full text-sm font-medium {tone}"
                ),
                rx.el.span(name, class_name="text-sm font-medium" if i == current else "text-sm text-ink-muted"),
                class_name="flex items-center gap-2",
                custom_attrs={"aria-current": "step"} if i == current else {},
            )
        )
    return rx.el.ol(*items, aria_label=label, class_name="flex flex-wrap gap-x-6 gap-y-2")
