"""That staff read somebody's data, and why: written down in the transaction that reads, shown to the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import LegalRequest, StaffAccess
from conference_app.models.columns import new_id
from conference_app.purposes import ACCESSES
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner

SHOWN = 50
"""Accesses a person is shown at most, newest first; the copy has them all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """That staff read the person's data."""

    what: str
    """A msgid."""
    reason: str
    at: datetime


async def note(
    db: AsyncSession,
    person: DataOwner,
    *,
    staff_id: str,
    what: str,
    reason: str,
    legal_request: LegalRequest | None = None,
    now: datetime | None = None,
) -> None:
    """Record that staff read the person's data. `what` is a msgid.

    What was read for a `legal_request` is told when that may be. Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("reading somebody's data needs a reason that the person can read")
    hidden_until = legal_request.hidden_until if legal_request is not None else None
    row = StaffAccess(
        id=new_id(),
        account_id=person.account_id or None,
        email_key=None if person.account_id else person.email_keys[0],
        staff_id=staff_id,
        what=what[:100],
        reason=reason.strip()[:500],
        at=now or datetime.now(UTC),
        hidden_until=hidden_until,
        request_id=legal_request.id if legal_request is not None else None,
    )
    db.add(row)
    if person.account_id and hidden_until is None:
        await audit.record(db, AuditTag.READ_BY_STAFF, account_id=person.account_id, now=now)
    await audit.record(db, AuditTag.STAFF_READ, account_id=staff_id, detail=row.id, now=now)


async def of_person(db: AsyncSession, person: DataOwner, *, now: datetime | None = None) -> list[Seen]:
    """What may be told to the person, newest first."""
    told = personal_rows.may_be_told(personal_rows.tables()["staff_access"].table, now)
    query = select(StaffAccess).where(personal_rows.filter_of("staff_access", person), told)
    async with database.within(db, ACCESSES) as own:
        rows = (await own.exec(query.order_by(col(StaffAccess.at).desc()).limit(SHOWN))).all()
        return [Seen(row.what, row.reason, row.at) for row in rows]
