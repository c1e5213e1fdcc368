"""Surfaces and small signs: cards, headers, badges, banners, empty states, skeletons, tables, tabs, progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import reflex as rx

from conference_app.components.buttons import Text, button_class, icon
from conference_app.components.client import CopyButton, FullAddress, NativeDialog
from conference_app.components.fields import INPUT, LABEL
from conference_app.components.slots import slotted
from conference_app.texts import _

Tone = Literal["neutral", "accent", "ok", "warn", "danger"]

_TONES: dict[Tone, str] = {
    "neutral": "bg-surface-sunken text-ink-muted",
    "accent": "bg-accent-soft text-accent-ink",
    "ok": "bg-ok-soft text-ok",
    "warn": "bg-warn-soft text-warn",
    "danger": "bg-danger-soft text-danger-ink",
}
_TONE_ICONS: dict[Tone, str] = {
    "neutral": "info",
    "accent": "info",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "danger": "circle-alert",
}


def card(*children: rx.Component, extra: str = "p-5", **props: object) -> rx.Component:
    """A raised surface."""
    return rx.el.div(
        *children, class_name=f"bg-surface-raised border border-line rounded-card shadow-card {extra}", **props
    )


def section_header(title: Text, *actions: rx.Component, detail: Text = "") -> rx.Component:
    """A heading with what can be done beside it."""
    texts = [rx.el.h2(title, class_name="text-xl")]
    if detail:
        texts.append(rx.el.p(detail, class_name="text-sm text-ink-muted mt-1"))
    return rx.el.div(
        rx.el.div(*texts, class_name="min-w-0"),
        rx.el.div(*actions, class_name="flex items-center gap-2 shrink-0"),
        class_name="flex items-end justify-between gap-4 flex-wrap",
    )


def badge(label: Text, tone: Tone = "neutral", *, dot: bool = False) -> rx.Component:
    """A word about something's state; `dot` for what is live."""
    mark = [rx.el.span(class_name="size-1.5 rounded-full bg-current", custom_attrs={"aria-hidden": "true"})]
    return rx.el.span(
        *(mark if dot else []),
        label,
        class_name=f"inline-flex items-center gap-1.5 h-6 px-2 rounded-full text-xs font-medium whitespace-nowrap {_TONES[tone]}",
    )


def avatar(initials: Text, size: str = "size-9 text-sm") -> rx.Component:
    """A person's initials; their name stands beside it, so it is hidden from screen readers."""
    return rx.el.span(
        initials,
        class_name=f"grid place-items-center shrink-0 rounded-full bg-accent-soft text-accent-ink font-semibold {size}",
        custom_attrs={"aria-hidden": "true"},
    )


def banner(text: Text | rx.Component, kind: Tone = "neutral", *actions: rx.Component) -> rx.Component:
    """Something to know before going on."""
    return rx.el.div(
        icon(_TONE_ICONS[kind], 20, "mt-0.5"),
        rx.el.p(text, class_name="grow text-sm leading-6 text-ink min-w-0 wrap-anywhere"),
        *actions,
        class_name=f"flex items-start gap-3 p-3 rounded-control {_TONES[kind]}",
    )


def empty_state(icon_name: str, title: Text, detail: Text, action: rx.Component) -> rx.Component:
    """Nothing here yet: what this place is for, and the one thing to do."""
    return rx.el.div(
        rx.el.span(
            icon(icon_name, 24),
            class_name="grid place-items-center size-12 rounded-card bg-accent-soft text-accent-ink",
        ),
        rx.el.h2(title, class_name="text-xl mt-5"),
        rx.el.p(detail, class_name="text-ink-muted mt-2 mb-6 max-w-[46ch]"),
        action,
        class_name="flex flex-col items-start sm:items-center sm:text-center py-12 px-6 rounded-card border border-dashed border-line-strong/60",
    )


def skeleton(extra: str = "h-4 w-full") -> rx.Component:
    """A grey place-holder of the shape that is coming."""
    return rx.el.div(class_name=f"rounded-control bg-line animate-pulse {extra}", custom_attrs={"aria-hidden": "true"})


def loading(*shapes: rx.Component) -> rx.Component:
    """Skeletons with one word for screen readers."""
    return rx.el.div(
        rx.el.span(_("Loading"), class_name="sr-only"), *shapes, role="status", class_name="grid gap-4", aria_busy=True
    )


def copy_button(
    label: Text, text: Text, *, kind: Literal["primary", "secondary", "quiet"] = "secondary"
) -> rx.Component:
    """Copies `text` and says so in place. A path is completed with the page's address."""
    return CopyButton.create(
        icon("link", 18),
        label,
        text=text,
        done=_("Copied"),
        failed=_("Could not copy"),
        class_name=button_class(kind),
    )


def copy_field(label: Text, field_id: str, path: Text, button_label: Text) -> rx.Component:
    """An address in full, to read or to copy."""
    return rx.el.div(
        rx.el.label(label, html_for=field_id, class_name=LABEL),
        rx.el.div(
            FullAddress.create(id=field_id, path=path, class_name=f"{INPUT} font-mono text-sm min-w-0"),
            copy_button(button_label, path),
            class_name="flex flex-col sm:flex-row gap-2",
        ),
    )


def dialog(
    title: Text, body: rx.Component, *actions: rx.Component, is_open: rx.Var[bool] | bool, on_dismiss: object
) -> rx.Component:
    """A question that must be answered first. The safe answer stands first and has the focus."""
    return NativeDialog.create(
        rx.el.div(
            rx.el.h2(title, class_name="text-xl"),
            rx.el.div(body, class_name="text-ink-muted mt-2"),
            rx.el.div(*actions, class_name="flex flex-wrap justify-end gap-2 mt-6"),
            class_name="p-6",
        ),
        open=is_open,
        label=title,
        on_dismiss=on_dismiss,
        class_name="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-card bg-surface-raised text-ink shadow-float",
    )


def data_table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[rx.Component | Text]], *, narrow_first: bool = False
) -> rx.Component:
    """A table that turns into cards on a phone, each value under its column's name."""
    head = [rx.el.th(name, scope="col", class_name="px-4 py-2.5 text-left font-medium") for name in columns]
    body = [
        rx.el.tr(
            *[
                rx.el.td(
                    rx.el.span(
                        name, class_name="md:hidden text-xs text-ink-faint", custom_attrs={"aria-hidden": "true"}
                    ),
                    rx.el.span(value, class_name="min-w-0 wrap-anywhere"),
                    class_name="flex justify-between gap-4 md:table-cell px-4 py-1.5 md:py-3 align-top",
                )
                for name, value in zip(columns, row, strict=True)
            ],
            class_name="block md:table-row border-t border-line py-2 md:py-0",
        )
        for row in rows
    ]
    return card(
        rx.el.table(
            rx.el.caption(caption, class_name="sr-only"),
            rx.el.thead(rx.el.tr(*head), class_name="hidden md:table-header-group text-ink-muted"),
            rx.el.tbody(*body, class_name="block md:table-row-group tabular-nums"),
            class_name="block md:table w-full text-sm",
        ),
        extra="overflow-hidden",
    )


def tabs(label: str, items: Sequence[tuple[str, Text]], chosen: rx.Var[str] | str, on_choose: object) -> rx.Component:
    """Views of one thing side by side; an item is (value, title). The panel below is labelled by the page."""
    chosen = rx.Var.create(chosen)
    buttons = [
        rx.el.button(
            title,
            type="button",
            aria_pressed=chosen == value,
            on_click=on_choose(value),  # type: ignore[operator]
            class_name=(
                "h-9 px-3 text-sm font-medium rounded-control text-ink-muted hover:text-ink transition-colors duration-150 "
                "aria-pressed:bg-surface-raised aria-pressed:text-ink aria-pressed:shadow-card"
            ),
        )
        for value, title in items
    ]
    return rx.el.div(
        *buttons, role="group", aria_label=label, class_name="inline-flex gap-1 p-1 rounded-control bg-surface-sunken"
    )


def progress(label: str, value: rx.Var[int] | int) -> rx.Component:
    """How far something is, 0..100."""
    value = rx.Var.create(value)
    return rx.el.div(
        rx.el.div(class_name="h-full rounded-full bg-accent", style={"width": f"{value}%"}),
        role="progressbar",
        aria_label=label,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_valuenow=value,
        class_name="h-2 rounded-full bg-line overflow-hidden",
    )


def stepper(label: str, steps: Sequence[str], current: int) -> rx.Component:
    """The steps of a longer way; `current` counts from 0."""
    items = []
    for i, name in enumerate(steps):
        tone = "bg-accent text-on-accent" if i == current else _TONES["accent" if i < current else "neutral"]
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


def pagination(page: rx.Var[int] | int, pages: rx.Var[int] | int, on_back: object, on_next: object) -> rx.Component:
    """Back, next, and which page of how many."""
    page, pages = rx.Var.create(page), rx.Var.create(pages)
    return rx.el.nav(
        rx.el.button(
            _("Back"),
            type="button",
            disabled=page <= 1,
            on_click=on_back,
            class_name=button_class("secondary", "small"),
        ),
        rx.el.span(
            slotted(_("Page {page} of {pages}"), page=page, pages=pages),
            class_name="text-sm text-ink-muted tabular-nums",
        ),
        rx.el.button(
            _("Next"),
            type="button",
            disabled=page >= pages,
            on_click=on_next,
            class_name=button_class("secondary", "small"),
        ),
        aria_label=_("Pages"),
        class_name="flex items-center gap-3",
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
