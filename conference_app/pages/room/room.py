"""The address that guests get: the lobby of a meeting and its room.

The State decides who comes in (`room.host_state` passes on the host's orders); the call itself lives in the browser
(room/) and goes on when this State is lost.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventType

from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.encryption.vault_panel import vault_panel
from conference_app.components.frame.page_frame import header, whole_page
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.components.kit.times import moment_in_words
from conference_app.components.meetings.invitation_text import invitation_text
from conference_app.config import settings
from conference_app.errors import ConferenceError, NotFound, TooManyAttempts, Unavailable
from conference_app.room.host_state import HostState
from conference_app.room.meeting_room import meeting_room
from conference_app.room.page_messages import Answer, MeetingAccess, admission, introduction_words, new_id, refusal
from conference_app.room.texts import room_texts
from conference_app.services.accounts import introductions
from conference_app.services.meetings import meetings
from conference_app.services.meetings.announced import Announced
from conference_app.services.room import joining
from conference_app.services.room.joining import Admitted, Waiting
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import (
    SessionState,
    client_address,
    path_end,
    public,
    signed_in,
    still_signed_in,
    tab_id,
)
from conference_app.texts import _, current_language, error_text, localized_path, n_


class MeetingState(rx.State):
    """What the meeting page shows."""

    access: MeetingAccess = MeetingAccess()
    answer: Answer = Answer()
    _name: str = ""
    _pass_phrase: str = ""
    _leaf_key: str = ""
    _proof: str = ""
    _is_waiting: bool = False
    """Whether a background handler of this tab waits to be let in."""
    _asks_again: bool = False
    """Whether this tab was told to ask again, which is then no new try."""

    @rx.event
    @public
    async def load(self) -> None:
        self.answer, self._is_waiting, self._asks_again = Answer(), False, False
        person = signed_in()
        name = f"{person.first_name} {person.last_name}".strip() if person else ""
        access = MeetingAccess(id=new_id(), suggested_name=name)
        try:
            meeting = await meetings.find_by_code(self._code(), address=client_address(self))
            access = replace(access, status=meeting.state, needs_pass_phrase=meeting.needs_pass_phrase)
            access = replace(access, host=meeting.announced.host, when=_when(meeting.announced))
        except NotFound:
            access = replace(access, status="not_found")
        except TooManyAttempts as error:
            access = replace(access, status="too_many_attempts", message=error_text(error))
        except Unavailable as error:
            access = replace(access, status="unavailable", message=error_text(error))
        if person is not None and access.status not in ("not_found", "too_many_attempts", "unavailable"):
            access = replace(access, introduction=introduction_words(await introductions.of_account(person.account_id)))
            access = await self._as_host(access, person)
        self.access = access
        (await self.get_state(HostState)).show_locked(access.status == "locked")

    @rx.event
    @public
    async def join(self, name: str, pass_phrase: str, leaf_key: str = "", proof: str = "") -> EventType[()] | None:
        """Ask to join: in the lobby, and again whenever the call was lost and its token is too old."""
        self._name, self._pass_phrase = name, pass_phrase
        self._leaf_key, self._proof = leaf_key, proof
        self.answer = await self._ask()
        if self.answer.kind != "waiting" or self._is_waiting:
            return None
        self._is_waiting = True
        return MeetingState.wait

    @rx.event(background=True)
    @public
    async def wait(self) -> None:
        """Let the guest in when the host has come or admits them. A wait ends after some seconds, and a page that is still
        there asks for the next one: so the host sees nobody whose tab is gone.
        """
        async with self:
            code, access_id, is_waiting = self._code(), self.access.id, self._is_waiting
            tab, account_id = tab_id(self), await self._account_id()
        if not is_waiting:
            return
        answer: Answer | None = None
        try:
            if not await joining.answered(code, tab_id=tab, account_id=account_id):
                answer = Answer(id=new_id(), kind="ask_again")
        except ConferenceError as error:
            answer = refusal(error)
        async with self:
            if self.access.id != access_id or not self._is_waiting:
                return
            self._is_waiting, self._asks_again = False, True
            self.answer = answer or await self._ask()
            if self.answer.kind == "waiting":  # for another reason now, such as a lock
                self._asks_again, self.answer = True, Answer(id=new_id(), kind="ask_again")

    @rx.event
    @public
    async def stop_waiting(self) -> None:
        self._is_waiting = False
        with contextlib.suppress(ConferenceError):
            await joining.stop_waiting(self._code(), tab_id=tab_id(self), account_id=await self._account_id())

    @rx.event
    @public
    async def forget_answer(self, answer_id: str) -> None:
        """The browser has taken the answer: no later page load may find the token here."""
        if answer_id == self.answer.id:
            self.answer = Answer()

    def _code(self) -> str:
        return path_end(self)

    async def _as_host(self, access: MeetingAccess, person: SignedIn) -> MeetingAccess:
        try:
            own = await meetings.get_own(person.account_id, self._code())
        except NotFound:
            return access
        told = _("You can open it again from your meetings.") if own.state == "ended" else ""
        return replace(
            access,
            subject=own.subject,
            is_host=True,
            meeting_id=own.id,
            needs_pass_phrase=False,
            message=told,
            invitation=invitation_text(own, access.suggested_name) if person.may_invite else "",
        )

    async def _account_id(self) -> str:
        person = await still_signed_in()
        return person.account_id if person else ""

    async def _ask(self) -> Answer:
        asks_again, self._asks_again = self._asks_again, False
        try:
            result = await joining.join(
                self._code(),
                name=self._name,
                pass_phrase=self._pass_phrase,
                tab_id=tab_id(self),
                session=await still_signed_in(),
                address=client_address(self),
                leaf_key=self._leaf_key,
                proof=self._proof,
                is_waiting=asks_again,
            )
        except ConferenceError as error:
            return refusal(error)
        match result:
            case Admitted():
                return admission(result)
            case Waiting():
                code = "host" if result.for_host else "admit"
                told = result.announced
                return Answer(id=new_id(), kind="waiting", code=code, host=told.host, when=_when(told))


def _when(told: Announced) -> str:
    return moment_in_words(told.starts_at, told.time_zone, datetime.now(UTC)) if told.starts_at else ""


def _own_keys() -> rx.Component:
    """Where the organizer's vault is locked: how to open it. Without it nobody could be let in."""
    return rx.el.div(
        vault_panel(), class_name="mx-auto w-full max-w-page px-4 pt-6 has-[>div:empty]:hidden sm:px-6 lg:px-8"
    )


@page("/m/[code]", title=n_("Meeting"), on_load=MeetingState.load)
def meeting() -> rx.Component:
    state, host = MeetingState, HostState
    return whole_page(
        meeting_room(
            header(link_button(_("Privacy"), localized_path("/privacy"), kind="quiet", size="small")),
            rx.cond(state.access.is_host, rx.fragment(key_vault(), _own_keys())),
            access=state.access,
            answer=state.answer,
            notice=host.notice,
            desk=host.desk,
            is_locked=host.is_locked,
            texts=room_texts(),
            language=current_language(),
            brand=settings().brand_name,
            home_path=localized_path("/"),
            meetings_path=rx.cond(SessionState.signed_in, localized_path("/dashboard"), ""),
            hosted_path=rx.cond(state.access.is_host, localized_path("/meetings"), ""),
            on_join=state.join,
            on_stop_waiting=state.stop_waiting,
            on_answer_taken=state.forget_answer,
            on_watch=host.watch,
            on_admit=host.admit,
            on_refuse=host.refuse,
            on_remove=host.remove,
            on_lock=host.lock,
            on_hand_over=host.hand_over,
            on_end=host.end,
        )
    )
