"""Staff: the newsletters that were written and sent."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.components.kit.paging_links import SteppedState, steps
from conference_app.components.kit.surfaces import empty_state
from conference_app.components.kit.times import moment
from conference_app.components.newsletters.lines import DRAFT_PATH, NewsletterLine, newsletter_line, stage_badge
from conference_app.components.staff.frame import StaffState, staff_frame
from conference_app.services.newsletters import views
from conference_app.session import public
from conference_app.texts import _, localized_path, n_


class StaffNewslettersState(SteppedState, StaffState, rx.State):
    """The newest newsletters and drafts."""

    lines: list[NewsletterLine] = []

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is not None:
            found = await views.newest(self._asked_page())
            self.lines = self._stepped(found.of(newsletter_line))
            self.loaded = True


def _newsletter(line: NewsletterLine) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                rx.el.span(line.subject, class_name="block font-medium wrap-anywhere"),
                rx.el.span(moment(line.at), class_name="block text-sm text-ink-faint tabular-nums"),
                class_name="min-w-0",
            ),
            stage_badge(line),
            href=line.path,
            class_name=(
                "w-full flex items-center justify-between gap-4 p-4 rounded-card border border-line "
                "bg-surface-raised hover:bg-surface-sunken"
            ),
        ),
        key=line.path,  # a row that moves down while somebody presses it stays the same newsletter
    )


def _write() -> rx.Component:
    return link_button(_("Write a newsletter"), localized_path(f"{DRAFT_PATH}/new"), icon_name="plus")


@page("/staff/newsletters", title=n_("Newsletters"), on_load=StaffNewslettersState.load)
def staff_newsletters() -> rx.Component:
    state = StaffNewslettersState
    nothing = empty_state(
        "newspaper",
        _("No newsletter yet."),
        _("It goes to people who asked for it, and to nobody else."),
        _write(),
    )
    return staff_frame(
        state,
        rx.el.div(
            rx.el.h1(_("Newsletters")),
            rx.el.div(
                link_button(_("Topics"), localized_path("/staff/topics"), kind="secondary"),
                rx.cond(state.lines, _write()),
                class_name="flex flex-wrap gap-3",
            ),
            class_name="flex flex-wrap items-center justify-between gap-4 mb-6",
        ),
        rx.cond(state.lines, rx.el.ul(rx.foreach(state.lines, _newsletter), class_name="grid gap-3"), nothing),
        steps(state),
        part="/staff/newsletters",
    )
