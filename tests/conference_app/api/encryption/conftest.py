"""An open meeting and the delivery service of one process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from conference_app.config import Settings
from tests.conference_app.api.encryption.members import House, Meeting, house
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed
from tests.fakes import FakeRoomAdmin


@pytest.fixture
async def meeting(db: Settings, rooms: FakeRoomAdmin) -> Meeting:
    host = await confirmed("ann")
    made = await opened(host)
    guests = [(await admitted(made.code, tab=f"tab {number}")).identity for number in range(3)]
    return Meeting(host, made.id, made.code, await room_of(made.code), *guests)


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        yield made
