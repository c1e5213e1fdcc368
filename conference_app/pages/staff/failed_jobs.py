"""Staff: mails and other work that was given up after many tries, to try again or to drop."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.paging_links import SteppedState, steps
from conference_app.components.kit.plain_elements import literal
from conference_app.components.kit.surfaces import banner, card, empty_state
from conference_app.components.kit.times import instant, moment
from conference_app.components.staff.frame import StaffState, staff_frame
from conference_app.errors import ConferenceError
from conference_app.services.jobs import dead_letters
from conference_app.session import public, require_staff, say
from conference_app.texts import _, error_text, n_, plural


@dataclass
class FailedLine:
    """One piece of work: what kind it is and how it failed, never what it was about."""

    id: str = ""
    kind: str = ""
    error: str = ""
    tries: str = ""
    since: str = ""
    """An `instant`."""


def _line(job: dead_letters.FailedJob) -> FailedLine:
    tries = plural("{count} try", "{count} tries", job.attempts)
    return FailedLine(job.id, job.kind, job.last_error, tries, instant(job.created_at))


class StaffJobsState(SteppedState, StaffState, rx.State):
    """The list, and the question before something is dropped."""

    lines: list[FailedLine] = []
    problem: str = ""
    dropping: str = ""
    """The number of the work that is asked about."""

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is not None:
            self.problem = self.dropping = ""
            await self._list()

    @rx.event
    async def try_again(self, job_id: str) -> None:
        staff = await require_staff(self)
        await self._act(dead_letters.try_again(str(job_id)[:32], staff_id=staff.account_id), _("Trying again now."))

    @rx.event
    async def ask_drop(self, job_id: str) -> None:
        await require_staff(self)
        self.dropping = str(job_id)[:32]

    @rx.event
    async def keep(self) -> None:
        await require_staff(self)
        self.dropping = ""

    @rx.event
    async def drop(self) -> None:
        staff = await require_staff(self)
        dropped, self.dropping = self.dropping, ""
        await self._act(dead_letters.drop(dropped, staff_id=staff.account_id), _("The work is dropped."))

    async def _act(self, doing: Awaitable[None], said: str) -> None:
        self.problem = ""
        try:
            await doing
            await say(self, said)
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._list()

    async def _list(self) -> None:
        self.lines = self._stepped((await dead_letters.listed(self._asked_page())).of(_line))
        self.loaded = True


def _failed(line: FailedLine) -> rx.Component:
    state = StaffJobsState
    return rx.el.li(
        rx.el.div(
            rx.el.p(literal(line.kind, ""), " · ", literal(line.error, ""), class_name="font-medium wrap-anywhere"),
            rx.el.p(line.tries, " · ", moment(line.since), class_name="text-sm text-ink-muted mt-1 tabular-nums"),
            class_name="grow min-w-0",
        ),
        rx.el.div(
            button(_("Try again"), kind="secondary", size="small", on_click=state.try_again(line.id)),
            button(_("Drop"), kind="quiet", size="small", on_click=state.ask_drop(line.id)),
            class_name="flex gap-2 shrink-0",
        ),
        class_name="flex flex-col sm:flex-row sm:items-center gap-3 py-4 border-t border-line first:border-t-0",
    )


def _drop_dialog() -> rx.Component:
    state = StaffJobsState
    return dialog(
        _("Drop this work?"),
        rx.el.p(_("Then it is never done. An e-mail that was given up is not sent.")),
        button(_("Keep it"), kind="secondary", on_click=state.keep),
        button(_("Drop"), kind="danger", on_click=state.drop),
        is_open=state.dropping != "",
        on_dismiss=state.keep,
    )


@page("/staff/jobs", title=n_("Failed work"), on_load=StaffJobsState.load)
def staff_jobs() -> rx.Component:
    state = StaffJobsState
    return staff_frame(
        state,
        rx.el.h1(_("Failed work"), class_name="mb-2"),
        rx.el.p(
            _("E-mails and other work given up after many tries. You see how it failed, never what it was about."),
            class_name="text-ink-muted mb-6 max-w-reading",
        ),
        rx.cond(state.problem, rx.el.div(banner(state.problem, "danger"), class_name="mb-4")),
        rx.cond(
            state.lines,
            card(rx.el.ul(rx.foreach(state.lines, _failed)), extra="px-5 py-2"),
            empty_state(
                "circle-check",
                _("Nothing has failed."),
                _(
                    "Work that failed many times, such as an e-mail to a server that was down for days, waits here for you."
                ),
            ),
        ),
        steps(state),
        _drop_dialog(),
        part="/staff/jobs",
    )
