"""Wrong passwords, counted for the account's owner to see: no word of what was typed, and no mail."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from conference_app import database
from conference_app.models import Account
from conference_app.services import audit
from conference_app.services.audit import AuditTag

LATER_S = 1.0
"""How long after the answer a stranger's guess is counted: by then the answer is out, whatever the counting takes."""
_noting: set[asyncio.Task[None]] = set()
"""Guesses that are to be counted, no more than sign-ins are let through."""


def note_later(account_id: str) -> None:
    """Count a wrong password of the account after the answer, in a task of its own: whether there is an account to
    count it for shows in no answer's time.

    What is not written when the process ends is not counted.
    """
    task = asyncio.create_task(_note_after(LATER_S, account_id), name="failed password")
    _noting.add(task)
    task.add_done_callback(_noting.discard)


async def _note_after(wait_s: float, account_id: str) -> None:
    await asyncio.sleep(wait_s)
    await note(account_id)


async def note(account_id: str, *, now: datetime | None = None) -> None:
    """Count a wrong password of the account; an empty or deleted one is looked for as well, and nothing is written.

    Left out while nothing can be written: the answer must not depend on whether there was something to write.
    """
    try:
        async with database.session() as db:
            # Nobody deletes the account before its entry is kept; who counts something else of it need not wait.
            mine = select(Account.id).where(Account.id == account_id).with_for_update(read=True, key_share=True)
            if (await db.exec(mine)).first() is not None:
                await audit.count(db, AuditTag.PASSWORD_FAILED, account_id, now=now)
    except SQLAlchemyError as err:
        if not database.failure_of(err):
            raise
