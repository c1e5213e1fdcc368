"""What an organizer says of a meeting, and what makes each of it good."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from conference_app.errors import ConferenceError, InvalidInput
from conference_app.services.people.typed_text import clean_line
from conference_app.texts import n_

SUBJECT_LENGTH = 200
PASS_PHRASE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """What the organizer typed, unchecked. `starts_at` is local wall time such as 2026-11-24T14:00, or empty."""

    subject: str = field(repr=False)
    starts_at: str = ""
    time_zone: str = ""
    """IANA name such as Europe/Warsaw; needed when `starts_at` is given."""
    pass_phrase: str = field(default="", repr=False)
    starts_locked: bool = False
    """Whether guests wait until the host lets each of them in."""


def _check_subject(text: str) -> str | ConferenceError:
    subject = clean_line(text[: 4 * SUBJECT_LENGTH])
    if not subject:
        return ConferenceError(n_("Say in a few words what the meeting is about."))
    if len(subject) > SUBJECT_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=SUBJECT_LENGTH)
    return subject


def _check_pass_phrase(text: str) -> str | ConferenceError:
    phrase = clean_line(text[: 4 * PASS_PHRASE_LENGTH])
    if len(phrase) > PASS_PHRASE_LENGTH:
        return ConferenceError(n_("Use at most {most} characters."), most=PASS_PHRASE_LENGTH)
    return phrase


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_zone(form: MeetingForm) -> str | ConferenceError:
    if not form.starts_at.strip():
        return ""
    zone = form.time_zone.strip()
    return zone if zone in _zones() else ConferenceError(n_("Choose the time zone of the start."))


def _check_start(form: MeetingForm, zone: str | ConferenceError) -> datetime | None | ConferenceError:
    typed = form.starts_at.strip()
    if not typed:
        return None
    try:
        wall = datetime.strptime(typed[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone comes from its own field
    except ValueError:
        return ConferenceError(n_("Enter a date and a time."))
    if not 2000 <= wall.year <= 2200:
        return ConferenceError(n_("Enter a date and a time."))
    if isinstance(zone, ConferenceError):
        return None
    moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        return ConferenceError(n_("The clocks go forward that night: this time does not exist. Choose another."))
    return moment


@dataclass(frozen=True, slots=True)
class Checked:
    """The values that are kept."""

    subject: str
    starts_at: datetime | None
    time_zone: str
    pass_phrase: str


def checked(form: MeetingForm) -> Checked:
    """The form's values. Raises InvalidInput with every wrong field at once."""
    zone = _check_zone(form)
    subject, start, phrase = (
        _check_subject(form.subject),
        _check_start(form, zone),
        _check_pass_phrase(form.pass_phrase),
    )
    fields = {"subject": subject, "starts_at": start, "time_zone": zone, "pass_phrase": phrase}
    problems = {name: value for name, value in fields.items() if isinstance(value, ConferenceError)}
    if problems:
        raise InvalidInput(problems)
    assert not isinstance(start, ConferenceError)  # noqa: S101 - told to the type checker; it raised above otherwise
    return Checked(str(subject), start, str(zone), str(phrase))
