"""The dashboard: what is next, what is planned, what is over; a new meeting is always in reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.accounts.confirm_email import confirm_email_banner
from conference_app.components.accounts.returned_mail import returned_mail_banner
from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.encryption.meeting_link import copy_link_button
from conference_app.components.encryption.vault_panel import vault_panel
from conference_app.components.frame.app_frame import app_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, link_button
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner, card, empty_state, section_header
from conference_app.components.kit.vars import count, flag_var
from conference_app.components.meetings.rows import (
    Agenda,
    MeetingDay,
    MeetingRow,
    agenda,
    days,
    meeting_list,
    row,
    state_badge,
)
from conference_app.components.privacy.deactivated_account import deactivated_account_banner
from conference_app.errors import ConferenceError
from conference_app.services.consent import person_state
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.room import occupancy
from conference_app.services.room.occupancy import NOBODY, Occupancy
from conference_app.session import SessionState, require_account
from conference_app.texts import _, error_text, localized_path, n_

_PAST_STEP = 10


class DashboardState(rx.State):
    """What the dashboard shows."""

    loaded: bool = False
    problem: str = ""
    first: MeetingRow = MeetingRow()
    has_any: bool = False
    upcoming: list[MeetingDay] = []
    any_time: list[MeetingRow] = []
    past: list[MeetingRow] = []
    past_total: int = 0
    starting: bool = False

    @rx.event
    async def load(self) -> None:
        self.starting = False
        await self._show(_PAST_STEP)

    @rx.event
    async def show_more(self) -> None:
        await self._show(len(self.past) + 5 * _PAST_STEP)

    @rx.event
    async def start(self) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self.starting = True
        yield
        try:
            opened = await meetings.open_room(account.account_id, self.first.code)
            yield rx.redirect(localized_path(opened.path))
        except ConferenceError as error:
            self.problem = error_text(error)
        finally:
            self.starting = False

    async def _show(self, past_limit: int) -> None:
        account = await require_account(self)
        now = datetime.now(UTC)
        try:
            found = agenda(await meetings.list_for(account.account_id), now)
            inside = await occupancy.of_account(account.account_id)
            may_invite = account.may_invite and not await person_state.is_deactivated_now(account.account_id)
        except ConferenceError as error:
            self.problem = error_text(error)
            return
        self.problem = ""
        self._list(found, now, past_limit, inside, may_invite=may_invite)

    def _list(
        self, found: Agenda, now: datetime, past_limit: int, inside: dict[str, Occupancy], *, may_invite: bool
    ) -> None:
        def shown(one: OwnMeeting) -> MeetingRow:
            return row(one, now, may_invite=may_invite, occupancy=inside.get(one.id, NOBODY))

        self.has_any = found.first is not None or bool(found.past)
        self.first = shown(found.first) if found.first else MeetingRow()
        self.upcoming = days(found.upcoming, now, shown)
        self.any_time = [shown(one) for one in found.any_time]
        self.past = [shown(one) for one in found.past[:past_limit]]
        self.past_total = len(found.past)
        self.loaded = True


def _next_card() -> rx.Component:
    first = DashboardState.first
    return card(
        rx.el.div(
            rx.cond(
                first.is_open,
                state_badge(first),
                rx.el.p(_("Next meeting"), class_name="text-sm font-medium text-accent-ink"),
            ),
            class_name="flex items-center gap-3 min-h-6",
        ),
        rx.el.h2(
            rx.el.a(
                first.subject, href=first.page_path, class_name="hover:underline underline-offset-4 rounded-control"
            ),
            class_name="text-2xl mt-2 wrap-anywhere",
        ),
        rx.el.p(
            first.when,
            rx.cond(first.hint, rx.el.span(" · ", first.hint, class_name="text-ink-faint")),
            class_name="text-ink-muted mt-1",
        ),
        rx.cond(
            rx.cond(first.inside, first.inside, first.waiting),
            rx.el.p(first.inside, " ", first.waiting, class_name="text-ink mt-2 wrap-anywhere"),
        ),
        rx.cond(
            first.room_path,
            rx.el.div(
                button(
                    rx.cond(first.is_open, _("Go to the room"), _("Start meeting")),
                    icon_name="video",
                    busy=DashboardState.starting,
                    on_click=DashboardState.start,
                ),
                copy_link_button(_("Copy link"), first.id, first.room_path),
                class_name="flex flex-wrap gap-3 mt-6",
            ),
        ),
        extra="p-5 sm:p-6",
    )


def _section(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(section_header(title), *children, class_name="grid grid-cols-1 gap-4 mt-10")


def _day(day: MeetingDay) -> rx.Component:
    return rx.el.div(
        rx.el.h3(day.title, class_name="text-sm font-medium text-ink-muted mb-2 tracking-normal"),
        meeting_list(day.rows, under_day=True),
    )


def _lists() -> rx.Component:
    state = DashboardState
    more = button(_("Show more"), kind="secondary", size="small", on_click=state.show_more)
    return rx.fragment(
        rx.cond(state.first.code, _next_card()),
        rx.cond(
            count(state.upcoming) > 0,
            _section(_("Upcoming"), rx.el.div(rx.foreach(state.upcoming, _day), class_name="grid grid-cols-1 gap-5")),
        ),
        rx.cond(count(state.any_time) > 0, _section(_("Whenever you like"), meeting_list(state.any_time))),
        rx.cond(
            state.past_total > 0,
            _section(
                _("Past"),
                meeting_list(state.past),
                rx.cond(state.past_total > count(state.past), rx.el.div(more)),
            ),
        ),
    )


def _empty() -> rx.Component:
    return empty_state(
        "calendar-plus",
        _("Your first meeting is two fields away."),
        _("Give it a subject, send the link to your guests, and start when you are ready. Guests need no account."),
        link_button(_("Create your first meeting"), localized_path("/meetings/new"), icon_name="plus"),
    )


def _waiting() -> rx.Component:
    return loading(skeleton("h-44 rounded-card"), skeleton("h-7 w-40 mt-6"), skeleton("h-32 rounded-card"))


@page("/dashboard", title=n_("Your meetings"), on_load=DashboardState.load)
def dashboard() -> rx.Component:
    state = DashboardState
    return app_frame(
        key_vault(),
        rx.el.div(
            rx.el.h1(
                rx.cond(
                    SessionState.first_name,
                    slotted(_("Hello, {name}"), name=SessionState.first_name),
                    _("Your meetings"),
                ),
                title=SessionState.first_name,
                class_name="min-w-0 wrap-anywhere line-clamp-2",
            ),
            rx.cond(
                state.loaded & ~flag_var(state.has_any),
                rx.fragment(),  # the invitation to a first meeting has the one button then
                link_button(_("New meeting"), localized_path("/meetings/new"), icon_name="plus"),
            ),
            class_name="flex max-sm:flex-col items-start justify-between gap-4 mb-8",
        ),
        confirm_email_banner(),
        returned_mail_banner(),
        deactivated_account_banner(),
        vault_panel(),
        rx.cond(
            state.problem,
            banner(
                state.problem, "danger", button(_("Try again"), kind="secondary", size="small", on_click=state.load)
            ),
        ),
        rx.cond(
            state.loaded, rx.cond(state.has_any, _lists(), _empty()), rx.cond(state.problem, rx.fragment(), _waiting())
        ),
        current="/dashboard",
    )
