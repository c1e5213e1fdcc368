"""Staff: what people can ask to hear about, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, time

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, submit_button
from conference_app.components.kit.fields import text_field
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import card, empty_state
from conference_app.components.kit.times import moment
from conference_app.components.newsletters.topic_lines import TopicLine, topic_lines
from conference_app.components.staff.frame import StaffState, back_link, staff_frame
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.services.newsletters import topics as newsletter_topics
from conference_app.session import public, require_staff
from conference_app.texts import _, n_


class StaffTopicsState(FormState, StaffState, rx.State):
    """The topics that run, and the question before one is ended."""

    topics: list[TopicLine] = []
    ending: str = ""
    form_key: int = 0

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is not None:
            self._reset_form()
            self.ending = ""
            await self._list()

    @rx.event
    async def add(self, form: dict[str, object]) -> None:
        await require_staff(self)
        self._begin()
        with self._refusing():
            ends_at = _end_of_day(typed(form, "ends_at", 20))
            await newsletter_topics.add(typed(form, "name_en", 200), typed(form, "name_pl", 200), ends_at)
            self.form_key += 1
        await self._list()

    @rx.event
    async def ask_end(self, topic_id: str) -> None:
        await require_staff(self)
        self.ending = str(topic_id)[:32]

    @rx.event
    async def keep(self) -> None:
        await require_staff(self)
        self.ending = ""

    @rx.event
    async def end(self) -> None:
        await require_staff(self)
        ended, self.ending = self.ending, ""
        with self._refusing():
            await newsletter_topics.end(ended)
        await self._list()

    async def _list(self) -> None:
        self.topics = await topic_lines()
        self.loaded = True


def _end_of_day(text: str) -> datetime | None:
    """The end of the day `YYYY-MM-DD`; None for nothing. Raises InvalidInput."""
    if not text:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), UTC)
    except ValueError:
        wrong = {"ends_at": ConferenceError(n_("Choose a day in the future."))}
        raise InvalidInput(wrong) from None


def _topic(line: TopicLine) -> rx.Component:
    until = slotted(_("until {when}"), when=moment(line.until))
    return rx.el.li(
        rx.el.span(
            rx.el.span(line.name, class_name="font-medium wrap-anywhere"),
            rx.cond(line.until, rx.el.span(" · ", until, class_name="text-sm text-ink-muted")),
            class_name="min-w-0",
        ),
        button(_("End now"), kind="secondary", size="small", on_click=StaffTopicsState.ask_end(line.id)),
        class_name="flex items-center justify-between gap-4 py-4 border-t border-line first:border-t-0",
    )


def _form() -> rx.Component:
    state = StaffTopicsState
    return checked_form(
        state,
        rx.el.div(
            text_field(_("Name in English"), "name_en", error=state.errors["name_en"]),
            text_field(_("Name in Polish"), "name_pl", error=state.errors["name_pl"]),
            text_field(_("Last day"), "ends_at", type="date", optional=True, error=state.errors["ends_at"]),
            class_name="grid gap-4 lg:grid-cols-3 items-start",
        ),
        rx.el.div(submit_button(_("Add topic"), busy=state.busy)),
        on_submit=state.add,
        key=state.form_key,
        class_name="grid gap-4",
    )


def _end_dialog() -> rx.Component:
    state = StaffTopicsState
    return dialog(
        _("End this topic?"),
        rx.el.p(_("Everybody's consent to it ends too. Those who asked for it hear no more about it.")),
        button(_("Keep it"), kind="secondary", on_click=state.keep),
        button(_("End now"), kind="danger", on_click=state.end),
        is_open=state.ending != "",
        on_dismiss=state.keep,
    )


@page("/staff/topics", title=n_("Topics"), on_load=StaffTopicsState.load)
def staff_topics() -> rx.Component:
    state = StaffTopicsState
    return staff_frame(
        state,
        back_link(_("All newsletters"), "/staff/newsletters"),
        rx.el.h1(_("Topics"), class_name="mt-2 mb-2"),
        rx.el.p(
            _("What people can ask to hear about. When a topic ends, its consents end too."),
            class_name="text-ink-muted mb-6 max-w-reading",
        ),
        rx.cond(
            state.topics,
            card(rx.el.ul(rx.foreach(state.topics, _topic)), extra="px-5 py-2 mb-6"),
            rx.el.div(
                empty_state(
                    "tag",
                    _("No topic yet."),
                    _("Add the first one below: people find it among their e-mail preferences."),
                ),
                class_name="mb-6",
            ),
        ),
        card(_form(), extra="p-5 sm:p-8"),
        _end_dialog(),
        part="/staff/newsletters",
    )
