"""Buttons and links that look like buttons."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from conference_app.components.kit.vars import Flag, Text, flag_var
from conference_app.texts import _

Kind = Literal["primary", "secondary", "quiet", "danger"]
Size = Literal["small", "normal", "large"]

_BASE = (
    "inline-flex items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap select-none "
    "transition-colors duration-150 disabled:opacity-60"
)
_KINDS: dict[Kind, str] = {
    "primary": "bg-accent text-on-accent hover:bg-accent-hover",
    "secondary": "bg-surface-raised text-ink border border-line-strong/60 hover:bg-surface-sunken",
    "quiet": "text-ink-muted hover:text-ink hover:bg-surface-sunken",
    "danger": "bg-danger text-on-danger hover:bg-danger-hover",
}
LINK = "text-accent-ink font-medium underline underline-offset-4 decoration-1 hover:decoration-2"
"""The classes of a link in a sentence."""
_SIZES: dict[Size, str] = {
    "small": "h-8 px-3 text-sm pointer-coarse:h-11",
    "normal": "h-[var(--control-height)] px-4 text-sm",
    "large": "h-12 px-5 text-base",
}

_PLAIN: dict[str, Any] = {"type": "button"}
"""A button that sends no form, unless its props say otherwise."""


def button_class(kind: Kind = "primary", size: Size = "normal", extra: str = "") -> str:
    """The classes of a button, for elements that are not made here."""
    return f"{_BASE} {_KINDS[kind]} {_SIZES[size]} {extra}".strip()


def icon(name: str, size: int = 18, extra: str = "") -> rx.Component:
    """A lucide icon hidden from screen readers: its button or text names it."""
    return rx.icon(
        name, size=size, stroke_width=1.75, class_name=f"shrink-0 {extra}", custom_attrs={"aria-hidden": "true"}
    )


def spinner() -> rx.Component:
    """A turning ring."""
    return rx.el.span(
        class_name="size-4 rounded-full border-2 border-current border-t-transparent animate-spin",
        custom_attrs={"aria-hidden": "true"},
    )


def button(
    label: Text,
    *,
    kind: Kind = "primary",
    size: Size = "normal",
    icon_name: str = "",
    busy: Flag = False,
    disabled: Flag = False,
    extra: str = "",
    **props: Any,
) -> rx.Component:
    """A button that says what happens. While `busy` it keeps its width, shows a ring and takes no click."""
    face = rx.el.span(
        *([icon(icon_name)] if icon_name else []),
        rx.el.span(label) if isinstance(label, rx.Var) else label,
        class_name=rx.cond(busy, "invisible", "inline-flex items-center gap-2"),
    )
    ring = rx.cond(
        busy,
        rx.el.span(
            spinner(),
            rx.el.span(_("Please wait"), class_name="sr-only"),
            class_name="absolute inset-0 grid place-items-center",
        ),
    )
    return rx.el.button(
        face,
        ring,
        class_name=button_class(kind, size, f"relative {extra}"),
        disabled=flag_var(busy) | flag_var(disabled),
        **(_PLAIN | props),
    )


def submit_button(label: Text, *, busy: Flag = False, extra: str = "", **props: Any) -> rx.Component:
    """The button that sends its form; it waits for the page to be alive, so that no form leaves the browser's own way."""
    return button(
        label,
        busy=busy,
        type="submit",
        extra=f"disabled:opacity-100 {extra}",
        disabled=~flag_var(rx.State.is_hydrated),
        **props,
    )


def link_button(
    label: Text, href: Text, *, kind: Kind = "primary", size: Size = "normal", icon_name: str = "", extra: str = ""
) -> rx.Component:
    """A link in a button's clothes."""
    return rx.el.a(
        *([icon(icon_name)] if icon_name else []), label, href=href, class_name=button_class(kind, size, extra)
    )


def icon_button(name: str, label: Text, *, kind: Kind = "quiet", extra: str = "", **props: Any) -> rx.Component:
    """A square button with an icon only; `label` is its name for screen readers and its tooltip."""
    return rx.el.button(
        icon(name, 20),
        aria_label=label,
        title=label,
        class_name=button_class(kind, "normal", f"!px-0 w-[var(--control-height)] {extra}"),
        **(_PLAIN | props),
    )


def text_link(label: Text, href: Text, **props: Any) -> rx.Component:
    """A link inside a sentence."""
    return rx.el.a(
        label,
        href=href,
        class_name=LINK,
        **props,
    )
