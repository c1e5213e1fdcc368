"""Staff: the log of what courts and authorities asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.components.kit.lists import linked_row
from conference_app.components.kit.paging_links import SteppedState, steps
from conference_app.components.kit.plain_elements import plain_link
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import empty_state
from conference_app.components.legal.request_lines import RequestLine, request_badges, request_line
from conference_app.components.staff.frame import StaffState, staff_frame
from conference_app.services.legal import legal_requests
from conference_app.session import public
from conference_app.texts import _, localized_path, n_


class StaffLegalState(SteppedState, StaffState, rx.State):
    """The log, what waits first."""

    noted_requests: list[RequestLine] = []

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is None:
            return
        now = datetime.now(UTC)
        found = await legal_requests.log(self._asked_page())
        self.noted_requests = self._stepped(found.of(lambda one: request_line(one, now)))
        self.loaded = True


def _legal_request(line: RequestLine) -> rx.Component:
    detail = [line.kind, " · ", line.reference, " · ", line.received]
    return linked_row(line.path, line.authority, detail, request_badges(line))


def _note() -> rx.Component:
    return link_button(_("Log a request"), localized_path("/staff/legal/new"), icon_name="plus")


@page("/staff/legal", title=n_("Requests from authorities"), on_load=StaffLegalState.load)
def staff_legal() -> rx.Component:
    state = StaffLegalState
    return staff_frame(
        state,
        rx.el.div(
            rx.el.h1(_("Requests from authorities")),
            rx.cond(state.noted_requests, _note()),
            class_name="flex flex-wrap items-center justify-between gap-4 mb-2",
        ),
        rx.el.p(
            slotted(
                _("Every request is logged before anything is handed over. Their number is public: {transparency}"),
                transparency=plain_link(_("Transparency"), localized_path("/transparency")),
            ),
            class_name="text-ink-muted mb-6 max-w-reading",
        ),
        rx.cond(
            state.noted_requests,
            rx.el.ul(rx.foreach(state.noted_requests, _legal_request), class_name="grid gap-3"),
            empty_state(
                "scale",
                _("No authority has asked for anything."),
                _("When a subpoena or an order comes, log it here first."),
                _note(),
            ),
        ),
        steps(state),
        part="/staff/legal",
    )
