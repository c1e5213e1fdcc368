"""The address that guests get: the lobby of a meeting and its room.

The State decides who comes in and passes on the host's orders; the call itself lives in the browser (room/) and goes on
when this State is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import reflex as rx
from reflex_base.event import EventType

from conference_app.components.frame.page_frame import header, whole_page
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.config import settings
from conference_app.errors import ConferenceError, NotFound, TooManyAttempts, Unavailable
from conference_app.room.meeting_room import meeting_room
from conference_app.room.page_messages import Answer, Door, Notice, admission, introduction_words, new_id, refusal
from conference_app.room.texts import room_texts
from conference_app.services.accounts import introductions
from conference_app.services.meetings import meetings
from conference_app.services.room import joining, moderation
from conference_app.services.room.joining import Admitted, Waiting
from conference_app.session import (
    SessionState,
    client_address,
    path_end,
    public,
    require_account,
    signed_in,
    still_signed_in,
    tab_id,
)
from conference_app.texts import _, current_language, error_text, localized_path, n_


class MeetingState(rx.State):
    """What the meeting page shows."""

    door: Door = Door()
    answer: Answer = Answer()
    notice: Notice = Notice()
    is_locked: bool = False
    _name: str = ""
    _pass_phrase: str = ""
    _is_waiting: bool = False
    """Whether a background handler of this tab waits at the door."""

    @rx.event
    @public
    async def load(self) -> None:
        self.answer, self.notice, self._is_waiting = Answer(), Notice(), False
        person = signed_in()
        name = f"{person.first_name} {person.last_name}".strip() if person else ""
        door = Door(id=new_id(), suggested_name=name)
        try:
            meeting = await meetings.find_by_code(self._code(), address=client_address(self))
            door = replace(door, status=meeting.state, needs_pass_phrase=meeting.needs_pass_phrase)
        except NotFound:
            door = replace(door, status="not_found")
        except TooManyAttempts as error:
            door = replace(door, status="too_many_attempts", message=error_text(error))
        except Unavailable as error:
            door = replace(door, status="unavailable", message=error_text(error))
        if person is not None and door.status not in ("not_found", "too_many_attempts", "unavailable"):
            door = replace(door, introduction=introduction_words(await introductions.of_account(person.account_id)))
            door = await self._as_host(door, person.account_id)
        self.door = door
        self.is_locked = door.status == "locked"

    @rx.event
    @public
    async def join(self, name: str, pass_phrase: str) -> EventType[()] | None:
        """Ask for a place: at the door, and again whenever the call was lost and its token is too old."""
        self._name, self._pass_phrase = name, pass_phrase
        self.answer = await self._ask()
        if self.answer.kind != "waiting" or self._is_waiting:
            return None
        self._is_waiting = True
        return MeetingState.wait

    @rx.event(background=True)
    @public
    async def wait(self) -> None:
        """Let the guest in by itself when the organizer opens the room. A wait ends after an hour, and a page that is
        still there asks for the next one: so nobody waits here for a tab that is gone.
        """
        async with self:
            code, door_id, is_waiting = self._code(), self.door.id, self._is_waiting
        if not is_waiting:
            return
        answer: Answer | None = None
        try:
            if (await joining.wait_until_admitted(code)).state == "waiting":
                answer = Answer(id=new_id(), kind="ask_again")
        except ConferenceError as error:
            answer = refusal(error)
        async with self:
            if self.door.id != door_id or not self._is_waiting:
                return
            self._is_waiting = False
            self.answer = answer or await self._ask()

    @rx.event
    @public
    async def stop_waiting(self) -> None:
        self._is_waiting = False

    @rx.event
    @public
    async def forget_answer(self, answer_id: str) -> None:
        """The browser has taken the answer: no later page load may find the token here."""
        if answer_id == self.answer.id:
            self.answer = Answer()

    @rx.event
    async def mute(self, identity: str, track_sid: str) -> None:
        account = await require_account(self)
        await self._order(moderation.mute(account.account_id, self._code(), identity, track_sid))

    @rx.event
    async def remove(self, identity: str) -> None:
        account = await require_account(self)
        await self._order(moderation.remove(account.account_id, self._code(), identity))

    @rx.event
    async def lock(self, is_locked: bool) -> None:
        account = await require_account(self)
        if await self._order(moderation.lock(account.account_id, self._code(), is_locked)):
            self.is_locked = is_locked
            told = _("The meeting is locked. Nobody new gets in.") if is_locked else _("The meeting is open again.")
            self.notice = Notice(new_id(), told)

    @rx.event
    async def end(self) -> None:
        account = await require_account(self)
        await self._order(moderation.end(account.account_id, self._code()))

    def _code(self) -> str:
        return path_end(self)

    async def _as_host(self, door: Door, account_id: str) -> Door:
        try:
            own = await meetings.get_own(account_id, self._code())
        except NotFound:
            return door
        told = _("You can start it again from your meetings.") if own.state == "ended" else ""
        return replace(door, subject=own.subject, is_host=True, needs_pass_phrase=False, message=told)

    async def _ask(self) -> Answer:
        try:
            result = await joining.join(
                self._code(),
                name=self._name,
                pass_phrase=self._pass_phrase,
                tab_id=tab_id(self),
                session=await still_signed_in(),
                address=client_address(self),
            )
        except ConferenceError as error:
            return refusal(error)
        match result:
            case Admitted():
                return admission(result)
            case Waiting():
                return Answer(id=new_id(), kind="waiting")

    async def _order(self, order: Awaitable[Any]) -> bool:
        """Carry out a host's order; False, with the reason said, if it was refused."""
        try:
            await order
        except ConferenceError as error:
            self.notice = Notice(new_id(), error_text(error))
            return False
        return True


@page("/m/[code]", title=n_("Meeting"), on_load=MeetingState.load)
def meeting() -> rx.Component:
    state = MeetingState
    return whole_page(
        meeting_room(
            header(link_button(_("Privacy"), localized_path("/privacy"), kind="quiet", size="small")),
            door=state.door,
            answer=state.answer,
            notice=state.notice,
            is_locked=state.is_locked,
            texts=room_texts(),
            language=current_language(),
            brand=settings().brand_name,
            home_path=rx.cond(SessionState.signed_in, localized_path("/dashboard"), localized_path("/")),
            on_join=state.join,
            on_stop_waiting=state.stop_waiting,
            on_answer_taken=state.forget_answer,
            on_mute=state.mute,
            on_remove=state.remove,
            on_lock=state.lock,
            on_end=state.end,
        )
    )
