"""A new meeting: its subject, and what else one likes to set."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.app_frame import app_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button, submit_button
from conference_app.components.kit.forms import checked_form
from conference_app.components.kit.surfaces import card
from conference_app.components.meetings.fields import MeetingFieldsState, meeting_fields
from conference_app.errors import ConferenceError
from conference_app.services.meetings import last_choices, meetings
from conference_app.session import NoticeState, require_account
from conference_app.texts import _, localized_path, n_


class NewMeetingState(MeetingFieldsState, rx.State):
    """What the page of a new meeting shows."""

    time_zone: str = ""
    """What a set time begins with; empty: the zone of the browser."""

    @rx.event
    async def load(self) -> None:
        habit = await last_choices.usual((await require_account(self)).account_id)
        self._reset_form()
        self.is_planned, self.time_zone = habit.is_planned, habit.time_zone

    @rx.event
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            made = await meetings.create(account.account_id, self._meeting_form(form))
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        said = _("The meeting is created. Send its link to your guests.")
        if not account.may_invite:
            said = _("The meeting is created. You can share it once your e-mail address is confirmed.")
        (await self.get_state(NoticeState)).say(said)
        yield rx.redirect(localized_path(f"/meetings/{made.code}"))


@page("/meetings/new", title=n_("New meeting"), on_load=NewMeetingState.load)
def new_meeting() -> rx.Component:
    state = NewMeetingState
    return app_frame(
        rx.el.h1(_("New meeting"), class_name="mb-8"),
        card(
            checked_form(
                state,
                meeting_fields(state, time_zone=state.time_zone),
                rx.el.div(
                    submit_button(_("Create meeting"), busy=state.busy),
                    link_button(_("Cancel"), localized_path("/dashboard"), kind="quiet"),
                    class_name="flex flex-wrap gap-3 pt-2",
                ),
                on_submit=state.submit,
            ),
            extra="p-5 sm:p-8 max-w-2xl",
        ),
        current="/meetings/new",
    )
