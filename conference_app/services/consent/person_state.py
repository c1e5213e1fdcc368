"""What holds for a person's data now: restricted, deactivated, to be erased, held, looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, Address, PrivacyState
from conference_app.models.columns import new_id
from conference_app.purposes import ACCOUNT, WISHES
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.consent.live_consents import Bound
from conference_app.services.people.subjects import Subject, SubjectKind
from conference_app.services.personal_data import legal_holds, staff_accesses
from conference_app.services.personal_data.legal_holds import Hold
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.personal_data.staff_accesses import Seen
from conference_app.texts import n_

_MONTH = timedelta(days=30.44)
_GONE = n_("This is no longer there.")


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

    @property
    def is_deactivated(self) -> bool:
        """Whether its owner deactivated the account, or asked for its erasure."""
        return self.deactivated_at is not None or self.erase_due_at is not None


def of_person(table: type[PrivacyState], person: DataOwner) -> ColumnElement[bool]:
    """Whether a row is the person's; without an account, those of the address alone."""
    if person.account_id:
        return col(table.account_id) == person.account_id
    return and_(col(table.account_id).is_(None), col(table.email_key).in_(person.email_keys))


async def read(person: DataOwner) -> State:
    """What holds now."""
    async with database.reading(WISHES) as db:
        row = (await db.exec(select(PrivacyState).where(of_person(PrivacyState, person)))).first()
        held = tuple(await legal_holds.of_person(db, person))
        seen = tuple(await staff_accesses.of_person(db, person))
    if row is None:
        return State(holds=held, seen=seen)
    return State(
        row.restricted_at, row.deactivated_at, row.erase_asked_at, row.erase_due_at, row.reviewed_at, held, seen
    )


async def row_of(db: AsyncSession, person: DataOwner) -> PrivacyState:
    """The person's row, made in the caller's transaction if there is none; nobody else gets it until that ends."""
    await database.lock(db, "privacy", person.account_id or person.email_keys[0].hex())
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


async def may_use(db: AsyncSession, subject: Subject) -> bool:
    """Whether data of `subject` may be used for more than what the service cannot do without.

    False while its use is restricted, or the account deactivated: who sends newsletters asks here.
    """
    return bool((await db.exec(select(is_free(subject.kind, subject.id)))).one())


def is_free(kind: SubjectKind, subject_id: Bound[str]) -> ColumnElement[bool]:
    """`may_use` as a condition of a statement; `subject_id` may be a column of an alias in it."""
    stopped = or_(
        col(PrivacyState.restricted_at).is_not(None),
        col(PrivacyState.deactivated_at).is_not(None),
        col(PrivacyState.erase_due_at).is_not(None),
    )
    if kind == "account":
        mine = col(PrivacyState.account_id) == subject_id
        keys = select(Account.email_key).where(Account.id == subject_id).correlate_except(Account)
    else:
        keys = select(Address.email_key).where(Address.id == subject_id).correlate_except(Address)
        theirs = select(Account.id).where(col(Account.email_key).in_(keys)).correlate_except(Account)
        mine = col(PrivacyState.account_id).in_(theirs)
    return ~exists().where(stopped, or_(mine, col(PrivacyState.email_key).in_(keys)))


async def is_deactivated(db: AsyncSession, account_id: str) -> bool:
    """Whether the account is deactivated or waits for its erasure: then its meetings let nobody in."""
    paused = or_(col(PrivacyState.deactivated_at).is_not(None), col(PrivacyState.erase_due_at).is_not(None))
    query = select(PrivacyState.id).where(PrivacyState.account_id == account_id, paused)
    return (await db.exec(query)).first() is not None


async def is_deactivated_now(account_id: str) -> bool:
    """`is_deactivated`, in a transaction of its own."""
    async with database.reading() as db:
        return await is_deactivated(db, account_id)


async def review_is_due(account_id: str, *, now: datetime | None = None) -> bool:
    """Whether to ask "Is this still right?": some months after registering, or after the last answer."""
    async with database.reading(ACCOUNT, WISHES) as db:
        account = await db.get(Account, account_id)
        query = select(PrivacyState.reviewed_at).where(PrivacyState.account_id == account_id)
        reviewed = (await db.exec(query)).first()
    if account is None:
        return False
    last = reviewed or account.created_at
    return (now or datetime.now(UTC)) - last >= settings().review_months * _MONTH


async def reviewed(account_id: str, *, now: datetime | None = None) -> None:
    """The person said that all is right, or put the question off: ask again in some months."""
    async with database.session(WISHES) as db:
        if await db.get(Account, account_id) is None:
            return
        row = await row_of(db, DataOwner(account_id))
        row.reviewed_at = now or datetime.now(UTC)
        await audit.record(db, AuditTag.DATA_CONFIRMED, account_id=account_id, now=now)
