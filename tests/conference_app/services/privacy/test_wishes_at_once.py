"""What a person presses several times at the same moment in the privacy center, on both databases: it is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import SQLModel

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Case, ConsentEvent, DataExport, PrivacyState
from conference_app.services.consent import ledger
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import erasure_requests, export, privacy_requests
from tests.conference_app.consent_people import agrees, reader
from tests.conference_app.services.test_at_once import AT_ONCE, count
from tests.fakes import LOOKING, NOON

pytestmark = pytest.mark.both_databases


async def _objects(me: DataOwner) -> None:
    await privacy_requests.object_to_all(me, page="/privacy-center", now=NOON)


async def _erases(me: DataOwner) -> None:
    await erasure_requests.ask_by_link(me, now=NOON)


async def _restricts(me: DataOwner) -> None:
    await privacy_requests.restrict(me, True, now=NOON)


async def _copies(me: DataOwner) -> None:
    await export.ask(me, "en", now=NOON)


@pytest.mark.promise("P92")
@pytest.mark.parametrize(
    ("act", "table", "rows"),
    [
        (_objects, Case, 1),
        (_objects, ConsentEvent, 1 + len(privacy_requests.OPTIONAL_USES)),
        (_erases, Case, 1),
        (_erases, PrivacyState, 1),
        (_restricts, PrivacyState, 1),
        (_copies, DataExport, 1),
    ],
)
@pytest.mark.slow
async def test_what_is_pressed_several_times_at_once_is_done_once(
    db: Settings, act: Callable[[DataOwner], Awaitable[None]], table: type[SQLModel], rows: int
) -> None:
    await agrees(await reader("gus@example.com"), "newsletter")
    gus = of_email(email_key("gus@example.com"))
    await asyncio.gather(*(act(gus) for _ in range(AT_ONCE)))
    assert await count(table) == rows


@pytest.mark.promise("P54")
@pytest.mark.parametrize("act", ["give", "withdraw"])
async def test_the_ledger_notes_once_what_came_several_times_at_once(db: Settings, act: str) -> None:
    gus = await reader("gus@example.com")
    if act == "withdraw":
        await agrees(gus, "newsletter")

    async def once() -> None:
        async with database.session(*LOOKING) as session:
            if act == "give":
                await ledger.give(session, gus, "newsletter", act="a", page="p", words="Yes.", now=NOON)
            else:
                await ledger.withdraw(session, gus, "newsletter", act="a", page="p", now=NOON)

    await asyncio.gather(*(once() for _ in range(AT_ONCE)))
    async with database.reading(*LOOKING) as session:
        kinds = [one.kind for one in await ledger.history(session, Subject("address", gus.id))]
    assert kinds == (["given"] if act == "give" else ["withdrawn", "given"])
