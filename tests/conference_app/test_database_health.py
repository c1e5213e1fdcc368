"""The health of the database is the database's own: neither a busy loop nor a used-up pool is taken for its end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from conference_app import database, database_health
from conference_app.config import Settings, settings
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


async def test_health_tells_the_truth(
    sqlite_db: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database_health, "_told", "")
    assert await database_health.healthy()
    with monkeypatch.context() as full:
        full.setattr(database_health, "ROOM_BYTES", 2**62)
        assert not await database_health.healthy()
        assert not await database_health.healthy()
    assert await database_health.healthy()
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/at/all.db")
    settings.cache_clear()
    assert not await database_health.healthy()
    assert [record.message for record in caplog.records] == [
        "the database does not answer: no room to write",
        "the database answers again",
        "the database does not answer: SQLITE_CANTOPEN",
    ]


async def test_a_silent_server_is_known_in_time_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, answers = [], threading.Event()

    def silent() -> str:
        looks.append("look")
        answers.wait()
        return ""

    monkeypatch.setattr(database_health, "_trouble", silent)
    monkeypatch.setattr(database_health, "ANSWER_S", 0.01)
    assert await asyncio.gather(*[database_health.healthy() for _ in range(3)]) == [False] * 3
    assert not await database_health.healthy()
    monkeypatch.setattr(database_health, "ANSWER_S", 5.0)
    answering = asyncio.create_task(database_health.healthy())
    await asyncio.sleep(0)
    answers.set()
    assert await answering
    assert looks == ["look"]


async def test_a_busy_loop_is_not_taken_for_a_dead_database(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_health, "ANSWER_S", 0.05)
    asked = asyncio.create_task(database_health.healthy())
    await asyncio.sleep(0)
    looking = database_health._look
    assert looking is not None
    while not looking.done():
        time.sleep(0.01)  # noqa: ASYNC251 - a handler that computes
    time.sleep(0.06)  # noqa: ASYNC251 - past the patience
    assert await asked


async def test_a_used_up_pool_and_a_long_write_are_not_taken_for_a_dead_database(db: Settings) -> None:
    async with AsyncExitStack() as busy:
        for _ in range(15):
            session = await busy.enter_async_context(database.reading(*LOOKING))
            await (await session.connection()).execute(text("SELECT 1"))
        if db.database_url.startswith("sqlite"):
            await busy.enter_async_context(database.session(*LOOKING))
        assert await database_health.healthy()


async def test_a_lock_of_another_program_is_not_taken_for_a_dead_database(sqlite_db: Settings) -> None:
    other = sqlite3.connect(sqlite_db.database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await database_health.healthy()
    other.close()
