"""Who stands at the door of a meeting: a guest by the tab, a member by the account, each in one room only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Meeting
from conference_app.models.columns import lookup_key
from conference_app.services.accounts import introductions
from conference_app.services.people.person_fields import clean_line
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.texts import n_

NAME_LENGTH = 60
_MAX_TAB_ID = 200
IDENTITY = re.compile(r"(guest|member|host)-[0-9a-f-]{20,50}")
"""The form of the identities we give; anything else is not worth looking up."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the door of one room."""

    identity: str
    person: str
    """All tabs of one account share it, so that being sent out counts for all of them."""
    name: str = field(repr=False)
    is_host: bool
    account_id: str = ""
    """Of a member who comes under their own name, and so with what they show of themselves."""


def visitor_of(meeting: Meeting, name: str, tab_id: str, session: SignedIn | None) -> Visitor:
    """The visitor as the room will know them: the same again after a reload, and telling nobody the tab's secret.

    Raises InvalidInput (field name) for a guest without a name that can be read.
    """
    tab = _hashed(meeting.id, meeting.room, tab_id[:_MAX_TAB_ID])
    if session is None:
        return Visitor(f"guest-{tab}", f"guest-{tab}", _checked_name(name), is_host=False)
    person = _hashed(meeting.id, meeting.room, "account", session.account_id)
    own = clean_line(f"{session.first_name} {session.last_name}")[:NAME_LENGTH]
    shown = clean_line(name)[:NAME_LENGTH] or own
    is_host = session.account_id == meeting.account_id
    identity = f"{'host' if is_host else 'member'}-{person}-{tab}"
    return Visitor(identity, person, shown, is_host, session.account_id if shown == own else "")


def _hashed(*parts: str) -> str:
    return lookup_key("room-identity", "\0".join(parts)).hex()[:20]


def _checked_name(name: str) -> str:
    shown = clean_line(name[: 4 * NAME_LENGTH])
    if not shown:
        problem = ConferenceError(n_("Enter the name the others will see."))
    elif len(shown) > NAME_LENGTH:
        problem = ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    else:
        return shown
    raise InvalidInput({"name": problem})


async def shown_beside(visitor: Visitor, room: str, now: datetime) -> dict[str, str]:
    """What the others in `room` see beside the name (attributes of LiveKit); nothing of guests."""
    if not visitor.account_id:
        return {}
    shown = await introductions.of_account(visitor.account_id)
    return introductions.attributes(shown, visitor.account_id, room, now=now)
