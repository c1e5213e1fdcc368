"""Staff: conversations with people who wrote to us, and the requests with their days left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx

from conference_app.components.buttons import button, submit_button
from conference_app.components.fields import text_area
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.notices import NoticeState
from conference_app.components.page_frame import app_frame
from conference_app.components.page_registry import page
from conference_app.components.surfaces import badge, card, loading, skeleton, tabs
from conference_app.errors import ConferenceError
from conference_app.services import cases, contact
from conference_app.session import require_staff
from conference_app.texts import _, error_text, n_, plural


@dataclass
class ThreadLine:
    """A conversation in the list."""

    id: str = ""
    who: str = ""
    subject: str = ""
    when: str = ""
    count: str = ""


@dataclass
class MessageLine:
    """One message."""

    is_ours: bool = False
    body: str = ""
    when: str = ""


@dataclass
class CaseLine:
    """A request."""

    id: str = ""
    kind: str = ""
    status: str = ""
    status_words: str = ""
    opened: str = ""
    left: str = ""
    is_late: bool = False
    thread_id: str = ""


def _minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _thread_line(row: contact.ThreadRow) -> ThreadLine:
    who = f"{row.name} <{row.email}>" if row.name else row.email
    count = plural("{count} message", "{count} messages", row.messages)
    return ThreadLine(row.id, who, row.subject, _minute(row.last_at), count)


def _case_line(case: cases.CaseView, now: datetime) -> CaseLine:
    left = case.days_left(now)
    words = plural("{count} day left", "{count} days left", left) if left >= 0 else _("late")
    return CaseLine(
        id=case.id,
        kind=_(cases.KINDS[case.kind]),
        status=case.status,
        status_words=_(cases.STATUSES[case.status]),
        opened=_minute(case.opened_at),
        left=words if case.closed_at is None else "",
        is_late=case.closed_at is None and left < 10,
        thread_id=case.subject_id if case.subject_kind == "thread" else "",
    )


class StaffContactState(FormState, rx.State):
    """The inbox, and the conversation that is open."""

    loaded: bool = False
    shows: str = "open"
    threads: list[ThreadLine] = []
    chosen: ThreadLine = ThreadLine()
    messages: list[MessageLine] = []

    @rx.event
    async def load(self) -> None:
        self._reset_form()
        self.chosen, self.messages = ThreadLine(), []
        await self._list()

    @rx.event
    async def show(self, which: str) -> None:
        self.shows = "closed" if which == "closed" else "open"
        await self._list()

    @rx.event
    async def choose(self, thread_id: str) -> None:
        await require_staff(self)
        self._reset_form()
        self.chosen = next((line for line in self.threads if line.id == thread_id), ThreadLine())
        await self._open()

    @rx.event
    async def answer(self, form: dict[str, object]) -> None:
        await require_staff(self)
        self._begin()
        try:
            await contact.reply(self.chosen.id, typed(form, "reply", contact.MESSAGE_LENGTH))
            (await self.get_state(NoticeState)).say(_("Your answer is on its way."))
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False
        await self._open()

    @rx.event
    async def close(self) -> None:
        await require_staff(self)
        try:
            await contact.close(self.chosen.id)
        except ConferenceError as error:
            self.problem = error_text(error)
        self.chosen, self.messages = ThreadLine(), []
        await self._list()

    async def _list(self) -> None:
        await require_staff(self)
        self.threads = [_thread_line(row) for row in await contact.threads(closed=self.shows == "closed")]
        self.loaded = True

    async def _open(self) -> None:
        found = await contact.messages(self.chosen.id) if self.chosen.id else []
        self.messages = [MessageLine(one.is_ours, one.body, _minute(one.at)) for one in found]


class StaffCasesState(rx.State):
    """Requests by the day they are due."""

    loaded: bool = False
    shows: str = "open"
    cases: list[CaseLine] = []

    @rx.event
    async def load(self) -> None:
        await self._list()

    @rx.event
    async def show(self, which: str) -> None:
        self.shows = "closed" if which == "closed" else "open"
        await self._list()

    @rx.event
    async def set_status(self, case_id: str, status: str) -> None:
        """A new state of a case; one that does not exist changes nothing."""
        await require_staff(self)
        if status in cases.STATUSES:
            await cases.change_status(case_id, status, by="staff")
        await self._list()

    async def _list(self) -> None:
        await require_staff(self)
        now = datetime.now(UTC)
        self.cases = [_case_line(case, now) for case in await cases.for_staff(closed=self.shows == "closed")]
        self.loaded = True


def _thread(line: ThreadLine) -> rx.Component:
    state = StaffContactState
    return rx.el.li(
        rx.el.button(
            rx.el.span(line.subject, class_name="block font-medium wrap-anywhere"),
            rx.el.span(line.who, class_name="block text-sm text-ink-muted wrap-anywhere"),
            rx.el.span(line.when, " · ", line.count, class_name="block text-sm text-ink-faint"),
            type="button",
            on_click=state.choose(line.id),
            class_name="w-full text-left p-4 rounded-card border border-line bg-surface-raised hover:bg-surface-sunken aria-[current]:border-accent",
            custom_attrs={"aria-current": rx.cond(state.chosen.id == line.id, "true", "false")},
        )
    )


def _message(one: MessageLine) -> rx.Component:
    return card(
        rx.el.p(
            rx.cond(one.is_ours, _("Our answer"), _("Their message")),
            " · ",
            one.when,
            class_name="text-sm text-ink-faint mb-2",
        ),
        rx.el.p(one.body, class_name="whitespace-pre-wrap wrap-anywhere"),
    )


def _conversation() -> rx.Component:
    state = StaffContactState
    return rx.el.section(
        rx.el.h2(state.chosen.subject, class_name="text-xl wrap-anywhere"),
        rx.el.p(state.chosen.who, class_name="text-sm text-ink-muted wrap-anywhere"),
        rx.foreach(state.messages, _message),
        checked_form(
            state,
            text_area(_("Your answer"), "reply", error=state.errors["reply"], max_length=contact.MESSAGE_LENGTH),
            rx.el.div(
                submit_button(_("Send answer"), busy=state.busy),
                button(_("Close conversation"), kind="secondary", on_click=state.close),
                class_name="flex flex-wrap gap-3",
            ),
            on_submit=state.answer,
            reset_on_submit=True,
        ),
        class_name="grid gap-4 min-w-0",
    )


def _open_and_closed(state: type[StaffContactState] | type[StaffCasesState]) -> rx.Component:
    return tabs(_("Show"), (("open", _("Open")), ("closed", _("Closed"))), state.shows, state.show)


def _nothing() -> rx.Component:
    return rx.el.p(_("Nothing here."), class_name="text-ink-muted py-6")


def _waiting() -> rx.Component:
    return loading(skeleton("h-20 rounded-card"), skeleton("h-20 rounded-card"))


@page("/staff/contact", title=n_("Messages from people"), on_load=StaffContactState.load)
def staff_contact() -> rx.Component:
    state = StaffContactState
    return app_frame(
        rx.el.h1(_("Messages from people"), class_name="text-[2rem] mb-6"),
        _open_and_closed(state),
        rx.cond(
            state.loaded,
            rx.cond(
                state.threads.length() > 0,
                rx.el.ul(rx.foreach(state.threads, _thread), class_name="grid gap-3 mt-6"),
                _nothing(),
            ),
            _waiting(),
        ),
        rx.cond(state.chosen.id, rx.el.div(_conversation(), class_name="mt-8")),
        current="/staff/contact",
    )


def _case(line: CaseLine) -> rx.Component:
    choices = [
        button(_(words), kind="secondary", size="small", on_click=StaffCasesState.set_status(line.id, status))
        for status, words in cases.STATUSES.items()
        if status != "open"
    ]
    return card(
        rx.el.div(
            rx.el.h2(line.kind, class_name="text-base"),
            badge(line.status_words),
            rx.cond(line.left, rx.cond(line.is_late, badge(line.left, "danger"), badge(line.left, "neutral"))),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.p(_("Opened"), " ", line.opened, class_name="text-sm text-ink-muted mt-1"),
        rx.el.div(*choices, class_name="flex flex-wrap gap-2 mt-4"),
    )


@page("/staff/cases", title=n_("Requests about data"), on_load=StaffCasesState.load)
def staff_cases() -> rx.Component:
    state = StaffCasesState
    return app_frame(
        rx.el.h1(_("Requests about data"), class_name="text-[2rem] mb-2"),
        rx.el.p(
            _("Each is due 30 days after it came (GDPR Art. 12). The person sees every state you set."),
            class_name="text-ink-muted mb-6 max-w-reading",
        ),
        _open_and_closed(state),
        rx.cond(
            state.loaded,
            rx.cond(
                state.cases.length() > 0,
                rx.el.div(rx.foreach(state.cases, _case), class_name="grid gap-3 mt-6"),
                _nothing(),
            ),
            _waiting(),
        ),
        current="/staff/cases",
    )
