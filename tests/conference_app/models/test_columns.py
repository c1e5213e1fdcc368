"""Column types: times come back in UTC, personal text is unreadable without the key, look-ups are keyed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import text

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.models import Account
from conference_app.models.columns import lookup_key
from tests.fakes import LOOKING, NOON

pytestmark = pytest.mark.both_databases


def account(**changes: Any) -> Account:
    fields: dict[str, Any] = {
        "id": "a" * 32,
        "first_name": "Zażółć",
        "last_name": "Gęślą",
        "username": "jaźń",
        "username_key": b"u" * 32,
        "email": "canary@example.com",
        "email_key": b"e" * 32,
        "password_hash": "x",
        "language": "pl",
        "created_at": NOON,
    }
    return Account(**(fields | changes))


async def kept(id_: str = "a" * 32) -> Account:
    async with database.reading(*LOOKING) as db:
        found = await db.get(Account, id_)
    assert found is not None
    return found


async def test_text_and_time_come_back_as_they_were(db: Settings) -> None:
    warsaw = timezone(timedelta(hours=1))
    async with database.session(*LOOKING) as session:
        session.add(account(created_at=datetime(2026, 11, 24, 14, 0, tzinfo=warsaw)))
    row = await kept()
    assert (row.first_name, row.last_name, row.username) == ("Zażółć", "Gęślą", "jaźń")
    assert row.created_at.isoformat() == "2026-11-24T13:00:00+00:00"
    assert row.email_verified_at is None


async def test_the_stored_bytes_show_nobody(db: Settings) -> None:
    async with database.session(*LOOKING) as session:
        session.add(account())
    async with database.reading(*LOOKING) as session:
        connection = await session.connection()
        row = (await connection.execute(text("SELECT first_name, username, email FROM account"))).one()
    for cell in row:
        assert bytes(cell).startswith(b"gAAAA")
        assert b"canary" not in bytes(cell)


async def test_a_new_key_in_front_still_reads_the_old(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.session(*LOOKING) as session:
        session.add(account())
    old, new = sqlite_db.secrets.column_key, Fernet.generate_key().decode()
    monkeypatch.setenv("PARLEY_COLUMN_KEY", f"{new},{old}")
    settings.cache_clear()
    assert (await kept()).email == "canary@example.com"
    monkeypatch.setenv("PARLEY_COLUMN_KEY", new)
    settings.cache_clear()
    with pytest.raises(InvalidToken):
        await kept()


async def test_a_time_without_zone_is_refused(sqlite_db: Settings) -> None:
    with pytest.raises(Exception, match="without a zone"):
        async with database.session(*LOOKING) as session:
            session.add(account(created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point


def test_look_up_keys_differ_by_purpose_and_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    first = lookup_key("email", "ann@example.com")
    assert first == lookup_key("email", "ann@example.com")
    assert len(first) == 32
    assert first != lookup_key("username", "ann@example.com")
    monkeypatch.setenv("PARLEY_LOOKUP_KEY", "ff" * 32)
    settings.cache_clear()
    assert first != lookup_key("email", "ann@example.com")
