"""What comes up above the page: questions, and words about a control."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file
from conference_app.components.kit.buttons import Text


class NativeDialog(Component):
    """The browser's modal dialog; `on_dismiss` fires on Escape and on a click beside it."""

    library = browser_file(__file__, "dialog.tsx")
    tag = "Dialog"
    open: rx.Var[bool]
    label: rx.Var[str]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


def dialog(
    title: Text,
    body: rx.Component,
    *actions: rx.Component,
    is_open: rx.Var[bool] | bool,
    on_dismiss: object,
    foot: rx.Component | None = None,
    long: Text = "",
) -> rx.Component:
    """A question that must be answered first. The safe answer stands first and has the focus.

    It is never higher than the window: `body` scrolls, while `foot`, such as a form, and `actions` stay in sight. A body
    that may be longer than that is `long`, by the name that its part of the dialog has for screen readers.
    """
    answers = [rx.el.div(*actions, class_name="flex flex-wrap justify-end gap-2 pt-6")] if actions else []
    region = {"tab_index": 0, "role": "region", "aria_label": long} if long else {}  # so that keys can scroll it
    below = [rx.el.div(*([foot] if foot else []), *answers, class_name="px-6 shrink-0")] if foot or answers else []
    return NativeDialog.create(
        rx.el.div(
            rx.el.h2(title, class_name="text-xl px-6 shrink-0"),
            rx.el.div(
                body,
                class_name=f"text-ink-muted mt-2 px-6 {'min-h-24 ' if long else ''}overflow-y-auto focus-visible:-outline-offset-2",
                **region,
            ),
            *below,
            class_name="flex flex-col max-h-[calc(100dvh-2rem)] overflow-y-auto py-6",
        ),
        open=is_open,
        label=title,
        on_dismiss=on_dismiss,
        class_name="m-auto w-[min(28rem,calc(100vw-2rem))] max-h-none rounded-card bg-surface-raised text-ink shadow-float",
    )


def tooltip(child: rx.Component, text: Text, tip_id: str) -> rx.Component:
    """A few more words on pointing at `child` or on focus; never the only place where something is said."""
    tip = rx.el.span(
        text,
        id=tip_id,
        role="tooltip",
        class_name=(
            "pointer-events-none absolute left-1/2 bottom-full -translate-x-1/2 mb-1.5 px-2 py-1 rounded-control bg-ink "
            "text-surface text-xs whitespace-nowrap opacity-0 group-hover/tip:opacity-100 group-focus-within/tip:opacity-100 "
            "transition-opacity duration-150"
        ),
    )
    return rx.el.span(child, tip, class_name="group/tip relative inline-flex", aria_describedby=tip_id)
