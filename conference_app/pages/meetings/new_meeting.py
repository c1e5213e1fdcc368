"""A new meeting: its subject, and what else one likes to set."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.frame.app_frame import app_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button, submit_button
from conference_app.components.kit.forms import checked_form
from conference_app.components.kit.surfaces import card
from conference_app.components.meetings.fields import MeetingFieldsState, meeting_fields
from conference_app.components.meetings.preview import invitation_preview
from conference_app.errors import NotFound
from conference_app.services.meetings import last_choices, meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.session import query_value, require_account, say
from conference_app.texts import _, localized_path, n_

_FORM = "new_meeting"


class NewMeetingState(MeetingFieldsState, rx.State):
    """What the page of a new meeting shows."""

    time_zone: str = ""
    """What a set time begins with; empty: the zone of the browser."""
    subject: str = ""
    pass_phrase: str = ""
    """Of the meeting that is to be held again."""
    again: str = ""
    """The code of that meeting: with another one the fields begin anew."""

    @rx.event
    async def load(self) -> None:
        account = await require_account(self)
        habit = await last_choices.usual(account.account_id)
        self._reset_form()
        self.is_planned, self.time_zone = habit.is_planned, habit.time_zone
        self.subject, self.pass_phrase, self.starts_locked, self.again = "", "", False, ""
        with contextlib.suppress(NotFound):
            if wanted := query_value(self, "again"):
                self._fill(await meetings.get_own(account.account_id, wanted))

    def _fill(self, earlier: OwnMeeting) -> None:
        """Begin with what that meeting was; when it is held next is for the person to say."""
        self.subject, self.pass_phrase, self.again = earlier.subject, earlier.pass_phrase, earlier.code
        self.starts_locked = earlier.starts_locked
        self.is_planned, self.time_zone = earlier.starts_at is not None, earlier.time_zone

    @rx.event
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            made = await meetings.create(account.account_id, self._meeting_form(form))
            said = _("Your meeting is ready. Send its link to your guests.")
            if not account.may_invite:
                said = _("Your meeting is ready. You can share it once your e-mail address is confirmed.")
            page = localized_path(f"/meetings/{made.code}")
            await say(self, said, on=page)
            yield rx.redirect(page)


@page("/meetings/new", title=n_("New meeting"), on_load=NewMeetingState.load)
def new_meeting() -> rx.Component:
    state = NewMeetingState
    return app_frame(
        key_vault(),
        rx.el.h1(_("New meeting"), class_name="mb-8"),
        rx.el.div(
            card(
                checked_form(
                    state,
                    rx.el.div(
                        meeting_fields(
                            state,
                            subject=state.subject,
                            time_zone=state.time_zone,
                            pass_phrase=state.pass_phrase,
                            is_new=True,
                        ),
                        key=state.again,
                        class_name="grid grid-cols-1 gap-5",
                    ),
                    rx.el.div(
                        submit_button(_("Create meeting"), busy=state.busy),
                        link_button(_("Cancel"), localized_path("/dashboard"), kind="quiet"),
                        class_name="flex flex-wrap gap-3 pt-2",
                    ),
                    on_submit=state.submit,
                    id=_FORM,
                ),
                extra="p-5 sm:p-8 min-w-0",
            ),
            invitation_preview(_FORM),
            class_name="grid grid-cols-1 gap-8 lg:grid-cols-[minmax(0,1fr)_17rem] items-start",
        ),
        current="/meetings/new",
    )
