"""Staff: one conversation, read in full and answered. Opening it is written down for its person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.cases.lines import CaseLine, case_badges, case_line
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, icon, submit_button
from conference_app.components.kit.fields import text_area
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import badge, card
from conference_app.components.kit.times import instant, moment
from conference_app.components.staff.frame import StaffState, back_link, staff_frame
from conference_app.errors import ConferenceError, NotFound
from conference_app.services.contact import desk, threads
from conference_app.services.contact.desk import OpenThread
from conference_app.session import path_end, public, require_staff, say
from conference_app.texts import _, error_text, localized_path, n_


@dataclass
class MessageLine:
    """One message."""

    is_ours: bool = False
    body: str = ""
    at: str = ""
    """An `instant`."""


class StaffThreadState(FormState, StaffState, rx.State):
    """The conversation that is open."""

    subject: str = ""
    who: str = ""
    phone: str = ""
    is_closed: bool = False
    messages: list[MessageLine] = []
    cases: list[CaseLine] = []
    answers: int = 0
    """How many were sent from here: a new number empties the field."""
    _thread_id: str = ""

    @rx.event
    @public
    async def load(self) -> None:
        staff = await self._let_in()
        if staff is None:
            return
        self._reset_form()
        wanted = path_end(self)[:32]
        try:
            thread = await desk.open_thread(wanted, staff_id=staff.account_id)
        except NotFound:
            self.reset()
            self.missing = True
            return
        self._thread_id = thread.id
        self._show(thread)

    @rx.event
    async def answer(self, form: dict[str, object]) -> None:
        staff = await require_staff(self)
        self._begin()
        with self._refusing():
            text = typed(form, "reply", threads.MESSAGE_LENGTH)
            await desk.reply(self._thread_id, text, staff_id=staff.account_id)
            self._show(await desk.look_again(self._thread_id))
            self.answers += 1
            await say(self, _("Your answer is on its way."))

    @rx.event
    async def close(self) -> EventSpec | None:
        staff = await require_staff(self)
        try:
            await desk.close(self._thread_id, staff_id=staff.account_id)
        except ConferenceError as error:
            self.problem = error_text(error)
            return None
        page = localized_path("/staff/contact")
        await say(self, _("The conversation is closed."), on=page)
        return rx.redirect(page)

    def _show(self, thread: OpenThread) -> None:
        now = datetime.now(UTC)
        self.subject, self.is_closed = thread.subject, thread.is_closed
        self.who = f"{thread.name} <{thread.email}>" if thread.name else thread.email
        self.phone = thread.phone
        self.messages = [MessageLine(one.is_ours, one.body, instant(one.at)) for one in thread.messages]
        self.cases = [case_line(one, now) for one in thread.cases]
        self.loaded = True


def _message(one: MessageLine) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.p(
                rx.cond(one.is_ours, _("Our answer"), _("Their message")),
                " · ",
                moment(one.at),
                class_name="text-sm text-ink-faint mb-2 tabular-nums",
            ),
            rx.el.p(one.body, class_name="whitespace-pre-wrap wrap-anywhere"),
        )
    )


def _case(line: CaseLine) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                slotted(_("A request was recognised: {kind}"), kind=line.kind),
                class_name="grow min-w-0 font-medium text-sm",
            ),
            case_badges(line),
            icon("chevron-right", 18, "text-ink-faint max-sm:hidden"),
            href=line.path,
            class_name="flex flex-col sm:flex-row sm:items-center gap-2 p-4 rounded-card bg-accent-soft text-accent-ink",
        )
    )


def _answer_form() -> rx.Component:
    state = StaffThreadState
    return checked_form(
        state,
        text_area(_("Your answer"), "reply", error=state.errors["reply"], max_length=threads.MESSAGE_LENGTH, rows="6"),
        rx.el.div(
            submit_button(_("Send answer"), busy=state.busy),
            rx.cond(
                state.is_closed,
                badge(_("Closed")),
                button(_("Close conversation"), kind="secondary", on_click=state.close),
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        on_submit=state.answer,
        key=state.answers,
    )


@page("/staff/contact/[thread_id]", title=n_("A conversation"), on_load=StaffThreadState.load)
def staff_thread() -> rx.Component:
    state = StaffThreadState
    return staff_frame(
        state,
        back_link(_("All messages"), "/staff/contact"),
        rx.el.h1(state.subject, class_name="text-2xl mt-2 wrap-anywhere"),
        rx.el.p(state.who, class_name="text-sm text-ink-muted mt-1 wrap-anywhere"),
        rx.cond(
            state.phone,
            rx.el.p(
                slotted(_("To call them back: {phone}"), phone=state.phone),
                class_name="text-sm text-ink-muted mt-1 tabular-nums",
            ),
        ),
        rx.cond(state.cases, rx.el.ul(rx.foreach(state.cases, _case), class_name="grid gap-3 mt-6")),
        rx.el.ol(rx.foreach(state.messages, _message), class_name="grid gap-4 mt-6"),
        rx.el.div(_answer_form(), class_name="mt-8"),
        part="/staff/contact",
    )
