"""Deletes what its time has come for: every timer of the data map, except for people under a legal hold."""

from __future__ import annotations

import functools
import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, not_
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account
from conference_app.models.data_map import PersonalTable, Retention
from conference_app.purposes import SIGN_IN
from conference_app.services.jobs import queue
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Rows of a table deleted in one transaction, so that nobody waits long for the write lock."""


@queue.periodic("privacy.retention", every=timedelta(hours=1))
async def run(_payload: queue.Payload) -> None:
    """Delete everything that is over at this moment."""
    await purge(queue.now())


async def purge(now: datetime) -> dict[str, int]:
    """Delete what is over at `now`; how many rows of each table that were."""
    async with database.reading() as db:
        held = await legal_holds.held_people(db)
    gone: dict[str, int] = {}
    for name, one in reversed(list(personal_rows.tables().items())):
        timer = one.timer
        if timer is None or timer.since not in one.table.columns:
            continue  # no timer, or that of the table it belongs to, with which its rows go
        number = await _purge_accounts(now, held) if name == "account" else await _purge(one, timer, now, held)
        if number:
            gone[name] = number
            logger.info("%d rows of %s were over and are deleted", number, name)
    return gone


def _over(one: PersonalTable, timer: Retention, now: datetime, held: list[DataOwner]) -> ColumnElement[bool]:
    limit = now - timedelta(days=timer.days or 0)
    kept = [not_(personal_rows.filter_of(one.table.name, person)) for person in held]
    return and_(one.table.columns[timer.since] <= limit, *kept)


async def _purge(one: PersonalTable, timer: Retention, now: datetime, held: list[DataOwner]) -> int:
    key = list(one.table.primary_key.columns)
    total = 0
    while True:
        async with database.session() as db:
            connection = await db.connection()
            batch: Any = select_columns(*key).where(_over(one, timer, now, held)).limit(AT_ONCE)
            rows: list[Any] = list((await connection.execute(batch)).all())
            for row in rows:
                same = and_(*[column == value for column, value in zip(key, row, strict=True)])
                await connection.execute(delete(one.table).where(same))
        total += len(rows)
        if len(rows) < AT_ONCE:
            return total


async def _purge_accounts(now: datetime, held: list[DataOwner]) -> int:
    """An account whose time is over goes as if its owner had asked for it: with everything that belongs to it."""
    kept = [person.account_id for person in held if person.account_id]
    query = select(Account.id).where(col(Account.lapses_at) <= now, col(Account.id).not_in(kept)).limit(AT_ONCE)
    async with database.reading() as db:
        ids = (await db.exec(query)).all()
    for account_id in ids:
        async with database.reading(SIGN_IN) as db:
            person = await personal_rows.of_account(db, account_id)
        if person is not None:
            await erasure.erase(person, now=now, still=functools.partial(_has_lapsed, account_id, now))
    return len(ids)


async def _has_lapsed(account_id: str, now: datetime, db: AsyncSession) -> bool:
    """Whether its time is still over: its owner may have confirmed the address since."""
    query = select(Account.id).where(col(Account.id) == account_id, col(Account.lapses_at) <= now).with_for_update()
    return (await db.exec(query)).first() is not None
