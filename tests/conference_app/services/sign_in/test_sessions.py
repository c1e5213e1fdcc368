"""Tickets and sessions: used once, ended for good, and no token in the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import SignInSession, SignInTicket
from conference_app.services.privacy import retention
from conference_app.services.sign_in import sessions
from tests.conference_app.people import registered, session_token
from tests.fakes import LOOKING, NOON


async def test_a_ticket_opens_one_session(db: Settings) -> None:
    account = await registered()
    ticket = await sessions.issue_ticket(account.id)
    token = await sessions.redeem_ticket(ticket)
    assert token is not None
    assert await sessions.redeem_ticket(ticket) is None
    caller = await sessions.resolve(token)
    assert caller is not None
    assert (caller.account_id, caller.first_name, caller.last_name) == (account.id, "Ann", "Nowak")


@pytest.mark.both_databases
async def test_of_many_at_once_one_gets_the_session(db: Settings) -> None:
    ticket = await sessions.issue_ticket((await registered()).id)
    tokens = await asyncio.gather(*(sessions.redeem_ticket(ticket) for _ in range(10)))
    assert sum(token is not None for token in tokens) == 1
    async with database.reading(*LOOKING) as session:
        assert len((await session.exec(select(SignInSession))).all()) == 1


async def test_a_ticket_lives_a_minute(db: Settings) -> None:
    account = await registered()
    for age, is_good in ((59, True), (61, False)):
        ticket = await sessions.issue_ticket(account.id, now=NOON)
        token = await sessions.redeem_ticket(ticket, now=NOON + timedelta(seconds=age))
        assert (token is not None) is is_good


@pytest.mark.parametrize("junk", ["", "nonsense", "\x00", "\ud800", "ż" * 5000])
async def test_junk_is_nobody(db: Settings, junk: str) -> None:
    await registered()
    assert await sessions.redeem_ticket(junk) is None
    assert await sessions.resolve(junk) is None
    assert await sessions.resolve_hash(junk) is None
    await sessions.end(junk)


async def test_a_session_ends_by_itself_and_old_rows_are_swept(db: Settings) -> None:
    account = await registered()
    token = await sessions.redeem_ticket(await sessions.issue_ticket(account.id, now=NOON), now=NOON)
    assert token is not None
    assert await sessions.resolve(token, now=NOON + timedelta(days=14, seconds=-1))
    later = NOON + timedelta(days=14, seconds=1)
    assert await sessions.resolve(token, now=later) is None
    await sessions.issue_ticket(account.id, now=NOON)  # which nobody uses
    await retention.purge(later)
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(SignInSession))).all() == []
        assert (await session.exec(select(SignInTicket))).all() == []


async def test_a_full_disk_keeps_nobody_out(sqlite_db: Settings) -> None:
    token = await session_token(await registered())
    async with database.session() as session:
        await (await session.connection()).execute(text("PRAGMA query_only = ON"))
    assert await sessions.resolve(token, now=datetime.now(UTC) + 2 * sessions.SEEN_EVERY)


async def test_signing_out_ends_this_session_only(db: Settings) -> None:
    account = await registered()
    here, there = await session_token(account), await session_token(account)
    await sessions.end(here)
    assert await sessions.resolve(here) is None
    assert await sessions.resolve(there) is not None


async def test_ending_all_ends_tickets_too_and_nobody_elses(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    hers, his, ticket = await session_token(ann), await session_token(bob), await sessions.issue_ticket(ann.id)
    await sessions.end_all(ann.id)
    assert await sessions.resolve(hers) is None
    assert await sessions.redeem_ticket(ticket) is None
    assert await sessions.resolve(his) is not None


async def test_the_last_visit_is_noted_now_and_then(db: Settings) -> None:
    account = await registered()
    token = await sessions.redeem_ticket(await sessions.issue_ticket(account.id, now=NOON), now=NOON)
    assert token is not None
    seen = []
    for minutes in (5, 11, 15):
        await sessions.resolve(token, now=NOON + timedelta(minutes=minutes))
        await asyncio.gather(*sessions._noting.values())
        async with database.reading(*LOOKING) as session:
            seen.append((await session.exec(select(SignInSession.last_seen_at))).one() - NOON)
    assert seen == [timedelta(0), timedelta(minutes=11), timedelta(minutes=11)]


async def test_noting_a_visit_keeps_nobody_waiting(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds SQLite's one write lock, say a back-up, what is only read is read."""
    written, writes = asyncio.Event(), []

    async def waits(key: bytes, _now: datetime) -> None:
        writes.append(key)
        await written.wait()

    monkeypatch.setattr(sessions, "_write_seen", waits)
    token = await session_token(await registered())
    for minutes in (11, 12):
        assert await sessions.resolve(token, now=datetime.now(UTC) + timedelta(minutes=minutes))
    await asyncio.sleep(0)
    assert len(writes) == 1  # one at a time
    written.set()
    await asyncio.gather(*sessions._noting.values())


async def test_neither_token_nor_ticket_is_in_the_database(db: Settings, tmp_path: object) -> None:
    account = await registered()
    token, ticket = await session_token(account), await sessions.issue_ticket(account.id)
    async with database.reading(*LOOKING) as session:
        connection = await session.connection()
        for table in ("sign_in_session", "sign_in_ticket"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - our own two names
            assert rows
            assert token not in repr(rows)
            assert ticket not in repr(rows)


async def test_csrf_tokens_belong_to_one_session(db: Settings) -> None:
    account = await registered()
    here, there = await session_token(account), await session_token(account)
    caller = await sessions.resolve(here)
    assert caller is not None
    assert caller.csrf_token == sessions.csrf_token(here)
    assert sessions.check_csrf(here, caller.csrf_token)
    for wrong in ("", sessions.csrf_token(there), caller.csrf_token[:-1], "\ud800", caller.session_hash):
        assert not sessions.check_csrf(here, wrong)
    assert here not in repr(caller)
    assert "Ann" not in repr(caller)
