"""One's own meeting: its link to copy, its room to start, and the way to change or delete it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventCallback, EventSpec

from conference_app.components.accounts.confirm_email import confirm_email_banner
from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.encryption.vault_panel import vault_panel
from conference_app.components.encryption.vault_state import VaultState
from conference_app.components.frame.app_frame import app_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, icon, link_button, submit_button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import checked_form
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner, card, empty_state
from conference_app.components.meetings.fields import MeetingFieldsState, meeting_fields
from conference_app.components.meetings.invitation import Invited, invitation, past_meeting
from conference_app.components.meetings.invitation_text import invitation_text
from conference_app.components.meetings.rows import MeetingRow, record, row, state_badge
from conference_app.components.privacy.deactivated_account import deactivated_account_banner
from conference_app.errors import ConferenceError, NotFound
from conference_app.services.consent import person_state
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.room import occupancy
from conference_app.services.room.occupancy import NOBODY
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import SessionState, path_end, require_account, say
from conference_app.texts import _, error_text, localized_path, n_


class OwnMeetingState(MeetingFieldsState, rx.State):
    """What the page of one meeting shows; it turns into a form while `is_editing`."""

    shown: MeetingRow = MeetingRow()
    pass_phrase: str = ""
    invitation: str = ""
    whole_invitation: str = ""
    """With the pass-phrase."""
    tells_pass_phrase: bool = False
    """Whether the copied invitation holds it."""
    starts_at: str = ""
    time_zone: str = ""
    missing: bool = False
    failure: str = ""
    """Why it cannot be shown now."""
    is_editing: bool = False
    is_deleting: bool = False
    working: bool = False

    @rx.event
    async def load(self) -> None:
        account = await require_account(self)
        self._reset_form()
        self.missing = self.is_editing = self.is_deleting = self.working = self.tells_pass_phrase = False
        self.failure = ""
        wanted = path_end(self)
        if wanted != self.shown.code:
            self.shown = MeetingRow()
        try:
            await self._show(await meetings.get_own(account.account_id, wanted), account)
        except NotFound:
            self.missing = True
        except ConferenceError as error:
            self.failure = error_text(error)

    @rx.event
    async def start(self) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self.working, self.failure = True, ""
        yield
        try:
            opened = await meetings.open_room(account.account_id, self.shown.code)
            yield rx.redirect(localized_path(opened.path))
        except ConferenceError as error:
            self.failure = error_text(error)
        finally:
            self.working = False

    @rx.event
    async def tell_pass_phrase(self, is_told: bool) -> None:
        self.tells_pass_phrase = is_told

    @rx.event
    async def edit(self) -> EventSpec:
        self._reset_form()
        self.is_planned = bool(self.starts_at)
        self.is_editing = True
        return rx.set_focus("subject")

    @rx.event
    async def stop_editing(self) -> EventSpec:
        self.is_editing = False
        return rx.set_focus("edit")

    @rx.event
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventCallback[()] | None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            changed = await meetings.update(account.account_id, self.shown.code, self._meeting_form(form))
            await self._show(changed, account)
            self.is_editing = False
            await say(self, _("Your changes are saved."))
            yield VaultState.load  # whether the link alone lets people in may have changed

    @rx.event
    async def ask_delete(self) -> None:
        self.is_deleting = True

    @rx.event
    async def keep(self) -> None:
        self.is_deleting = False

    @rx.event
    async def delete(self) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self.working = True
        yield
        try:
            await meetings.delete(account.account_id, self.shown.code)
        except ConferenceError as error:
            self.failure = error_text(error)
            return
        finally:
            self.is_deleting = self.working = False
        await say(self, _("The meeting is deleted. Its link no longer works."), on=localized_path("/dashboard"))
        yield rx.redirect(localized_path("/dashboard"))

    async def _show(self, meeting: OwnMeeting, account: SignedIn) -> None:
        may_invite = account.may_invite and not await person_state.is_deactivated_now(account.account_id)
        inside = (await occupancy.of_account(account.account_id)).get(meeting.id, NOBODY)
        self.shown = row(meeting, datetime.now(UTC), may_invite=may_invite, occupancy=inside)
        host = f"{account.first_name} {account.last_name}".strip()
        self.invitation = invitation_text(meeting, host) if may_invite else ""
        self.whole_invitation = invitation_text(meeting, host, tells_pass_phrase=True) if may_invite else ""
        self.starts_locked = meeting.starts_locked
        self.pass_phrase, self.starts_at, self.time_zone = (
            meeting.pass_phrase,
            meeting.starts_at_local,
            meeting.time_zone if meeting.starts_at_local else "",
        )


def _heading() -> rx.Component:
    shown = OwnMeetingState.shown
    return rx.el.div(
        rx.el.a(
            icon("arrow-left", 18),
            _("All meetings"),
            href=localized_path("/dashboard"),
            class_name="inline-flex items-center gap-2 text-sm text-ink-muted hover:text-ink rounded-control py-2 pointer-coarse:py-3",
        ),
        rx.el.div(
            rx.el.h1(shown.subject, class_name="wrap-anywhere min-w-0"),
            state_badge(shown),
            class_name="flex flex-wrap items-center gap-x-4 gap-y-2 mt-2",
        ),
        rx.el.p(
            shown.when,
            rx.cond(shown.hint, rx.el.span(" · ", shown.hint, class_name="text-ink-faint")),
            class_name="text-ink-muted mt-2",
        ),
        rx.cond(
            rx.cond(shown.inside, shown.inside, shown.waiting),
            rx.el.p(shown.inside, " ", shown.waiting, class_name="mt-2 wrap-anywhere"),
        ),
        rx.cond(
            (shown.began_at != "") & ~shown.is_over,
            rx.el.p(slotted(_("Last held: {when}"), when=record(shown)), class_name="text-ink-muted mt-2"),
        ),
        class_name="mb-8",
    )


def _invited() -> Invited:
    state = OwnMeetingState
    text = rx.cond(state.tells_pass_phrase, state.whole_invitation, state.invitation)
    return Invited(
        state.shown, state.pass_phrase, text, state.starts_locked, state.tells_pass_phrase, state.tell_pass_phrase
    )


def _delete_dialog() -> rx.Component:
    state = OwnMeetingState
    body = slotted(
        _("“{subject}” and its invitation link will be gone. Anyone in the room is sent out. This cannot be undone."),
        subject=state.shown.subject,
    )
    return dialog(
        _("Delete this meeting?"),
        rx.el.p(body, class_name="wrap-anywhere"),
        button(_("Keep it"), kind="secondary", on_click=state.keep),
        button(_("Delete meeting"), kind="danger", busy=state.working, on_click=state.delete),
        is_open=state.is_deleting,
        on_dismiss=state.keep,
    )


def _view() -> rx.Component:
    state = OwnMeetingState
    return rx.fragment(
        rx.cond(state.failure, rx.el.div(banner(state.failure, "danger"), role="alert", class_name="mb-4")),
        rx.cond(
            state.shown.is_over,
            past_meeting(state.shown, is_starting=state.working, on_start=state.start),
            rx.cond(state.shown.room_path, invitation(_invited(), is_starting=state.working, on_start=state.start)),
        ),
        rx.el.div(
            button(_("Edit"), id="edit", kind="secondary", icon_name="pencil", on_click=state.edit),
            button(_("Delete"), kind="quiet", icon_name="trash-2", on_click=state.ask_delete),
            class_name="flex flex-wrap gap-3 mt-6",
        ),
        _delete_dialog(),
    )


def _editor() -> rx.Component:
    state = OwnMeetingState
    fields = meeting_fields(
        state,
        subject=state.shown.subject,
        starts_at=state.starts_at,
        time_zone=state.time_zone,
        pass_phrase=state.pass_phrase,
    )
    return card(
        checked_form(
            state,
            fields,
            rx.el.div(
                submit_button(_("Save changes"), busy=state.busy),
                button(_("Cancel"), kind="quiet", on_click=state.stop_editing),
                class_name="flex flex-wrap gap-3 pt-2",
            ),
            on_submit=state.submit,
        ),
        extra="p-5 sm:p-8 max-w-2xl",
    )


def _missing() -> rx.Component:
    return empty_state(
        "calendar-x",
        _("There is no such meeting here."),
        _("It may have been deleted, or it belongs to another account."),
        link_button(_("All meetings"), localized_path("/dashboard"), kind="secondary"),
        is_page=True,
    )


def _waiting() -> rx.Component:
    again = button(_("Try again"), kind="secondary", size="small", on_click=OwnMeetingState.load)
    return rx.cond(
        OwnMeetingState.failure,
        banner(OwnMeetingState.failure, "danger", again),
        loading(skeleton("h-9 w-2/3"), skeleton("h-5 w-1/3"), skeleton("h-56 rounded-card mt-4")),
    )


@page("/meetings/[code]", title=n_("Meeting"), on_load=OwnMeetingState.load)
def own_meeting() -> rx.Component:
    state = OwnMeetingState
    there = rx.fragment(
        _heading(),
        rx.cond(SessionState.may_invite, rx.fragment(), confirm_email_banner()),
        deactivated_account_banner(),
        vault_panel(),
        rx.cond(state.is_editing, _editor(), _view()),
    )
    return app_frame(
        key_vault(),
        rx.cond(state.missing, _missing(), rx.cond(state.shown.code, there, _waiting())),
        current="/dashboard",
    )
