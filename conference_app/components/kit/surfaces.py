"""Surfaces and small signs: cards, headers, badges, banners, empty states."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.unbroken import unbroken

Tone = Literal["neutral", "accent", "ok", "warn", "danger"]

TONES: dict[Tone, str] = {
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


def card(*children: rx.Component, extra: str = "p-5", **props: Any) -> rx.Component:
    """A raised surface."""
    return rx.el.div(
        *children, class_name=f"bg-surface-raised border border-line rounded-card shadow-card {extra}", **props
    )


def section_header(title: Text, *actions: rx.Component, detail: Text = "") -> rx.Component:
    """A heading with what can be done beside it."""
    texts: list[rx.Component] = [rx.el.h2(unbroken(title), class_name="text-xl")]
    if detail:
        texts.append(rx.el.p(unbroken(detail), class_name="text-sm text-ink-muted mt-1"))
    beside = [rx.el.div(*actions, class_name="flex items-center gap-2 shrink-0")] if actions else []
    return rx.el.div(
        rx.el.div(*texts, class_name="min-w-0"),
        *beside,
        class_name="flex items-end justify-between gap-4 flex-wrap",
    )


def badge(label: Text, tone: Tone = "neutral", *, dot: bool = False) -> rx.Component:
    """A word about something's state; `dot` for what is live."""
    mark = [rx.el.span(class_name="size-1.5 rounded-full bg-current", custom_attrs={"aria-hidden": "true"})]
    return rx.el.span(
        *(mark if dot else []),
        label,
        class_name=f"inline-flex items-center gap-1.5 h-6 px-2 rounded-full text-xs font-medium whitespace-nowrap {TONES[tone]}",
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
        rx.el.p(
            unbroken(text),
            class_name="grow text-sm leading-6 text-ink min-w-0 wrap-anywhere max-sm:basis-[calc(100%-2rem)]",
        ),
        *[rx.el.div(one, class_name="shrink-0 max-sm:ml-8") for one in actions],
        class_name=f"flex max-sm:flex-wrap items-start gap-3 p-3 rounded-control {TONES[kind]}",
    )


def empty_state(
    icon_name: str, title: Text, detail: Text, action: rx.Component | None = None, *, is_page: bool = False
) -> rx.Component:
    """Nothing here yet: what this place is for, and the one thing to do, if any; `is_page` if there is nothing else."""
    heading = rx.el.h1 if is_page else rx.el.h2
    return rx.el.div(
        rx.el.span(
            icon(icon_name, 24),
            class_name="grid place-items-center size-12 rounded-card bg-accent-soft text-accent-ink",
        ),
        heading(title, class_name="text-xl mt-5"),
        rx.el.p(detail, class_name="text-ink-muted mt-2 max-w-[46ch]"),
        *([rx.el.div(action, class_name="mt-6")] if action is not None else []),
        class_name="flex flex-col items-start sm:items-center sm:text-center py-12 px-6 rounded-card border border-dashed border-line-strong/60",
    )
