"""What holds for the data of somebody without an account, when their address changes: no wish is lost by it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, PrivacyState
from conference_app.purposes import WISHES
from conference_app.services.consent import person_state
from conference_app.services.jobs import queue
from conference_app.services.personal_data.personal_rows import of_email
from conference_app.services.privacy import privacy_emails


async def join(db: AsyncSession, old_key: bytes, new_key: bytes, *, now: datetime) -> None:
    """Have hold for the new address what holds for either: the earlier of two restrictions and of two erasures."""
    async with database.within(db, WISHES) as own:
        old, new = await _row(own, old_key), await _row(own, new_key)
        if old is not None and new is not None:
            await _merge(own, old, new)
        elif old is not None:
            old.email_key = new_key
        await own.flush()
        if await _account_forbids_use(
            own, old_key
        ):  # an account's restriction covers its address, and so what leaves it
            await _restrict(own, new_key, now)
        if (row := await _row(own, new_key)) is not None and row.erase_due_at is not None:
            await queue.enqueue(
                own, "privacy.erase", {"state_id": row.id}, key=f"erase:{row.id}", run_at=row.erase_due_at
            )
            await privacy_emails.tell_planned_anew(own, row, of_email(new_key))


async def part(db: AsyncSession, new_key: bytes, old_key: bytes) -> None:
    """A restriction holds for both from now on. An erasure stays with the new address: the old one wants its data back."""
    async with database.within(db, WISHES) as own:
        row = await _row(own, new_key)
        if row is not None and row.restricted_at is not None:
            await _restrict(own, old_key, row.restricted_at)


async def _row(db: AsyncSession, key: bytes) -> PrivacyState | None:
    return (await db.exec(select(PrivacyState).where(person_state.of_person(PrivacyState, of_email(key))))).first()


async def _merge(db: AsyncSession, old: PrivacyState, new: PrivacyState) -> None:
    new.restricted_at = _earlier(old.restricted_at, new.restricted_at)
    new.erase_asked_at = _earlier(old.erase_asked_at, new.erase_asked_at)
    new.erase_due_at = _earlier(old.erase_due_at, new.erase_due_at)
    await queue.cancel(db, f"erase:{old.id}")
    await db.delete(old)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


async def _account_forbids_use(db: AsyncSession, key: bytes) -> bool:
    stopped = or_(
        col(PrivacyState.restricted_at).is_not(None),
        col(PrivacyState.deactivated_at).is_not(None),
        col(PrivacyState.erase_due_at).is_not(None),
    )
    theirs = col(PrivacyState.account_id).in_(select(Account.id).where(col(Account.email_key) == key))
    return (await db.exec(select(PrivacyState.id).where(theirs, stopped))).first() is not None


async def _restrict(db: AsyncSession, key: bytes, now: datetime) -> None:
    row = await person_state.row_of(db, of_email(key))
    row.restricted_at = row.restricted_at or now
    await db.flush()
