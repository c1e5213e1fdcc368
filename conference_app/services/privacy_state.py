"""What holds for a person's data now: restricted, paused, to be erased, held, looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.models import Account, Address, LegalHold, PrivacyState, StaffAccess
from conference_app.models.columns import new_id
from conference_app.services import audit, personal_rows
from conference_app.services.audit import AuditTag
from conference_app.services.personal_rows import Person
from conference_app.services.signed_links import Subject
from conference_app.texts import n_

_MONTH = timedelta(days=30.44)
_GONE = n_("This is not there any more.")


@dataclass(frozen=True, slots=True)
class Hold:
    """A live hold as the person sees it."""

    id: str
    reason: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """That staff read the person's data."""

    what: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """All that holds for one person."""

    restricted_at: datetime | None = None
    deactivated_at: datetime | None = None
    erase_asked_at: datetime | None = None
    erase_due_at: datetime | None = None
    reviewed_at: datetime | None = None
    holds: tuple[Hold, ...] = ()
    seen: tuple[Seen, ...] = ()
    """Newest first, 50 at most."""

    @property
    def is_paused(self) -> bool:
        """Whether the account rests: it was deactivated, or its erasure is asked for."""
        return self.deactivated_at is not None or self.erase_due_at is not None


def of_person(table: type[PrivacyState] | type[LegalHold] | type[StaffAccess], person: Person) -> ColumnElement[bool]:
    """Whether a row of these tables is the person's; without an account, those of the address alone."""
    if person.account_id:
        return col(table.account_id) == person.account_id
    return and_(col(table.account_id).is_(None), col(table.email_key).in_(person.email_keys))


async def read(person: Person) -> State:
    """What holds now."""
    async with database.reading() as db:
        row = (await db.exec(select(PrivacyState).where(of_person(PrivacyState, person)))).first()
        holds = (await db.exec(_live_holds().where(of_person(LegalHold, person)))).all()
        looks = select(StaffAccess).where(of_person(StaffAccess, person)).order_by(col(StaffAccess.at).desc()).limit(50)
        seen = tuple(Seen(one.what, one.reason, one.at) for one in (await db.exec(looks)).all())
    held = tuple(Hold(one.id, one.reason, one.set_at) for one in holds)
    if row is None:
        return State(holds=held, seen=seen)
    return State(
        row.restricted_at, row.deactivated_at, row.erase_asked_at, row.erase_due_at, row.reviewed_at, held, seen
    )


async def row_of(db: AsyncSession, person: Person) -> PrivacyState:
    """The person's row, made in the caller's transaction if there is none."""
    row = (await db.exec(select(PrivacyState).where(of_person(PrivacyState, person)))).first()
    if row is None:
        row = PrivacyState(
            id=new_id(),
            account_id=person.account_id or None,
            email_key=None if person.account_id else person.email_keys[0],
        )
        db.add(row)
        await db.flush()
    return row


async def set_restricted(person: Person, restricted: bool, *, now: datetime | None = None) -> None:
    """Restrict the use of the person's data to what the service cannot do without (GDPR Art. 18), or end that."""
    async with database.session() as db:
        row = await row_of(db, person)
        row.restricted_at = (row.restricted_at or now or datetime.now(UTC)) if restricted is True else None
        if person.account_id:
            tag = AuditTag.RESTRICTED if restricted is True else AuditTag.UNRESTRICTED
            await audit.record(db, tag, account_id=person.account_id, now=now)


async def may_use(db: AsyncSession, subject: Subject) -> bool:
    """Whether data of `subject` may be used for more than what the service cannot do without.

    False while its use is restricted, the account paused, or its erasure asked for: who sends newsletters asks here.
    """
    stopped = or_(
        col(PrivacyState.restricted_at).is_not(None),
        col(PrivacyState.deactivated_at).is_not(None),
        col(PrivacyState.erase_due_at).is_not(None),
    )
    if subject.kind == "account":
        mine = col(PrivacyState.account_id) == subject.id
        keys = select(Account.email_key).where(Account.id == subject.id)
    else:
        keys = select(Address.email_key).where(Address.id == subject.id)
        mine = col(PrivacyState.account_id).in_(select(Account.id).where(col(Account.email_key).in_(keys)))
    theirs = col(PrivacyState.email_key).in_(keys)
    return (await db.exec(select(PrivacyState.id).where(stopped, or_(mine, theirs)))).first() is None


async def is_paused(db: AsyncSession, account_id: str) -> bool:
    """Whether the account rests: then its meetings let nobody in."""
    paused = or_(col(PrivacyState.deactivated_at).is_not(None), col(PrivacyState.erase_due_at).is_not(None))
    query = select(PrivacyState.id).where(PrivacyState.account_id == account_id, paused)
    return (await db.exec(query)).first() is not None


async def entry_path(account_id: str, next_path: str, center_path: str) -> str:
    """Where to go after signing in: a paused account is offered to go on first."""
    async with database.reading() as db:
        return center_path if await is_paused(db, account_id) else next_path


async def review_is_due(account_id: str, *, now: datetime | None = None) -> bool:
    """Whether to ask "Is this still right?": some months after registering, or after the last answer."""
    async with database.reading() as db:
        account = await db.get(Account, account_id)
        query = select(PrivacyState.reviewed_at).where(PrivacyState.account_id == account_id)
        reviewed = (await db.exec(query)).first()
    if account is None:
        return False
    last = reviewed or account.created_at
    return (now or datetime.now(UTC)) - last >= settings().review_months * _MONTH


async def reviewed(account_id: str, *, now: datetime | None = None) -> None:
    """The person said that all is right, or put the question off: ask again in some months."""
    async with database.session() as db:
        if await db.get(Account, account_id) is None:
            return
        row = await row_of(db, Person(account_id))
        row.reviewed_at = now or datetime.now(UTC)
        await audit.record(db, AuditTag.DATA_CONFIRMED, account_id=account_id, now=now)


def _live_holds():
    return select(LegalHold).where(col(LegalHold.lifted_at).is_(None))


async def live_holds(db: AsyncSession) -> list[Person]:
    """Everybody whose rows may be neither purged nor erased now."""
    found: list[Person] = []
    for hold in (await db.exec(_live_holds())).all():
        if hold.account_id is not None:
            person = await personal_rows.of_account(db, hold.account_id)
        else:
            person = personal_rows.of_email(hold.email_key or b"")
        if person is not None:
            found.append(person)
    return found


async def is_held(db: AsyncSession, person: Person) -> bool:
    """Whether a hold keeps the person's rows, also one on an address of an account."""
    mine = col(LegalHold.account_id) == person.account_id
    theirs = col(LegalHold.email_key).in_(person.email_keys)
    ways = or_(mine, theirs) if person.account_id else theirs
    return (await db.exec(_live_holds().where(ways))).first() is not None


async def set_hold(person: Person, reason: str, *, staff_id: str, now: datetime | None = None) -> str:
    """Keep the person's rows from being purged and erased; the person sees `reason`. Returns the hold's number.

    For staff; who may call it is the caller's business. Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a hold needs a reason that the person can read")
    hold = LegalHold(
        id=new_id(),
        account_id=person.account_id or None,
        email_key=None if person.account_id else person.email_keys[0],
        reason=reason.strip()[:500],
        set_at=now or datetime.now(UTC),
        set_by=staff_id,
    )
    async with database.session() as db:
        db.add(hold)
        if person.account_id:
            await audit.record(db, AuditTag.LEGAL_HOLD, account_id=person.account_id, now=now)
    return hold.id


async def lift_hold(hold_id: str, *, now: datetime | None = None) -> None:
    """End a hold. Raises NotFound."""
    async with database.session() as db:
        hold = await db.get(LegalHold, hold_id)
        if hold is None or hold.lifted_at is not None:
            raise NotFound(_GONE)
        hold.lifted_at = now or datetime.now(UTC)
        if hold.account_id is not None:
            await audit.record(db, AuditTag.LEGAL_HOLD_ENDED, account_id=hold.account_id, now=now)


async def note_access(
    db: AsyncSession, person: Person, *, staff_id: str, what: str, reason: str, now: datetime | None = None
) -> None:
    """Record, in the transaction that reads, that staff read the person's data. `what` is a msgid.

    Raises ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("reading somebody's data needs a reason that the person can read")
    db.add(
        StaffAccess(
            account_id=person.account_id or None,
            email_key=None if person.account_id else person.email_keys[0],
            staff_id=staff_id,
            what=what[:100],
            reason=reason.strip()[:500],
            at=now or datetime.now(UTC),
        )
    )
