"""Where the account is signed in: each browser by two words and a zone, and the way to sign it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx

from conference_app.components.account_frame import account_frame
from conference_app.components.buttons import button, icon
from conference_app.components.notices import NoticeState
from conference_app.components.page_registry import page
from conference_app.components.surfaces import badge, banner, card, loading, section_header, skeleton
from conference_app.components.times import distance_in_words, moment_in_words, zone_city
from conference_app.errors import ConferenceError
from conference_app.services import sign_in_sessions
from conference_app.services.sign_in_sessions import OpenSession
from conference_app.session import require_account
from conference_app.texts import _, error_text, n_


@dataclass(frozen=True)
class SessionRow:
    """A signed-in browser in words."""

    id: str
    name: str
    place: str
    since: str
    seen: str
    is_current: bool


def _row(one: OpenSession, now: datetime) -> SessionRow:
    if one.browser and one.system:
        name = _("{browser} on {system}", browser=one.browser, system=one.system)
    else:
        name = one.browser or one.system or _("A browser we do not know")
    place = _("Time zone of {city}", city=zone_city(one.time_zone)) if one.time_zone else ""
    since = _("Signed in: {when}", when=moment_in_words(one.created_at, one.time_zone or "UTC", now))
    seen = (
        _("this device, now")
        if one.is_current
        else _("last seen {when}", when=distance_in_words(one.last_seen_at, now))
    )
    return SessionRow(one.id, name, place, since, seen, one.is_current)


class SessionsState(rx.State):
    """The list of signed-in browsers."""

    loaded: bool = False
    problem: str = ""
    rows: list[SessionRow] = []

    @rx.event
    async def load(self) -> None:
        account = await require_account(self)
        await self._show(account.account_id, account.session_hash)

    @rx.event
    async def end(self, session_id: str) -> None:
        account = await require_account(self)
        if await sign_in_sessions.end_listed(account.account_id, session_id):
            (await self.get_state(NoticeState)).say(_("That device is signed out."))
        await self._show(account.account_id, account.session_hash)

    @rx.event
    async def end_others(self) -> None:
        account = await require_account(self)
        await sign_in_sessions.sign_out_others(account.account_id, account.session_hash)
        (await self.get_state(NoticeState)).say(_("All other devices are signed out."))
        await self._show(account.account_id, account.session_hash)

    async def _show(self, account_id: str, session_hash: str) -> None:
        self.problem = ""
        try:
            found = await sign_in_sessions.list_open(account_id, session_hash)
        except ConferenceError as error:
            self.problem = error_text(error)
            return
        now = datetime.now(UTC)
        self.rows, self.loaded = [_row(one, now) for one in found], True


def _item(one: SessionRow) -> rx.Component:
    out = button(
        _("Sign out"),
        kind="secondary",
        size="small",
        on_click=SessionsState.end(one.id),
        aria_label=_("Sign out this device:") + " " + one.name,
    )
    return rx.el.li(
        icon("monitor-smartphone", 20, "mt-0.5 text-ink-muted"),
        rx.el.div(
            rx.el.p(one.name, class_name="font-medium wrap-anywhere"),
            rx.el.p(one.seen, rx.cond(one.place, rx.fragment(" · ", one.place)), class_name="text-sm text-ink-muted"),
            rx.el.p(one.since, class_name="text-sm text-ink-faint"),
            class_name="grow min-w-0",
        ),
        rx.cond(one.is_current, badge(_("This device"), "accent"), out),
        class_name="flex items-start gap-3 p-4 border-t border-line first:border-t-0",
    )


@page("/account/sessions", title=n_("Devices"), on_load=SessionsState.load)
def account_sessions() -> rx.Component:
    state = SessionsState
    others = rx.cond(
        state.rows.length() > 1,
        button(_("Sign out all others"), kind="secondary", size="small", on_click=state.end_others),
    )
    return account_frame(
        rx.cond(state.problem, banner(state.problem, "danger")),
        section_header(
            _("Where you are signed in"),
            others,
            detail=_(
                "We keep the kind of browser and its time zone, no address. A device you do not know? Sign it out."
            ),
        ),
        rx.el.div(
            rx.cond(
                state.loaded,
                card(rx.el.ul(rx.foreach(state.rows, _item)), extra="overflow-hidden"),
                loading(skeleton("h-20 rounded-card"), skeleton("h-20 rounded-card")),
            ),
            class_name="mt-4",
        ),
        part="/account/sessions",
    )
