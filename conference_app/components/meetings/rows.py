"""Meetings as pages show them: rows of plain words, sorted into what is next, planned, and over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import reflex as rx
from babel.dates import format_timedelta

from conference_app.components.kit.buttons import icon
from conference_app.components.kit.surfaces import badge
from conference_app.components.kit.times import (
    day_in_words,
    distance_in_words,
    in_zone,
    instant,
    moment,
    moment_in_words,
    zone_city,
)
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.room.occupancy import NOBODY, Occupancy
from conference_app.texts import _, current_language, localized_path, plural

STILL_DUE = timedelta(hours=2)
"""A planned meeting that nobody started counts as due for so long, then as past."""


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting in words."""

    id: str = ""
    code: str = ""
    subject: str = ""
    room_path: str = ""
    """What guests open: /m/<code>. Empty while the organizer may not invite."""
    page_path: str = ""
    when: str = ""
    time: str = ""
    """The time and place without the day."""
    hint: str = ""
    """How far away it is; empty without a time."""
    is_open: bool = False
    is_live: bool = False
    """Whether somebody is inside, as far as can be told."""
    is_over: bool = False
    inside: str = ""
    """Who is in the open room, in words."""
    waiting: str = ""
    """How many wait to be let in, in words; empty if nobody does."""
    began_at: str = ""
    """When it was last held, as an `instant`; empty if it never was."""
    lasted: str = ""
    """How long that was, and with how many, in words."""
    has_pass_phrase: bool = False


@dataclass(frozen=True, slots=True)
class MeetingDay:
    """The meetings of one day."""

    title: str = ""
    rows: list[MeetingRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Agenda:
    """A person's meetings in the order of the dashboard."""

    first: OwnMeeting | None
    upcoming: list[OwnMeeting]
    any_time: list[OwnMeeting]
    past: list[OwnMeeting]


def _is_past(meeting: OwnMeeting, now: datetime) -> bool:
    if meeting.state in ("open", "locked"):
        return False
    due = meeting.starts_at
    return meeting.state == "ended" if due is None else meeting.state == "ended" or due + STILL_DUE < now


def agenda(meetings: Iterable[OwnMeeting], now: datetime) -> Agenda:
    """Sort `meetings`: what runs or comes first, then planned ones by time, those without a time, and past ones."""
    meetings = list(meetings)
    past = [one for one in meetings if _is_past(one, now)]
    ahead = [one for one in meetings if not _is_past(one, now)]
    planned = sorted((one for one in ahead if one.starts_at), key=lambda one: one.starts_at or now)
    any_time = [one for one in ahead if not one.starts_at]
    live = [one for one in ahead if one.state != "waiting"]
    first = next(iter([*live, *planned, *any_time]), None)
    return Agenda(
        first,
        [one for one in planned if one is not first],
        [one for one in any_time if one is not first],
        sorted(past, key=lambda one: one.starts_at or one.created_at, reverse=True),
    )


def row(
    meeting: OwnMeeting, now: datetime | None = None, *, may_invite: bool, occupancy: Occupancy = NOBODY
) -> MeetingRow:
    """`meeting` in the words of the current language; its link is left out for an organizer who may not invite."""
    now = now or datetime.now(UTC)
    start = meeting.starts_at
    is_open = meeting.state in ("open", "locked")
    is_over = _is_past(meeting, now)
    return MeetingRow(
        id=meeting.id,
        code=meeting.code,
        subject=meeting.subject,
        room_path=meeting.path if may_invite else "",
        page_path=localized_path(f"/meetings/{meeting.code}"),
        when=_when(meeting, now, is_over=is_over),
        time=f"{in_zone(start, meeting.time_zone):%H:%M} {zone_city(meeting.time_zone)}" if start else "",
        hint=distance_in_words(start, now) if start else "",
        is_open=is_open,
        is_live=is_open and (bool(occupancy.names) or not occupancy.is_known),
        is_over=is_over,
        inside=_inside(occupancy) if is_open else "",
        waiting=_waiting(occupancy.waiting),
        began_at=instant(meeting.opened_at) if meeting.ended_at else "",
        lasted=_lasted(meeting),
        has_pass_phrase=bool(meeting.pass_phrase),
    )


def _when(meeting: OwnMeeting, now: datetime, *, is_over: bool) -> str:
    if meeting.starts_at:
        return moment_in_words(meeting.starts_at, meeting.time_zone, now)
    if not is_over:
        return _("Starts when you like")
    return _("Held without a set time") if meeting.opened_at else _("Never opened")


def _inside(occupancy: Occupancy) -> str:
    """Two names at most: the page is no list of people."""
    names = occupancy.names
    if not names:
        return _("Nobody is in the room.") if occupancy.is_known else ""
    if len(names) == 1:
        return _("{name} is in the room.", name=names[0])
    if len(names) == 2:
        return _("{name} and {other} are in the room.", name=names[0], other=names[1])
    return plural(
        "{name} and {count} other are in the room.",
        "{name} and {count} others are in the room.",
        len(names) - 1,
        name=names[0],
    )


def _waiting(count: int) -> str:
    return (
        plural("{count} person is waiting to be let in.", "{count} people are waiting to be let in.", count)
        if count
        else ""
    )


def _lasted(meeting: OwnMeeting) -> str:
    """ "25 minutes, 4 people"; empty for a meeting that was never held."""
    if meeting.opened_at is None or meeting.ended_at is None:
        return ""
    words = format_timedelta(meeting.ended_at - meeting.opened_at, threshold=1.4, locale=current_language())
    if meeting.attended is None:
        return words
    people = plural("{count} person", "{count} people", meeting.attended)
    return f"{words}, {people}"


def days(meetings: Iterable[OwnMeeting], now: datetime, shown: Callable[[OwnMeeting], MeetingRow]) -> list[MeetingDay]:
    """Planned `meetings`, already in order and each as `shown`, under the day on which it starts in its own zone."""
    found: dict[str, list[MeetingRow]] = {}
    for one in meetings:
        if one.starts_at:
            day = in_zone(one.starts_at, one.time_zone).date()
            title = day_in_words(day, in_zone(now, one.time_zone).date())
            found.setdefault(title, []).append(shown(one))
    return [MeetingDay(title, rows) for title, rows in found.items()]


def state_badge(shown: MeetingRow) -> rx.Component:
    """Whether people are inside, it is open, or it is over; nothing while it waits."""
    is_open = rx.cond(shown.is_live, badge(_("Running now"), "ok", dot=True), badge(_("Open, empty")))
    return rx.cond(shown.is_open, is_open, rx.cond(shown.is_over, badge(_("Over")), rx.fragment()))


def record(shown: MeetingRow) -> rx.Component:
    """When the meeting was last held, how long and with how many; nothing for one that never was."""
    return rx.cond(shown.began_at, rx.el.span(moment(shown.began_at), " · ", shown.lasted))


def meeting_line(shown: MeetingRow, when: rx.Var[str]) -> rx.Component:
    """One meeting in a list: the whole line leads to its page."""
    return rx.el.a(
        rx.el.span(
            rx.el.span(shown.subject, title=shown.subject, class_name="block font-medium truncate"),
            rx.el.span(
                rx.cond(shown.is_over & (shown.began_at != ""), record(shown), when),
                class_name="block text-sm text-ink-muted",
            ),
            class_name="min-w-0 grow",
        ),
        rx.cond(
            shown.has_pass_phrase,
            rx.el.span(
                icon("key-round", 18),
                rx.el.span(_("with pass-phrase"), class_name="sr-only"),
                class_name="text-ink-faint",
            ),
        ),
        state_badge(shown),
        icon("chevron-right", 18, "text-ink-faint"),
        href=shown.page_path,
        class_name="flex items-center gap-3 px-4 py-3 hover:bg-surface-sunken focus-visible:-outline-offset-2",
    )


def meeting_list(rows: list[MeetingRow], *, under_day: bool = False) -> rx.Component:
    """Lines on one card; `under_day` shows the time alone, since the day stands above."""
    return rx.el.ul(
        rx.foreach(rows, lambda shown: rx.el.li(meeting_line(shown, shown.time if under_day else shown.when))),
        class_name="bg-surface-raised border border-line rounded-card shadow-card overflow-hidden divide-y divide-line",
    )
