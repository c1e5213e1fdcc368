"""Who was let in, and until when that holds."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Account, Admission, Meeting
from conference_app.services.media_server import access_tokens
from conference_app.services.privacy import deactivation
from conference_app.services.room import admissions
from tests.conference_app.joined import admitted, opened
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed
from tests.fakes import LOOKING, FakeRoomAdmin

pytestmark = pytest.mark.both_databases


async def test_two_joins_of_one_tab_at_once_are_one_admission(db: Settings, rooms: FakeRoomAdmin) -> None:
    made = await opened(await confirmed())
    places = await asyncio.gather(*(admitted(made.code) for _ in range(5)))
    assert len({place.identity for place in places}) == 1
    async with database.reading(*LOOKING) as session:
        assert len((await session.exec(select(Admission))).all()) == 1


async def test_admissions_go_with_the_hosts_account(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    await admitted(made.code)
    async with database.session(*LOOKING) as session:
        row = await session.get(Account, ann.id)
        assert row is not None
        await session.delete(row)
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(Meeting))).all() == []
        assert (await session.exec(select(Admission))).all() == []


async def test_a_place_holds_only_while_the_hosts_account_is_active(db: Settings, rooms: FakeRoomAdmin) -> None:
    """Who was sent home when the host paused holds a token that is still good for minutes."""
    ann = await confirmed()
    made = await opened(ann)
    token = access_tokens.verify_room_token((await admitted(made.code)).token)
    assert await admissions.admits(token.room, token.identity)
    await deactivation.deactivate(ann.id, PASSWORD, address=ADDRESS)
    assert not await admissions.admits(token.room, token.identity)
    await deactivation.reactivate(ann.id)
    assert await admissions.admits(token.room, token.identity)


async def test_nobody_is_in_a_room_that_is_not_there(db: Settings) -> None:
    assert not await admissions.admits("", "")
    assert not await admissions.admits("nowhere", "guest-1")
