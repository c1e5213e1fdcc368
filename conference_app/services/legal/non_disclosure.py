"""Until when a law forbids to tell a person of a legal request, once it changes: set by staff with a reason, on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import LegalRequest, NonDisclosureChange, StaffAccess
from conference_app.purposes import LEGAL_REQUESTS
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.legal import legal_requests
from conference_app.services.personal_data import legal_holds
from conference_app.texts import n_


@dataclass(frozen=True, slots=True)
class Change:
    """That the day was changed."""

    before: datetime | None
    """From when the person could have been told until then; None: at once."""
    reason: str = field(repr=False)
    at: datetime


async def change(request_id: str, last_day: str, reason: str, *, staff_id: str, now: datetime | None = None) -> None:
    """Let the person be told after `last_day` (YYYY-MM-DD), or at once if it is empty, of all that the legal request led to.

    For staff. The person reads the reason when they may be told. Raises NotFound, InvalidInput (keys: last_day, reason).
    """
    now = now or datetime.now(UTC)
    hidden_until, reason = _checked(last_day, reason, now)
    async with database.session(LEGAL_REQUESTS) as db:
        row = await db.get(LegalRequest, request_id, with_for_update=True)
        if row is None:
            raise NotFound(legal_requests.GONE)
        if row.hidden_until == hidden_until:
            raise _wrong(ConferenceError(n_("That day is already set.")))
        db.add(
            NonDisclosureChange(request_id=row.id, before=row.hidden_until, reason=reason, at=now, changed_by=staff_id)
        )
        row.hidden_until = hidden_until
        await db.flush()
        await _follow(db, row)
        await audit.record(db, AuditTag.STAFF_NON_DISCLOSURE_CHANGED, account_id=staff_id, detail=row.id, now=now)


def _checked(last_day: str, reason: str, now: datetime) -> tuple[datetime | None, str]:
    """From when the person may be told, and the reason to keep. Raises InvalidInput."""
    wrong: dict[str, ConferenceError] = {}
    hidden_until = None
    try:
        hidden_until = legal_requests.order_end(last_day, now)
    except ConferenceError as error:
        wrong["last_day"] = error
    try:
        reason = legal_holds.check_reason(reason)
    except InvalidInput as error:
        wrong |= error.fields
    if wrong:
        raise InvalidInput(wrong)
    return hidden_until, reason


def _wrong(error: ConferenceError) -> InvalidInput:
    return InvalidInput({"last_day": error})


async def _follow(db: AsyncSession, row: LegalRequest) -> None:
    """What may not be told before the legal request may: its changes, and that somebody's data was read for it."""
    for table in (NonDisclosureChange, StaffAccess):
        theirs = update(table).where(col(table.request_id) == row.id)
        await db.exec(theirs.values(hidden_until=row.hidden_until))


async def changes(request_id: str) -> list[Change]:
    """The changes of a legal request's day, the oldest first. For staff."""
    query = (
        select(NonDisclosureChange)
        .where(NonDisclosureChange.request_id == request_id)
        .order_by(col(NonDisclosureChange.id))
    )
    async with database.reading(LEGAL_REQUESTS) as db:
        return [Change(row.before, row.reason, row.at) for row in (await db.exec(query)).all()]
