"""The product's sign and name, from the operator's settings."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.theme import ARCS
from conference_app.config import settings
from conference_app.texts import _, localized_path


def mark(size: int = 28) -> rx.Component:
    """The sign alone, `size` CSS pixels wide; the name beside it or the link around it says what it is."""
    if logo := settings().logo_path:
        return rx.el.img(src=logo, alt="", width=size, height=size)
    arcs = [
        rx.el.svg.path(d=arc, fill="none", stroke="var(--on-accent)", stroke_width="3.4", stroke_linecap="round")
        for arc in ARCS
    ]
    return rx.el.svg(
        rx.el.svg.rect(width="32", height="32", rx="9", fill="var(--accent)"),
        *arcs,
        view_box="0 0 32 32",
        width=str(size),
        height=str(size),
        class_name="shrink-0",
        custom_attrs={"aria-hidden": "true"},
    )


def wordmark(size: int = 28) -> rx.Component:
    """Sign and name."""
    return rx.el.span(
        mark(size),
        rx.el.span(
            settings().brand_name,
            class_name="notranslate text-lg font-semibold tracking-tight text-ink",
            custom_attrs={"translate": "no"},
        ),
        class_name="inline-flex items-center gap-2.5",
    )


def home_link() -> rx.Component:
    """The way to the start page."""
    return rx.el.a(
        wordmark(),
        href=localized_path("/"),
        aria_label=_("{brand}, start page", brand=settings().brand_name),
        class_name="inline-flex items-center rounded-control pointer-coarse:min-h-11",
    )
