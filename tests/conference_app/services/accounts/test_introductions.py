"""What members show of themselves in a meeting: what they gave, under their own name, to who is in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import NotFound
from conference_app.services.accounts import introductions, photos, profiles
from conference_app.services.accounts.introductions import LINK_LIFE, Introduction
from conference_app.services.meetings import meetings
from conference_app.services.people.identity import AccountView
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import privacy_requests
from conference_app.services.room import joining, moderation
from conference_app.services.room.hosts import Caller
from conference_app.services.room.joining import Admitted
from tests.conference_app.links import with_link
from tests.conference_app.people import ADDRESS, confirmed, meeting_of, session_of
from tests.conference_app.services.accounts.test_profiles import picture
from tests.fakes import LOOKING, NOON, FakeRoomAdmin

ABOUT = "Dr, Acme, Warsaw University"


async def introduced(username: str = "ann") -> AccountView:
    """A member who told everything about their work and gave a photo."""
    account = await confirmed(username)
    given = {"title": "Dr", "company": "Acme", "institution": "Warsaw University"}
    names = {"first_name": account.first_name, "last_name": account.last_name, "username": username}
    await profiles.update(account.id, names | given)
    await photos.store(account.id, picture())
    return account


async def attributes(account: AccountView, code: str, name: str = "") -> dict[str, Any]:
    """What the account's way into the room says of it."""
    place = await joining.join(
        code,
        name=name,
        pass_phrase="",
        tab_id="tab",
        session=await session_of(account),
        address=ADDRESS,
        **with_link(name),
    )
    assert isinstance(place, Admitted)
    claims = jwt.decode(place.token, settings().secrets.livekit_api_secret, algorithms=["HS256"])
    return claims["attributes"]


def link_of(said: dict[str, Any]) -> str:
    return said["photo"].removeprefix("/room-photo/")


@pytest.mark.promise("P39")
@pytest.mark.slow
async def test_a_member_is_introduced_under_their_own_name(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await introduced()
    code = (await meeting_of(ann)).code
    said = await attributes(ann, code)
    assert (said["role"], said["about"]) == ("host", ABOUT)
    assert await introductions.photo(link_of(said)) == await photos.load(ann.id)
    assert ann.id not in link_of(said)
    assert (await attributes(ann, code, name="Ann Nowak"))["about"] == ABOUT
    assert await attributes(ann, code, name="Somebody") == {"role": "host"}


@pytest.mark.slow
async def test_who_told_nothing_shows_nothing(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed("ann")
    assert await attributes(ann, (await meeting_of(ann)).code) == {"role": "host"}


async def test_nothing_is_shown_of_data_that_is_to_be_kept_only(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await introduced()
    code = (await meeting_of(ann)).code
    link = link_of(await attributes(ann, code))
    await privacy_requests.restrict(DataOwner(ann.id), True)
    assert await introductions.of_account(ann.id) == Introduction()
    with pytest.raises(NotFound):
        await introductions.photo(link)


@pytest.mark.slow
async def test_a_link_ends_with_the_meeting_and_the_photo(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await introduced()
    made = await meetings.open_room(ann.id, (await meeting_of(ann)).code)
    link = link_of(await attributes(ann, made.code))
    await photos.remove(ann.id)
    with pytest.raises(NotFound):
        await introductions.photo(link)
    await photos.store(ann.id, picture())
    assert await introductions.photo(link)
    await moderation.end(Caller(ann.id), made.code)
    with pytest.raises(NotFound):
        await introductions.photo(link)


async def test_a_link_is_good_for_a_day(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await introduced()
    made = await meeting_of(ann)
    await attributes(ann, made.code)
    async with database.reading(*LOOKING) as session:
        row = await meetings.row_by_code(session, made.code)
    assert row is not None
    shown = await introductions.of_account(ann.id)
    link = link_of(introductions.attributes(shown, ann.id, row.room, now=NOON))
    assert await introductions.photo(link, now=NOON + LINK_LIFE)
    with pytest.raises(NotFound):
        await introductions.photo(link, now=NOON + LINK_LIFE + timedelta(seconds=1))


@pytest.mark.parametrize("link", ["", "x", "gAAAAA", "\u2026", "\udc80", "A" * 10_000])
async def test_other_texts_are_no_links(db: Settings, link: str) -> None:
    with pytest.raises(NotFound):
        await introductions.photo(link, now=NOON)
