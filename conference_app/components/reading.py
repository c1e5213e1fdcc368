"""Pages to read: one column, headings, paragraphs, lists; whole in the built page, so they need no JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from conference_app.components.page_frame import visitor_frame
from conference_app.components.surfaces import banner
from conference_app.components.unbroken import unbroken
from conference_app.config import settings
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


def reading_section(title: str, paragraphs: Sequence[str], points: Sequence[str] = ()) -> rx.Component:
    """A heading, its paragraphs and a list."""
    return rx.el.section(
        *([rx.el.h2(unbroken(title), class_name="text-xl mt-6")] if title else []),
        *[rx.el.p(unbroken(text), class_name="text-ink leading-7 wrap-anywhere") for text in paragraphs],
        *(
            [
                rx.el.ul(
                    *[
                        rx.el.li(unbroken(text), class_name="leading-7 wrap-anywhere whitespace-pre-line")
                        for text in points
                    ],
                    class_name="list-disc pl-5 grid gap-2 text-ink",
                )
            ]
            if points
            else []
        ),
        class_name="grid grid-cols-1 gap-3",
    )


def example_notice() -> rx.Component:
    """Says, outside production, that the operator has not said who he is yet."""
    examples = settings().controller.examples
    if not examples:
        return rx.fragment()
    text = _("This server is not set up yet: {names} are examples.", names=", ".join(examples))
    return banner(text, "warn")
