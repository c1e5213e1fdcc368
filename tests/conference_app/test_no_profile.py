"""Nobody's way through the pages is kept: no profile, no count of a person's visits, nothing to join them by."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from reflex_base.registry import RegistrationContext
from sqlalchemy import text

from conference_app import database
from conference_app.config import Settings
from conference_app.models import SQLModel
from conference_app.purposes import PERSONALISATION
from conference_app.services.personal_data import personal_rows
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.tabs import Processor, Tab, processing
from tests.fakes import FakeRoomAdmin

_AGO = re.compile(r"\b(?:\d+ (?:second|minute)s? ago|now|in \d+ seconds?)\b")


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings, rooms: FakeRoomAdmin) -> AsyncIterator[Processor]:
    async with processing() as running:
        yield running


def on_arrival() -> list[str]:
    """The handlers that run when somebody comes to a page."""
    return sorted(name for name in RegistrationContext.get().event_handlers if name.endswith(".load"))


async def rows() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    found: dict[str, list[str]] = {}
    async with database.reading() as db:
        connection = await db.connection()
        for table in SQLModel.metadata.sorted_tables:
            result = await connection.execute(text(f'SELECT * FROM "{table.name}"'))  # noqa: S608 - our own names
            found[table.name] = sorted(repr(row) for row in result.all())
    return found


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> set[str]:
    """The tables whose rows are not the same."""
    return {name for name in after if before[name] != after[name]}


async def visit(processor: Processor, session: str = "") -> list[Any]:
    """A walk over every page in a new tab; what the pages were given."""
    tab = Tab.signed_in(processor, session) if session else Tab(processor)
    await tab.hydrate()
    for name in on_arrival():
        await tab.send(name)
    return [update.delta for update in processor.sent[tab.token]]


def steady(shown: list[Any]) -> str:
    """What a walk was given, without numbers that are new in each tab and without the seconds between two walks."""
    kept = []
    for delta in shown:
        for state, values in (delta or {}).items():
            kept += [(state, name, repr(value)) for name, value in values.items() if not _is_of_the_tab(name, value)]
    return _AGO.sub("a moment ago", "\n".join(map(repr, kept)))


def _is_of_the_tab(name: str, value: Any) -> bool:
    return "csrf" in name or "router" in name or "MeetingAccess(" in repr(value) or "Answer(" in repr(value)


@pytest.mark.promise("P87")
async def test_two_visits_of_a_stranger_are_alike_and_leave_no_row(processor: Processor) -> None:
    assert len(on_arrival()) > 10
    before = await rows()
    first, second = steady(await visit(processor)), steady(await visit(processor))
    assert first == second
    assert changed(before, await rows()) == set()


@pytest.mark.promise("P87")
@pytest.mark.promise("P88")
@pytest.mark.slow
async def test_two_visits_of_a_member_are_alike_and_leave_no_row(processor: Processor) -> None:
    """The one thing that moves is when the session was last used, which the member sees in the list of sessions."""
    session = await session_token(await confirmed("ann"))
    await visit(processor)  # before signing in, from the same address
    before = await rows()
    first, second = steady(await visit(processor, session)), steady(await visit(processor, session))
    assert first == second
    after = await rows()
    assert changed(before, after) <= {"sign_in_session"}
    assert len(after["sign_in_session"]) == len(before["sign_in_session"])


@pytest.mark.promise("P87")
@pytest.mark.promise("P88")
def test_no_column_is_kept_to_arrange_pages_or_to_join_visits() -> None:
    """What is arranged for those who agreed is read from their own meetings; of visits no table knows."""
    read = {
        (name, column)
        for name, one in personal_rows.tables().items()
        for column, tag in one.tags.items()
        if PERSONALISATION in tag.purposes
    }
    assert read == {("meeting", "starts_at"), ("meeting", "time_zone")}
    assert not [name for name in SQLModel.metadata.tables if "visit" in name]
