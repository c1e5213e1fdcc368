"""Pages to read: one column, headings, paragraphs, lists; whole in the built page, so they need no JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.kit.buttons import icon
from conference_app.components.kit.plain_elements import PlainLink
from conference_app.components.kit.surfaces import banner
from conference_app.components.kit.unbroken import unbroken
from conference_app.config import settings
from conference_app.services.documents.section import Point
from conference_app.texts import _


def reading_page(title: str, *children: rx.Component, wide: bool = False) -> rx.Component:
    """A page with a title above what there is to read; `wide` for tables."""
    width = "max-w-page" if wide else "max-w-reading"
    return visitor_frame(
        rx.el.article(
            rx.el.h1(unbroken(title), class_name="mb-2"),
            *children,
            class_name=f"grid grid-cols-1 gap-4 {width} mx-auto px-4 sm:px-6 py-12 sm:py-16",
        )
    )


def contents(titles: Sequence[str]) -> rx.Component:
    """The ways to the parts of a long page, folded so that the page begins with what it says.

    The part of each title has the id that `part_id` makes of its place.
    """
    link = "block py-1 pointer-coarse:py-2.5 text-sm leading-6 text-accent-ink hover:underline underline-offset-4"
    links = [
        rx.el.li(PlainLink.create(unbroken(title), href=f"#{part_id(place)}", class_name=f"{link} rounded-control"))
        for place, title in enumerate(titles)
    ]
    return rx.el.nav(
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", 18, "transition-transform duration-150 group-open:rotate-90"),
                _("On this page"),
                class_name="flex items-center gap-2 px-3 h-11 text-sm font-medium text-ink rounded-card",
            ),
            rx.el.ol(*links, class_name="grid sm:grid-cols-2 gap-x-6 pl-10 pr-4 pb-3"),
            class_name="group rounded-card border border-line bg-surface-raised",
        ),
        aria_label=_("On this page"),
    )


def part_id(place: int) -> str:
    """The id of the part at `place`, counted from 0, of a page with `contents`."""
    return f"part-{place + 1}"


def reading_section(
    title: str, paragraphs: Sequence[str], points: Sequence[str | Point] = (), *, anchor: str = ""
) -> rx.Component:
    """A heading, its paragraphs and a list; `anchor` is the id that links lead to."""
    named, plain = [one for one in points if isinstance(one, Point)], [one for one in points if isinstance(one, str)]
    return rx.el.section(
        *([rx.el.h2(unbroken(title), class_name="text-xl mt-6")] if title else []),
        *[rx.el.p(unbroken(text), class_name="text-ink leading-7 wrap-anywhere") for text in paragraphs],
        *([_list(plain)] if plain else []),
        *[_named(one) for one in named],
        id=anchor or None,
        class_name="grid grid-cols-1 gap-3",
    )


def _list(points: Sequence[str]) -> rx.Component:
    return rx.el.ul(
        *[rx.el.li(unbroken(text), class_name="leading-7 wrap-anywhere") for text in points],
        class_name="list-disc pl-5 grid gap-2 text-ink",
    )


def _named(point: Point) -> rx.Component:
    lines = [
        rx.el.div(
            rx.el.dt(unbroken(label), class_name="text-sm font-medium text-ink"),
            rx.el.dd(unbroken(text), class_name="text-sm leading-6 text-ink-muted"),
        )
        for label, text in point.lines
    ]
    return rx.el.section(
        rx.el.h3(unbroken(point.title), class_name="text-base tracking-normal"),
        rx.el.dl(*lines, class_name="grid gap-2"),
        class_name="grid grid-cols-1 gap-2 py-4 border-t border-line wrap-anywhere",
    )


def example_notice() -> rx.Component:
    """Says, outside production, that the operator has not said who he is yet."""
    examples = settings().controller.examples
    if not examples:
        return rx.fragment()
    text = _("This server is not set up yet: {names} are examples.", names=", ".join(examples))
    return banner(text, "warn")
