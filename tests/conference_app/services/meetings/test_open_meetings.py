"""How many meetings are open at once: no account holds all places, and a full installation says so."""

from __future__ import annotations

import asyncio
import logging

import pytest

from conference_app.config import Settings, settings
from conference_app.errors import NotAllowed, Unavailable
from conference_app.services.meetings import meetings, open_meetings
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.joined import join
from tests.conference_app.people import confirmed, meeting_of, session_of
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.both_databases


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two for each account, three in all."""
    monkeypatch.setenv("PARLEY_OPEN_PER_ACCOUNT", "2")
    monkeypatch.setenv("PARLEY_OPEN_MEETINGS", "3")
    settings.cache_clear()


@pytest.mark.usefixtures("limits")
async def test_an_account_opens_no_more_than_it_may_even_at_once(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = [await meeting_of(ann) for _ in range(4)]
    answers = await asyncio.gather(*(meetings.open_room(ann.id, one.code) for one in made), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["NotAllowed", "NotAllowed", "OwnMeeting", "OwnMeeting"]
    shut = next(one for one, answer in zip(made, answers, strict=True) if isinstance(answer, NotAllowed))
    with pytest.raises(NotAllowed):  # nor by walking in
        await join(shut.code, session=await session_of(ann))
    opened = next(one for one in await meetings.list_for(ann.id) if one.state == "open")
    assert await meetings.open_room(ann.id, opened.code)  # what is open stays so
    await moderation.end(Caller(ann.id), opened.code)
    assert (await meetings.open_room(ann.id, shut.code)).state == "open"


@pytest.mark.usefixtures("limits")
async def test_a_full_installation_says_so_to_host_and_operator(
    db: Settings, rooms: FakeRoomAdmin, caplog: pytest.LogCaptureFixture
) -> None:
    ann, ben = await confirmed("ann"), await confirmed("ben")
    made = [await meeting_of(one) for one in (ann, ann, ben, ben)]
    for host, one in zip((ann, ann, ben), made, strict=False):
        assert await open_meetings.has_place()
        await meetings.open_room(host.id, one.code)
    assert not await open_meetings.has_place()
    with caplog.at_level(logging.WARNING), pytest.raises(Unavailable):
        await meetings.open_room(ben.id, made[3].code)
    assert "PARLEY_OPEN_MEETINGS" in caplog.text
