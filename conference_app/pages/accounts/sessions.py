"""Where the account is signed in: each browser by two words and a zone, and the way to sign it out."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.accounts.account_frame import account_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, icon
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted, slotted_words
from conference_app.components.kit.surfaces import badge, banner, card, section_header
from conference_app.components.kit.times import instant, moment, zone_city
from conference_app.components.kit.vars import count
from conference_app.errors import ConferenceError
from conference_app.services.sign_in import session_list
from conference_app.services.sign_in.session_list import OpenSession
from conference_app.session import require_account, say
from conference_app.texts import _, error_text, n_


@dataclass(frozen=True)
class SessionRow:
    """A signed-in browser in words."""

    id: str
    name: str
    place: str
    since: str
    """An `instant`."""
    seen: str
    """The same; empty for the one in use."""
    is_current: bool


_STEP = 20
"""Rows that are shown at first, and more each time."""


def _row(one: OpenSession) -> SessionRow:
    if one.browser and one.system:
        name = _("{browser} on {system}", browser=one.browser, system=one.system)
    else:
        name = one.browser or one.system or _("A browser we do not know")
    place = _("Time zone of {city}", city=zone_city(one.time_zone)) if "/" in one.time_zone else one.time_zone
    seen = "" if one.is_current else instant(one.last_seen_at)
    return SessionRow(one.id, name, place, instant(one.created_at), seen, one.is_current)


class SessionsState(rx.State):
    """The list of signed-in browsers."""

    loaded: bool = False
    problem: str = ""
    rows: list[SessionRow] = []
    total: int = 0
    _limit: int = _STEP

    @rx.event
    async def load(self) -> None:
        self._limit = _STEP
        account = await require_account(self)
        await self._show(account.account_id, account.session_hash)

    @rx.event
    async def show_more(self) -> None:
        account = await require_account(self)
        self._limit = len(self.rows) + _STEP
        await self._show(account.account_id, account.session_hash)

    @rx.event
    async def end(self, session_id: str) -> None:
        account = await require_account(self)
        if await session_list.end_listed(account.account_id, session_id):
            await say(self, _("That device is signed out."))
        await self._show(account.account_id, account.session_hash)

    @rx.event
    async def end_others(self) -> None:
        account = await require_account(self)
        await session_list.sign_out_others(account.account_id, account.session_hash)
        await say(self, _("All other devices are signed out."))
        await self._show(account.account_id, account.session_hash)

    async def _show(self, account_id: str, session_hash: str) -> None:
        self.problem = ""
        try:
            found = await session_list.list_open(account_id, session_hash)
        except ConferenceError as error:
            self.problem = error_text(error)
            return
        self.rows = [_row(one) for one in found[: self._limit]]
        self.total, self.loaded = len(found), True


def _item(one: SessionRow) -> rx.Component:
    out = button(
        _("Sign out"),
        kind="secondary",
        size="small",
        on_click=SessionsState.end(one.id),
        aria_label=slotted_words(_("Sign out this device: {name}"), name=one.name),
    )
    seen = rx.cond(one.is_current, _("In use now"), slotted(_("Last seen {when}"), when=moment(one.seen)))
    since = slotted(_("Signed in: {when}"), when=moment(one.since))
    return rx.el.li(
        icon("monitor-smartphone", 20, "mt-0.5 text-ink-muted"),
        rx.el.div(
            rx.el.p(one.name, class_name="font-medium wrap-anywhere"),
            rx.el.p(seen, rx.cond(one.place, rx.fragment(" · ", one.place)), class_name="text-sm text-ink-muted"),
            rx.el.p(since, class_name="text-sm text-ink-faint"),
            class_name="grow min-w-0",
        ),
        rx.cond(one.is_current, badge(_("This device"), "accent"), out),
        class_name="flex items-start gap-3 p-4 border-t border-line first:border-t-0",
    )


@page("/account/sessions", title=n_("Devices"), on_load=SessionsState.load)
def account_sessions() -> rx.Component:
    state = SessionsState
    others = rx.cond(
        count(state.rows) > 1,
        button(_("Sign out all others"), kind="secondary", size="small", on_click=state.end_others),
    )
    more = button(_("Show more"), kind="secondary", size="small", on_click=state.show_more)
    return account_frame(
        rx.cond(state.problem, banner(state.problem, "danger")),
        section_header(
            _("Where you are signed in"),
            others,
            detail=_(
                "We keep the kind of browser and its time zone, no address. A device you don't recognise? Sign it out."
            ),
        ),
        rx.el.div(
            rx.cond(
                state.loaded,
                card(rx.el.ul(rx.foreach(state.rows, _item)), extra="overflow-hidden"),
                loading(skeleton("h-20 rounded-card"), skeleton("h-20 rounded-card")),
            ),
            rx.cond(state.total > count(state.rows), rx.el.div(more)),
            class_name="grid grid-cols-1 gap-4 mt-4",
        ),
        part="/account/sessions",
    )
