"""The host's side of the meeting page: who waits, and the orders. The services decide who the host is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import reflex as rx

from conference_app.errors import ConferenceError
from conference_app.room.page_messages import Desk, Notice, desk_of, new_id
from conference_app.services.room import host_view, moderation
from conference_app.services.room.host_view import HostView
from conference_app.services.room.hosts import Caller
from conference_app.session import path_end, public, still_signed_in, tab_id
from conference_app.texts import _, error_text


class HostState(rx.State):
    """What only the host's page is told. Whoever is no host may call all of this, and gets nothing."""

    desk: Desk = Desk()
    notice: Notice = Notice()
    is_locked: bool = False
    _view: HostView | None = None
    """What `desk` shows."""
    _look: str = ""
    """The newest look; an older one that ends later is no news."""

    def show_locked(self, is_locked: bool) -> None:
        """Begin anew with what the page found when it was loaded."""
        self.desk, self.notice, self._view, self._look = Desk(), Notice(), None, ""
        self.is_locked = is_locked

    @rx.event(background=True)
    @public
    async def watch(self) -> None:
        """Tell the host's page what is new. It asks for the next news when it has these, so a gone page ends it."""
        async with self:
            code, caller, known = path_end(self), await self._caller(), self._view
            look = self._look = new_id()
        try:
            view = await host_view.news(caller, code, known)
        except ConferenceError:
            view = None
        async with self:
            if look != self._look:
                return
            self._view = view
            self.desk = desk_of(view) if view else Desk()
            if view:
                self.is_locked = view.is_locked

    @rx.event
    @public
    async def admit(self, identity: str, tickets: str = "") -> None:
        await self._order(moderation.admit(await self._caller(), path_end(self), identity, tickets=tickets))

    @rx.event
    @public
    async def refuse(self, identity: str) -> None:
        await self._order(moderation.refuse(await self._caller(), path_end(self), identity))

    @rx.event
    @public
    async def remove(self, identity: str) -> None:
        await self._order(moderation.remove(await self._caller(), path_end(self), identity))

    @rx.event
    @public
    async def lock(self, is_locked: bool) -> None:
        if await self._order(moderation.lock(await self._caller(), path_end(self), is_locked)):
            self.is_locked = is_locked
            locked = _("The meeting is locked. New people wait until you let them in.")
            self.notice = Notice(new_id(), locked if is_locked else _("The meeting is open again."))

    @rx.event
    @public
    async def hand_over(self, identity: str, ticket: str = "") -> None:
        await self._order(moderation.hand_over(await self._caller(), path_end(self), identity, ticket=ticket))

    @rx.event
    @public
    async def end(self) -> None:
        await self._order(moderation.end(await self._caller(), path_end(self)))

    async def _caller(self) -> Caller:
        person = await still_signed_in()
        account_id = person.account_id if person and not person.must_accept else ""
        return Caller(account_id, tab_id(self))

    async def _order(self, order: Awaitable[Any]) -> bool:
        """Carry out a host's order; False, with the reason said, if it was refused."""
        try:
            await order
        except ConferenceError as error:
            self.notice = Notice(new_id(), error_text(error))
            return False
        return True
