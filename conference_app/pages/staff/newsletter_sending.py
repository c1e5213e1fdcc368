"""Staff: how far a newsletter is, and what became of its emails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable

import reflex as rx
from reflex.event import EventType

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import FormState
from conference_app.components.kit.loading import progress
from conference_app.components.kit.surfaces import banner, card
from conference_app.components.newsletters.lines import SENDING_PATH, NewsletterLine, newsletter_line
from conference_app.components.staff.frame import StaffState, back_link, staff_frame
from conference_app.errors import NotFound
from conference_app.services.newsletters import sending, views
from conference_app.services.newsletters.views import NewsletterView, Stage
from conference_app.session import path_end, public, require_staff
from conference_app.texts import _, n_, plural

WATCH_S = 1.0
"""How often a page that watches a newsletter being sent looks again."""
WATCHES = 600
"""Looks until the page stops by itself; "Look again" goes on."""
_COUNTS: dict[str, str] = {
    "total": n_("E-mails"),
    "sent": n_("Sent"),
    "queued": n_("Waiting"),
    "refused": n_("Refused"),
    "bounced": n_("Came back"),
    "withheld": n_("Held back: no consent any more"),
    "failed": n_("Given up"),
    "unsubscribed": n_("Stopped the newsletter"),
}


class StaffNewsletterSendingState(FormState, StaffState, rx.State):
    """The newsletter that is being watched."""

    line: NewsletterLine = NewsletterLine()
    percent: int = 0
    counts: list[list[str]] = []
    uncertain: int = 0
    uncertain_words: str = ""
    is_stopping: bool = False
    _newsletter_id: str = ""

    @rx.event
    @public
    async def load(self) -> EventType[()] | None:
        if await self._let_in() is None:
            return None
        self._reset_form()
        self.is_stopping, self.loaded = False, False
        self._newsletter_id = path_end(self)[:32]
        view = await self._look()
        return StaffNewsletterSendingState.look if view and view.is_going else None

    @rx.event(background=True)
    async def look(self) -> AsyncIterator[None]:
        """Look again and again, as long as emails leave."""
        async with self:
            await require_staff(self)
            watched = self._newsletter_id
        for _time in range(WATCHES):
            async with self:
                await require_staff(self)  # the role or the session may have ended since
                view = await self._look() if self._newsletter_id == watched else None
            yield
            if view is None or not view.is_going:
                return
            await asyncio.sleep(WATCH_S)

    @rx.event
    async def ask_stop(self) -> None:
        await require_staff(self)
        self.is_stopping = True

    @rx.event
    async def go_on(self) -> None:
        await require_staff(self)
        self.is_stopping = False

    @rx.event
    async def stop(self) -> None:
        await require_staff(self)
        self.is_stopping = False
        await self._act(sending.stop(self._newsletter_id))

    @rx.event
    async def send_uncertain(self) -> EventType[()]:
        await require_staff(self)
        await self._act(sending.send_uncertain_again(self._newsletter_id))
        return StaffNewsletterSendingState.look

    async def _act(self, doing: Awaitable[object]) -> None:
        with self._refusing():
            await doing
        await self._look()

    async def _look(self) -> NewsletterView | None:
        try:
            view = await views.get(self._newsletter_id)
        except NotFound:
            view = None
        if view is None or view.stage == Stage.DRAFT:
            self.reset()
            self.missing = True
            return None
        self._show(view)
        return view

    def _show(self, view: NewsletterView) -> None:
        self.line, total = newsletter_line(view), view.counts.total
        self.percent = 100 if view.stage == Stage.SENT else (view.counts.done * 100 // total if total else 0)
        self.counts = [[_(words), str(getattr(view.counts, name))] for name, words in _COUNTS.items()]
        self.uncertain = view.counts.uncertain
        self.uncertain_words = plural(
            "{count} e-mail was cut off on its way. It may or may not have arrived; sending it again may send it twice.",
            "{count} e-mails were cut off on their way. They may or may not have arrived; sending them again may send them twice.",
            view.counts.uncertain,
        )
        self.loaded = True


def _figures() -> rx.Component:
    return rx.el.dl(
        rx.foreach(
            StaffNewsletterSendingState.counts,
            lambda pair: rx.el.div(
                rx.el.dt(pair[0], class_name="text-sm text-ink-muted"),
                rx.el.dd(pair[1], class_name="text-2xl font-semibold tabular-nums"),
                class_name="flex flex-col-reverse justify-end",
            ),
        ),
        class_name="grid grid-cols-2 sm:grid-cols-4 gap-6 mt-8",
    )


def _in_doubt() -> rx.Component:
    state = StaffNewsletterSendingState
    again = button(_("Send again"), kind="secondary", size="small", on_click=state.send_uncertain)
    return rx.el.div(banner(state.uncertain_words, "warn", again), class_name="mt-6")


def _stop_dialog() -> rx.Component:
    state = StaffNewsletterSendingState
    return dialog(
        _("Stop sending?"),
        rx.el.p(_("What has been sent stays sent. The rest is held back, and cannot be sent later.")),
        button(_("Go on sending"), kind="secondary", on_click=state.go_on),
        button(_("Stop sending"), kind="danger", on_click=state.stop),
        is_open=state.is_stopping,
        on_dismiss=state.go_on,
    )


@page(f"{SENDING_PATH}/[newsletter_id]", title=n_("A newsletter"), on_load=StaffNewsletterSendingState.load)
def staff_newsletter_sending() -> rx.Component:
    state = StaffNewsletterSendingState
    is_going = (state.line.stage == "queuing") | (state.line.stage == "sending")
    return staff_frame(
        state,
        back_link(_("All newsletters"), "/staff/newsletters"),
        rx.el.h1(state.line.subject, class_name="mt-2 mb-6 wrap-anywhere"),
        rx.cond(state.problem, rx.el.div(banner(state.problem, "danger"), class_name="mb-4", role="alert")),
        card(
            rx.el.p(state.line.stage_words, class_name="font-medium mb-3", role="status"),
            progress(_("E-mails sent"), state.percent),
            _figures(),
            rx.el.div(
                rx.cond(is_going, button(_("Stop sending"), kind="danger", on_click=state.ask_stop)),
                button(_("Look again"), kind="secondary", on_click=state.look),
                class_name="flex flex-wrap gap-3 mt-8",
            ),
            extra="p-5 sm:p-8",
        ),
        rx.cond(state.uncertain > 0, _in_doubt()),
        rx.el.p(
            _("Counted from what the mail server answers and from the consents. No e-mail is tracked."),
            class_name="text-sm text-ink-muted mt-4",
        ),
        _stop_dialog(),
        part="/staff/newsletters",
    )
