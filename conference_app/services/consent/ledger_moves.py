"""The consent ledger of somebody who is known under another number from now on.

No entry is ever changed, so what has to be found under the other number is written there once more, with the time and
the words it had. What is left under a number that nobody has leads to nobody: it is neither shown nor counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import ConsentEvent
from conference_app.purposes import CONSENT_PROOF
from conference_app.services.consent import ledger
from conference_app.services.people.subjects import Subject

_PAGE = "address change"
"""Stands in the place of a page."""


async def count(db: AsyncSession, subject: Subject) -> int:
    """How many entries there are about `subject`."""
    mine = col(ConsentEvent.subject_id) == subject.id, col(ConsentEvent.subject_kind) == subject.kind
    return (await db.exec(select(func.count()).where(*mine))).one()


async def take_over(db: AsyncSession, source: Subject, target: Subject, *, now: datetime) -> None:
    """Write what the ledger says of `source` under `target` too: one person who was known twice.

    What either has ended stays ended; what one agreed to and the other was never asked holds.
    """
    async with database.within(db, CONSENT_PROOF) as own:
        await _lock(own, source, target)
        before = await _entries(own, target)
        await _write(own, await _entries(own, source), target)
        await _keep_ended(own, before, target, now)


async def hand_on(
    db: AsyncSession, source: Subject, target: Subject, *, first: int = 0, last: int | None = None, now: datetime
) -> None:
    """Write the entries of `source` from the place `first` up to `last`, counted from 0, under `target` too.

    What its other entries have ended ends for `target` as well: it was stopped for both.
    """
    async with database.within(db, CONSENT_PROOF) as own:
        await _lock(own, source, target)
        entries = await _entries(own, source)
        await _write(own, entries[first:last], target)
        await _keep_ended(own, entries, target, now)


async def _lock(db: AsyncSession, *subjects: Subject) -> None:
    for one in sorted(subjects, key=lambda subject: subject.id):  # in one order, so that no two wait for each other
        await ledger.lock(db, one)


async def _entries(db: AsyncSession, subject: Subject) -> Sequence[ConsentEvent]:
    query = select(ConsentEvent).where(ConsentEvent.subject_id == subject.id, ConsentEvent.subject_kind == subject.kind)
    return (await db.exec(query.order_by(col(ConsentEvent.id)))).all()


async def _write(
    db: AsyncSession, entries: Sequence[ConsentEvent], target: Subject, *, at: datetime | None = None
) -> None:
    """`at` is when an address was changed, if the entry stands for that and is not merely found under another number."""
    for entry in entries:
        kept: dict[str, Any] = entry.model_dump(exclude={"id"})
        kept.update(subject_kind=target.kind, subject_id=target.id)
        if at is not None:
            kept.update(occurred_at=at, page=_PAGE)
        db.add(ConsentEvent(**kept))
        await db.flush()  # the order is what counts


async def _keep_ended(db: AsyncSession, ending: Sequence[ConsentEvent], target: Subject, now: datetime) -> None:
    """End for `target` what the newest of the entries `ending` end."""
    newest = {entry.purpose: entry for entry in ending}
    theirs = {entry.purpose: entry for entry in await _entries(db, target)}
    ends = [entry for purpose, entry in newest.items() if _ends(entry, theirs.get(purpose))]
    await _write(db, ends, target, at=now)


def _ends(entry: ConsentEvent, other: ConsentEvent | None) -> bool:
    """Whether `entry` says no to what `other`, about the same purpose, lets us do."""
    if other is None or entry.kind == "given":
        return False
    return other.kind == "given" or (entry.kind == "objected" and other.kind != "objected")
