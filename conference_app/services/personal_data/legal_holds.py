"""Holds: why a person's rows may be neither purged nor erased for now. The person reads the reason.

A hold on an account is one on its address too, which opens rows to whoever has a link to it: on the address that the
account had when it was held, and on the one it has now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, LegalHold
from conference_app.models.columns import new_id
from conference_app.purposes import HOLDS
from conference_app.services import audit, paging
from conference_app.services.audit import AuditTag
from conference_app.services.paging import Page
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.texts import n_

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Hold:
    """A live hold, as the person and the staff see it."""

    id: str
    kind: Literal["account", "address"]
    """Of an account, or of an address without one."""
    reason: str
    set_at: datetime


def _live() -> SelectOfScalar[LegalHold]:
    return select(LegalHold).where(col(LegalHold.lifted_at).is_(None))


def _of(person: DataOwner) -> ColumnElement[bool]:
    """Whether a hold keeps rows of `person`: one on the account, on an address of it, or on the account of an address."""
    accounts = select(Account.id).where(col(Account.email_key).in_(person.email_keys))
    return or_(
        col(LegalHold.account_id) == person.account_id,
        col(LegalHold.account_id).in_(accounts),
        col(LegalHold.email_key).in_(person.email_keys),
    )


def _hold(row: LegalHold) -> Hold:
    return Hold(row.id, "account" if row.account_id else "address", row.reason, row.set_at)


async def of_person(db: AsyncSession, person: DataOwner) -> list[Hold]:
    """The live holds on the person's rows."""
    mine = _live().where(_of(person)).order_by(col(LegalHold.set_at))
    async with database.within(db, HOLDS) as own:
        return [_hold(row) for row in (await own.exec(mine)).all()]


async def live(number: int = 1) -> Page[Hold]:
    """A page of the live holds, the oldest first. For staff; they name nobody."""
    async with database.reading(HOLDS) as db:
        found = await paging.page(db, _live().order_by(col(LegalHold.set_at), col(LegalHold.id)), number)
    return found.of(_hold)


async def count() -> int:
    """How many holds are live."""
    async with database.reading() as db:
        return (await db.exec(select(func.count()).where(col(LegalHold.lifted_at).is_(None)))).one()


async def held_people(db: AsyncSession) -> list[DataOwner]:
    """Everybody whose rows may be neither purged nor erased now."""
    return [await _person(db, hold) for hold in (await db.exec(_live())).all()]


async def _person(db: AsyncSession, hold: LegalHold) -> DataOwner:
    now = await personal_rows.of_account(db, hold.account_id) if hold.account_id else None
    then = (hold.email_key,) if hold.email_key else ()
    return DataOwner(hold.account_id or "", tuple({*then, *(now.email_keys if now else ())}))


async def is_held(db: AsyncSession, person: DataOwner) -> bool:
    """Whether a hold keeps the person's rows."""
    return (await db.exec(_live().where(_of(person)))).first() is not None


def check_reason(reason: str) -> str:
    """The reason to store. Raises InvalidInput (key: reason) for none, or one that is too long."""
    reason = reason.strip()
    if not reason:
        message = ConferenceError(n_("Write the reason. The person reads it."))
        raise InvalidInput({"reason": message})
    if len(reason) > REASON_LENGTH:
        message = ConferenceError(n_("Use at most {most} characters."), most=REASON_LENGTH)
        raise InvalidInput({"reason": message})
    return reason


async def place(person: DataOwner, reason: str, *, staff_id: str, now: datetime | None = None) -> str:
    """Keep the person's rows from being purged and erased; the person sees `reason`. Returns the hold's number.

    For staff; who may call it is the caller's business. Raises InvalidInput (key: reason).
    """
    hold = LegalHold(
        id=new_id(),
        account_id=person.account_id or None,
        email_key=next(iter(person.email_keys), None),
        reason=check_reason(reason),
        set_at=now or datetime.now(UTC),
        set_by=staff_id,
    )
    async with database.session() as db:
        db.add(hold)
        if person.account_id:
            await audit.record(db, AuditTag.LEGAL_HOLD, account_id=person.account_id, now=now)
        await audit.record(db, AuditTag.STAFF_HOLD_PLACED, account_id=staff_id, detail=hold.id, now=now)
    return hold.id


async def lift(hold_id: str, *, staff_id: str, now: datetime | None = None) -> None:
    """End a hold. Raises NotFound."""
    async with database.session(HOLDS) as db:
        hold = await db.get(LegalHold, hold_id, with_for_update=True)
        if hold is None or hold.lifted_at is not None:
            raise NotFound(n_("This hold is no longer there."))
        hold.lifted_at = now or datetime.now(UTC)
        if hold.account_id is not None:
            await audit.record(db, AuditTag.LEGAL_HOLD_ENDED, account_id=hold.account_id, now=now)
        await audit.record(db, AuditTag.STAFF_HOLD_LIFTED, account_id=staff_id, detail=hold.id, now=now)
