"""Moments in words, with their zone: "24 Nov 2026, 14:00 Warsaw, in 7 days".

`moment` says one on the clocks of whoever reads it: their account's zone, else their browser's, which only the browser
knows. What has a zone of its own, such as a meeting, is said in that by `moment_in_words`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import reflex as rx
from babel.dates import format_date, format_timedelta

from conference_app.components.kit.moment import Moment
from conference_app.session import SessionState
from conference_app.texts import _, current_language


def instant(value: datetime | None) -> str:
    """`value` as a State holds it for `moment`: ISO 8601 in UTC; empty for none."""
    return value.astimezone(UTC).isoformat(timespec="seconds") if value else ""


def moment(at: rx.Var[str] | str) -> rx.Component:
    """The moment `at`, an `instant`, in the zone of whoever reads the page, with that zone and how far away it is."""
    zone, pattern = SessionState.time_zone, _("{day}, {time} {city}")
    return Moment.create(at=at, zone=zone, lang=current_language(), pattern=pattern)


def zone_city(zone: str) -> str:
    """The place an IANA zone is named after: Europe/Warsaw → Warsaw."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def in_zone(moment: datetime, zone: str) -> datetime:
    """`moment` on the clocks of `zone`; UTC when there is no such zone."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment.astimezone(UTC)


def day_in_words(day: date, today: date) -> str:
    """Today, tomorrow, or the weekday and date; with the year when it is another one."""
    if day == today:
        return _("Today")
    if day == today + timedelta(days=1):
        return _("Tomorrow")
    pattern = "EEEE d MMMM" if day.year == today.year else "EEEE d MMMM y"
    words = format_date(day, pattern, locale=current_language())
    return words[0].upper() + words[1:]


def date_in_words(day: date) -> str:
    """A day with its year: 21 February 2027."""
    return format_date(day, "d MMMM y", locale=current_language())


def moment_in_words(moment: datetime, zone: str, now: datetime) -> str:
    """Day, time and place, on the clocks of `zone`."""
    there = in_zone(moment, zone)
    day = day_in_words(there.date(), in_zone(now, zone).date())
    return _("{day}, {time} {city}", day=day, time=f"{there:%H:%M}", city=zone_city(zone))


def distance_in_words(moment: datetime, now: datetime) -> str:
    """How far away `moment` is: "in 20 minutes", "2 days ago"."""
    return format_timedelta(moment - now, add_direction=True, threshold=1.4, locale=current_language())


def whole_moment_in_words(moment: datetime, zone: str) -> str:
    """A moment that reads the same on every day: "Tuesday 24 November 2026, 14:00 (Warsaw time, UTC+1)"."""
    there = in_zone(moment, zone)
    day = format_date(there.date(), "EEEE d MMMM y", locale=current_language())
    offset = f"UTC{_signed(there.utcoffset() or timedelta())}"
    return _(
        "{day}, {time} ({city} time, {offset})",
        day=day[0].upper() + day[1:],
        time=f"{there:%H:%M}",
        city=zone_city(zone),
        offset=offset,
    )


def _signed(offset: timedelta) -> str:
    """+1, −3:30, or nothing for zero."""
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"
