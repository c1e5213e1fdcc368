"""What is known about a person, on a page: groups of things that open to their values, reasons and ends."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import icon
from conference_app.components.kit.times import moment
from conference_app.services.privacy.personal_view import Entry, Fact, Item, Known
from conference_app.texts import _


def fact_list(rows: rx.Var[list[Fact]] | list[Fact]) -> rx.Component:
    """Names and words about them."""
    return rx.el.dl(rx.foreach(rows, _fact), class_name="grid")


def known_group(group: Known) -> rx.Component:
    """A group's title and its things."""
    return rx.el.div(
        rx.el.h3(group.title, class_name="text-sm font-medium text-ink-muted tracking-normal"),
        rx.foreach(group.things, _item),
        class_name="grid grid-cols-1 gap-3",
    )


def _fact(fact: Fact) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label, class_name="text-sm text-ink-muted sm:w-52 shrink-0"),
        rx.el.dd(
            rx.el.span(
                rx.cond(fact.at, moment(fact.at), fact.text), class_name="block text-ink wrap-anywhere tabular-nums"
            ),
            rx.cond(fact.why, rx.el.span(fact.why, class_name="block text-ink-faint")),
            class_name="text-sm min-w-0",
        ),
        class_name="flex flex-col sm:flex-row sm:gap-4 py-1",
    )


def _entry(entry: Entry) -> rx.Component:
    return rx.el.dl(rx.foreach(entry.facts, _fact), class_name="border-t border-line py-3 first:border-t-0 first:pt-0")


def _line(text: rx.Var[str] | str) -> rx.Component:
    return rx.el.p(text, class_name="text-sm text-ink-muted")


def _item(item: Item) -> rx.Component:
    values = rx.el.div(
        rx.foreach(item.rows, _entry),
        rx.cond(item.more, rx.el.p(item.more, class_name="text-sm text-ink-faint")),
        class_name="px-5 pb-4 pt-1",
    )
    return rx.el.details(
        rx.el.summary(
            rx.el.span(
                rx.el.span(item.title, class_name="block font-medium"),
                rx.el.span(item.purpose, class_name="block text-sm text-ink-muted"),
                class_name="grow min-w-0",
            ),
            rx.el.span(item.amount, class_name="text-sm text-ink-muted whitespace-nowrap"),
            icon("chevron-down", 18, "text-ink-faint transition-transform duration-150 group-open:rotate-180"),
            class_name="flex items-start gap-3 px-5 py-4 cursor-pointer rounded-card list-none [&::-webkit-details-marker]:hidden",
        ),
        values,
        rx.el.div(
            rx.el.p(_("Until when"), class_name="text-xs font-medium text-ink-faint"),
            rx.foreach(item.kept, _line),
            rx.el.p(_("On what ground"), class_name="text-xs font-medium text-ink-faint mt-2"),
            rx.foreach(item.bases, _line),
            rx.el.p(_("Who receives it"), class_name="text-xs font-medium text-ink-faint mt-2"),
            rx.foreach(item.recipients, _line),
            class_name="px-5 py-4 border-t border-line bg-surface-sunken/50 rounded-b-card",
        ),
        open=item.is_open,
        class_name="group bg-surface-raised border border-line rounded-card",
    )
