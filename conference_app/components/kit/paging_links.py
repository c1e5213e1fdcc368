"""The pages of a long list, each at an address of its own: `?page=2`. Links lead there, so Back and bookmarks work."""

from __future__ import annotations

from urllib.parse import urlencode

import reflex as rx

from conference_app.components.kit.buttons import button_class
from conference_app.components.kit.sentence_slots import slotted
from conference_app.services.paging import Page, Row
from conference_app.session import query_value
from conference_app.texts import _


def asked(state: rx.State, name: str) -> str:
    """The value of `name` in the address of the page; the browser's word, cut to what we would use."""
    return query_value(state, name)[:32]


class SteppedState(rx.State, mixin=True):
    """Which page of the list is shown, and how to get to its neighbours."""

    page_number: int = 1
    last_page: int = 1
    page_before: str = ""
    """The address of the page before; empty on the first."""
    page_after: str = ""
    """The address of the page after; empty on the last."""

    def _asked_page(self) -> int:
        """The page that the address names, to be held against what there is."""
        text = asked(self, "page")
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 1

    def _stepped(self, page: Page[Row], **more: str) -> list[Row]:
        """The rows to show; notes where they stand. `more` goes into the neighbours' addresses."""
        self.page_number, self.last_page = page.number, page.last
        self.page_before = _address(page.number - 1, more) if page.number > 1 else ""
        self.page_after = _address(page.number + 1, more) if page.number < page.last else ""
        return page.rows


def _address(number: int, more: dict[str, str]) -> str:
    return f"?{urlencode(more | {'page': number})}"


def _step(label: str, href: rx.Var[str] | str) -> rx.Component:
    """A link, or at the end of the list the same words without one."""
    face = button_class("secondary", "small")
    return rx.cond(
        href,
        rx.el.a(label, href=href, class_name=face),
        rx.el.span(label, class_name=f"{face} opacity-60", custom_attrs={"aria-disabled": "true"}, role="link"),
    )


def steps(state: type[SteppedState]) -> rx.Component:
    """Back, which page of how many, and Next, below a list that has more than one page."""
    number, last = rx.Var.create(state.page_number), rx.Var.create(state.last_page)
    return rx.cond(
        last > 1,
        rx.el.nav(
            _step(_("Back"), state.page_before),
            rx.el.span(
                slotted(_("Page {page} of {pages}"), page=number, pages=last),
                class_name="text-sm text-ink-muted tabular-nums",
            ),
            _step(_("Next"), state.page_after),
            aria_label=_("Pages"),
            class_name="flex items-center gap-3 mt-6",
        ),
    )
