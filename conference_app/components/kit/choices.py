"""Fields where one chooses: a box to tick, a switch, cards of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_base.event import EventType

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.fields import ERROR, HINT, LABEL, invalid, need_mark
from conference_app.components.kit.vars import text_var


def checkbox(label: rx.Component | Text, field_id: str, *, error: Text = "", **props: Any) -> rx.Component:
    """A box to tick, with its text beside it as the label."""
    return rx.el.div(
        rx.el.div(
            rx.el.input(
                id=field_id,
                name=field_id,
                type="checkbox",
                required=True,
                class_name="size-5 mt-0.5 shrink-0 accent-accent",
                aria_invalid=invalid(error),
                aria_describedby=f"{field_id}_error",
                **props,
            ),
            rx.el.label(label, html_for=field_id, class_name="grow text-sm leading-6 text-ink"),
            need_mark(extra="leading-6"),
            class_name="flex gap-3",
        ),
        rx.el.p(error, id=f"{field_id}_error", class_name=f"{ERROR} ml-8"),
    )


def switch(label: Text, field_id: str, *, help_text: Text = "", **props: Any) -> rx.Component:
    """A setting that is on or off at once: a checkbox announced as a switch."""
    track = (
        "peer relative appearance-none shrink-0 w-11 h-6 rounded-full bg-line-strong checked:bg-accent transition-colors "
        "duration-150 before:content-[''] before:absolute before:inset-x-0 before:-inset-y-2.5 after:content-[''] after:absolute after:top-0.5 after:left-0.5 after:size-5 after:rounded-full "
        "after:bg-white after:transition-transform after:duration-150 checked:after:translate-x-5 cursor-pointer"
    )
    texts = [rx.el.span(label, class_name="block text-sm font-medium")]
    if help_text:
        texts.append(rx.el.span(help_text, class_name=f"block {HINT}"))
    return rx.el.div(
        rx.el.label(*texts, html_for=field_id),
        rx.el.input(id=field_id, name=field_id, type="checkbox", role="switch", class_name=track, **props),
        class_name="flex items-center justify-between gap-4",
    )


def radio_cards(
    legend: Text, name: str, options: Sequence[tuple[str, str, str, str]], chosen: Text, on_change: EventType[str]
) -> rx.Component:
    """Cards of which one is chosen; an option is (value, icon name, title, description)."""
    is_chosen = text_var(chosen)
    cards = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=value,
                default_checked=is_chosen == value,
                on_change=on_change,
                class_name="sr-only peer",
            ),
            icon(icon_name, 20, "mt-0.5 text-ink-muted"),
            rx.el.span(
                rx.el.span(title, class_name="block text-sm font-medium"),
                rx.el.span(description, class_name=f"block {HINT}"),
            ),
            class_name=(
                "flex gap-3 p-3 rounded-control border border-line-strong/60 bg-surface-raised cursor-pointer "
                "transition-colors duration-150 hover:border-ink-faint has-checked:border-accent has-checked:bg-accent-soft "
                "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
            ),
        )
        for value, icon_name, title, description in options
    ]
    return rx.el.fieldset(
        rx.el.legend(legend, class_name=f"{LABEL} float-left"),
        need_mark(extra="float-right leading-5"),
        rx.el.div(*cards, class_name="grid gap-3 sm:grid-cols-2 clear-both"),
    )
