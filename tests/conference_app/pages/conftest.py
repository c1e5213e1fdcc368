"""Fixtures for tests of pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from conference_app.config import Settings
from tests.conference_app.tabs import Processor, processing
from tests.fakes import FakeRoomAdmin


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings, rooms: FakeRoomAdmin) -> AsyncIterator[Processor]:
    """The app's own event processor, over an empty database and a media server that only remembers its orders."""
    async with processing() as running:
        yield running
