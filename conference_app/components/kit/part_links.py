"""The parts of a page that is too much for one: a row of links, the current one marked.

On a phone the row is moved by the thumb, so that it takes one line however many parts there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file
from conference_app.texts import localized_path

_LINK = (
    "h-9 pointer-coarse:h-11 px-3 inline-flex items-center whitespace-nowrap text-sm font-medium rounded-control text-ink-muted "
    "hover:text-ink focus-visible:-outline-offset-2 aria-[current]:bg-surface-raised aria-[current]:text-ink aria-[current]:shadow-card"
)
_ROW = "inline-flex gap-1 p-1 rounded-control bg-surface-sunken"


class LinkRow(Component):
    """A <nav> that scrolls sideways and begins where its current link can be seen."""

    library = browser_file(__file__, "link_row.tsx")
    tag = "LinkRow"
    label: rx.Var[str]


def view_links(label: str, views: Sequence[tuple[str, str, str]], current: rx.Var[str] | str) -> rx.Component:
    """Links to views of one thing side by side, each (address, name, title): as `tabs`, for what has an address."""
    links = [
        rx.el.a(
            title,
            href=href,
            class_name=_LINK,
            custom_attrs={"aria-current": rx.cond(rx.Var.create(current) == name, "page", None)},
        )
        for href, name, title in views
    ]
    return rx.el.nav(*links, aria_label=label, class_name=f"{_ROW} w-fit")


def part_links(label: str, parts: Sequence[tuple[str, str]], current: str) -> rx.Component:
    """Links to the `parts`, each (path, title)."""
    links = [
        rx.el.a(
            title,
            href=localized_path(path),
            class_name=_LINK,
            custom_attrs={"aria-current": "page"} if path == current else {},
        )
        for path, title in parts
    ]
    return LinkRow.create(
        rx.el.div(*links, class_name=_ROW),
        label=label,
        class_name="mb-8 -mx-4 px-4 sm:mx-0 sm:px-0 overflow-x-auto",
    )
