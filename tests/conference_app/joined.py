"""Meetings that people have joined, as most tests of them need it."""

from __future__ import annotations

from typing import Any

import jwt

from conference_app import database
from conference_app.config import settings
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.people.identity import AccountView
from conference_app.services.room import joining
from conference_app.services.room.joining import Admitted, Waiting
from conference_app.services.sign_in.sessions import SignedIn
from tests.conference_app.links import HeldLink, with_link
from tests.conference_app.people import ADDRESS, meeting_of
from tests.fakes import LOOKING


async def join(
    code: str,
    *,
    name: str = "Guest",
    pass_phrase: str = "",
    tab: str = "tab",
    session: SignedIn | None = None,
    address: str = ADDRESS,
    has_link: bool = True,
) -> Admitted | Waiting:
    """Ask for a place as somebody who types nothing special."""
    return await joining.join(
        code,
        name=name,
        pass_phrase=pass_phrase,
        tab_id=tab,
        session=session,
        address=address,
        **(with_link(name) if has_link else HeldLink(leaf_key="", proof="")),
    )


async def admitted(code: str, **how: object) -> Admitted:
    """Come in."""
    place = await join(code, **how)  # type: ignore[arg-type]
    assert isinstance(place, Admitted)
    return place


async def opened(host: AccountView, **changes: Any) -> OwnMeeting:
    """A meeting of `host` that is open."""
    made = await meeting_of(host, **changes)
    return await meetings.open_room(host.id, made.code)


async def room_of(code: str) -> str:
    """The room's name at the media server."""
    async with database.reading(*LOOKING) as db:
        row = await meetings.row_by_code(db, code)
    assert row is not None
    return row.room


def claims(place: Admitted) -> dict[str, object]:
    """What the token of `place` says."""
    return jwt.decode(place.token, settings().secrets.livekit_api_secret, algorithms=["HS256"])
