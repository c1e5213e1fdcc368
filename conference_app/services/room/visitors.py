"""Who asks to join a meeting: a guest by the tab, a member by the account, each in one room only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Meeting
from conference_app.models.columns import lookup_key
from conference_app.services.accounts import introductions
from conference_app.services.people.typed_text import clean_line
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.texts import n_

NAME_LENGTH = 60
_MAX_TAB_ID = 200
IDENTITY = re.compile(r"(guest|member|host)-[0-9a-f-]{20,50}")
"""The form of the identities we give; anything else is not worth looking up."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks to join one room."""

    identity: str
    person: str
    """All tabs of one account share it, so that being sent out counts for all of them."""
    name: str = field(repr=False)
    is_host: bool
    account_id: str = ""
    """Of a member who comes under their own name, and so with what they show of themselves."""
    leaf_key: str = ""
    """The public key of their browser in the group of members, base64url; empty if it named none."""
    proof: str = field(default="", repr=False)
    """Shows whoever has the whole link that they have it too, base64url; empty if it shows nothing."""


def visitor_of(meeting: Meeting, name: str, tab_id: str, session: SignedIn | None) -> Visitor:
    """The visitor as the room will know them: the same again after a reload, and telling nobody the tab's secret.

    Raises InvalidInput (field name) for a guest without a name that can be read.
    """
    identity, person = identity_of(meeting, tab_id, session.account_id if session else "")
    if session is None:
        return Visitor(identity, person, _checked_name(name), is_host=False)
    own = clean_line(f"{session.first_name} {session.last_name}")[:NAME_LENGTH]
    shown = clean_line(name)[:NAME_LENGTH] or own
    is_host = session.account_id == meeting.account_id
    return Visitor(identity, person, shown, is_host, session.account_id if shown == own else "")


def identity_of(meeting: Meeting, tab_id: str, account_id: str) -> tuple[str, str]:
    """The identity of a tab in the meeting's room, and the person behind it; `account_id` is empty for a guest."""
    tab = _hashed(meeting.id, meeting.room, tab_id[:_MAX_TAB_ID])
    if not account_id:
        return f"guest-{tab}", f"guest-{tab}"
    person = _hashed(meeting.id, meeting.room, "account", account_id)
    return f"{'host' if account_id == meeting.account_id else 'member'}-{person}-{tab}", person


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
