"""Many things of one kind: a list that shows the first ones, rows that lead to a page, and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import reflex as rx

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import card
from conference_app.texts import _


def long_list(rows: Sequence[object], line: Callable[..., rx.Component], *, first: int = 10) -> rx.Component:
    """The `first` of `rows` on a card, each drawn by `line`; the others when somebody asks for them."""
    shown = rx.Var.create(rows)
    others = rx.el.details(
        rx.el.summary(
            slotted(_("Show all {count}"), count=shown.length()),
            class_name="py-3 border-t border-line text-sm font-medium text-accent-ink rounded-control",
        ),
        rx.el.ul(rx.foreach(shown[first:], line)),
    )
    return card(rx.el.ul(rx.foreach(shown[:first], line)), rx.cond(shown.length() > first, others), extra="px-5 py-2")


def linked_row(path: Text, title: Text, detail: Sequence[rx.Component | Text], badges: rx.Component) -> rx.Component:
    """A thing of a list that leads to its own page: what it is, more about it, and how far it has come."""
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                rx.el.span(title, class_name="block font-medium wrap-anywhere"),
                rx.el.span(*detail, class_name="block text-sm text-ink-muted mt-0.5 tabular-nums wrap-anywhere"),
                class_name="grow min-w-0",
            ),
            badges,
            icon("chevron-right", 18, "text-ink-faint max-sm:hidden"),
            href=path,
            class_name=(
                "flex flex-col sm:flex-row sm:items-center gap-3 p-5 rounded-card border border-line bg-surface-raised "
                "hover:bg-surface-sunken"
            ),
        )
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
