"""Checks that everybody who wants into a meeting must pass. Each check raises its own refusal."""

from __future__ import annotations

import hmac

from conference_app import database
from conference_app.errors import ConferenceError, NotAllowed
from conference_app.models import Admission, Meeting
from conference_app.purposes import MEETINGS
from conference_app.services.accounts import may_invite
from conference_app.services.limits import rate_limits
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import PASS_PHRASE_LENGTH
from conference_app.services.people.typed_text import clean_line
from conference_app.services.room.visitors import Visitor
from conference_app.texts import n_


class MeetingEnded(ConferenceError):
    """It is over."""

    code = "meeting_ended"
    status = 410


class Removed(ConferenceError):
    """The host has sent this person out of this meeting."""

    code = "removed"
    status = 403


class WrongPassPhrase(ConferenceError):
    """The pass-phrase is missing or another one."""

    code = "wrong_pass_phrase"
    status = 403


def check_not_ended(meeting: Meeting) -> None:
    """Raises MeetingEnded."""
    if meetings.state_of(meeting) == "ended":
        raise MeetingEnded(n_("This meeting has ended."))


async def check_host_may_invite(meeting: Meeting) -> None:
    """Raises NotAllowed while the organizer may not let guests in (`may_invite`)."""
    async with database.reading(MEETINGS) as db:
        if not await may_invite.may(db, meeting.account_id):
            raise NotAllowed(n_("Nobody can come in yet. Ask the person who sent you the link."))


async def check_pass_phrase(meeting: Meeting, given: str, network: str) -> None:
    """Raises WrongPassPhrase, and TooManyAttempts after many guesses from `network` or at this meeting."""
    if not meeting.pass_phrase:
        return
    await rate_limits.check(rate_limits.PASS_PHRASE_PER_ADDRESS, network)
    await rate_limits.check(rate_limits.PASS_PHRASE_PER_MEETING, meeting.id)
    typed = clean_line(given[: 4 * PASS_PHRASE_LENGTH])
    if typed and hmac.compare_digest(typed.encode(), meeting.pass_phrase.encode()):
        return
    if typed:
        await rate_limits.count(rate_limits.PASS_PHRASE_PER_ADDRESS, network)
        await rate_limits.count(rate_limits.PASS_PHRASE_PER_MEETING, meeting.id)
    raise WrongPassPhrase(n_("That is not the pass-phrase of this meeting. Ask the host for it."))


def check_not_removed(visitor: Visitor, earlier: Admission | None) -> None:
    """Raises Removed."""
    if not visitor.is_host and earlier is not None and earlier.removed_at is not None:
        raise Removed(n_("The host has removed you from this meeting."))
