"""Nobody is given an address but its owner: every page's handler and every route is asked, by everybody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from conference_app import database
from conference_app.conference_app import routes
from conference_app.config import Settings
from conference_app.services.consent import ledger
from conference_app.services.jobs import worker
from conference_app.services.meetings import meetings
from conference_app.services.people import email_addresses
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import export
from conference_app.session import session_cookie
from tests.conference_app.participants import takes_part
from tests.conference_app.people import confirmed, meeting_of, session_token
from tests.conference_app.staff_desk import staff_member
from tests.conference_app.tabs import Processor, Tab, processing
from tests.conference_app.test_gate import handlers, payloads
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.slow


CANARY = "canary"
"""Stands in every address that nobody here may see."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and by what they might get at somebody."""

    ids: list[str]
    callers: dict[str, str]
    """Session tokens by the caller's part; empty for a visitor."""


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings, rooms: FakeRoomAdmin) -> AsyncIterator[Processor]:
    async with processing() as running:
        yield running


async def somebody_with_a_newsletter(email: str) -> str:
    """A reader without account; the identifier of their address."""
    async with database.session() as db:
        row = await email_addresses.find_or_add(db, email, language="en")
        subject = Subject("address", row.id)
        await ledger.give(db, subject, "newsletter", act="test", page="/test", words="Yes.", language="en")
        return row.id


async def everybody(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """An account, a reader and a participant whose addresses are canaries; and a stranger, an organizer and staff."""
    staff = await staff_member(monkeypatch)
    owner = await confirmed("owner", email=f"{CANARY}-owner@example.com")
    stranger, organizer = await confirmed("bob"), await confirmed("carol")
    reader_id = await somebody_with_a_newsletter(f"{CANARY}-reader@example.com")
    made = await meeting_of(organizer)
    await meetings.open_room(organizer.id, made.code)
    async with database.session() as db:
        guest = await email_addresses.find_or_add(db, f"{CANARY}-guest@example.com", language="en")
        await takes_part(db, meeting_id=made.id, address_id=guest.id, reminder=True, follow_up=False)
    copy = await export.ask(DataOwner(owner.id), "en")
    await worker.run_due(copy.asked_at, kinds=["privacy.export"])
    people = {"stranger": stranger, "organizer": organizer, "staff": staff}
    callers = {"visitor": ""} | {part: await session_token(person) for part, person in people.items()}
    return Asked([owner.id, reader_id, guest.id, copy.id, made.code, "owner"], callers)


@pytest.mark.promise("P65")
@pytest.mark.promise("P71")
@pytest.mark.promise("P100")
@pytest.mark.timeout(300)
async def test_no_handler_gives_an_address_to_anybody_else(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await everybody(monkeypatch)
    for token in asked.callers.values():
        path = f"/staff/people/{asked.ids[0]}"
        tab = Tab.signed_in(processor, token, path=path) if token else Tab(processor, path=path)
        for name, entry in handlers().items():
            if ".embedded." in entry.handler.fn.__module__ or "sign_out" in name:
                continue  # the stand-in's postbox shows every mail, outside production only
            for payload in payloads(entry, asked.ids):
                await tab.send(name, **payload)
    assert len(set(processor.executed)) > 100  # the sweep does reach handlers
    assert CANARY not in processor.wire


def filled(path: str, identifier: str) -> str:
    """A route's path with `identifier` in each of its places."""
    return re.sub(r"\{[^}]+\}", identifier, path)


@pytest.mark.promise("P65")
@pytest.mark.promise("P71")
async def test_no_route_gives_an_address_to_anybody_else(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await everybody(monkeypatch)
    transport = httpx.ASGITransport(Starlette(routes=routes), raise_app_exceptions=False)
    seen = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        for token in asked.callers.values():
            for route in [one for one in routes if isinstance(one, Route)]:
                for identifier in asked.ids:
                    for method in sorted(route.methods or {"GET"}):
                        client.cookies.clear()
                        if token:
                            client.cookies.set(session_cookie(), token)
                        answer = await client.request(method, filled(route.path, identifier))
                        seen += 1
                        told = f"{answer.headers}{answer.text}"
                        assert CANARY not in told, (method, route.path)
    assert seen > 400
