"""Who agrees to what at this moment: what the newest entries of the consent ledger and the stopped mails say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from conference_app import database, purposes
from conference_app.errors import NoConsent
from conference_app.models import Account, Address, ConsentEvent, NewsletterTopic
from conference_app.purposes import CONSENT_PROOF
from conference_app.services.consent import mail_stops
from conference_app.services.people.subjects import Subject, SubjectKind
from conference_app.texts import n_

T = TypeVar("T")
Bound = T | ColumnElement[T]
"""A value, or where a statement that is made once takes it."""


async def has_live(db: AsyncSession, subject: Subject, purpose: str, *, now: datetime | None = None) -> bool:
    """Whether `subject` agrees to `purpose` at this moment. Raises ValueError for an unknown purpose."""
    async with database.within(db, CONSENT_PROOF) as own:
        found = await own.exec(select(agrees(subject.kind, subject.id, purpose, now or datetime.now(UTC))))
        return bool(found.one())


def agrees(kind: SubjectKind, subject_id: Bound[str], purpose: str, now: Bound[datetime]) -> ColumnElement[bool]:
    """`has_live` as a condition of a statement; a subject without any entry makes it NULL."""
    newest = (
        select(ConsentEvent.kind)
        .where(ConsentEvent.purpose == purpose, col(ConsentEvent.subject_id) == subject_id)
        .where(ConsentEvent.subject_kind == kind)
        .order_by(col(ConsentEvent.id).desc())
        .limit(1)
    )
    conditions = [newest.scalar_subquery() == "given"]
    if purpose.startswith("topic:"):
        conditions.append(_runs(purpose.partition(":")[2], now))
    if purposes.find(purpose).mail is not None:
        table = Account if kind == "account" else Address
        wanted = col(table.id) == subject_id, mail_stops.none_for(table, purpose)
        conditions.append(select(table.id).where(*wanted).exists())
    return and_(*conditions)


def objects(kind: SubjectKind, subject_id: Bound[str], purpose: str) -> ColumnElement[bool]:
    """Whether the newest entry of a subject about `purpose` is an objection, as a condition of a statement."""
    mine = col(ConsentEvent.subject_id) == subject_id, col(ConsentEvent.subject_kind) == kind
    newest = select(ConsentEvent.kind).where(*mine, ConsentEvent.purpose == purpose)
    newest = newest.order_by(col(ConsentEvent.id).desc()).limit(1).correlate_except(ConsentEvent)
    return func.coalesce(newest.scalar_subquery() == "objected", false())


def _runs(topic_id: str, now: Bound[datetime]) -> ColumnElement[bool]:
    """Whether a topic is neither closed nor past its end."""
    is_open = col(NewsletterTopic.closed_at).is_(None), col(NewsletterTopic.id) == topic_id
    lasts = or_(col(NewsletterTopic.ends_at).is_(None), col(NewsletterTopic.ends_at) > now)
    return exists().where(*is_open, lasts)


async def require(db: AsyncSession, subject: Subject, purpose: str) -> None:
    """Raises NoConsent unless `subject` agrees to `purpose` at this moment."""
    if not await has_live(db, subject, purpose):
        raise NoConsent(n_("This needs a consent that was not given, or was taken back."))


async def live_purposes(db: AsyncSession, subject: Subject) -> set[str]:
    """Every purpose whose newest entry is "given", of a running topic or not: what a stop of everything ends."""
    mine = col(ConsentEvent.subject_id) == subject.id, col(ConsentEvent.subject_kind) == subject.kind
    async with database.within(db, CONSENT_PROOF) as own:
        return set((await own.exec(select(ConsentEvent.purpose).where(is_given(*mine)))).all())


def is_given(*among: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an entry is a "given" and the newest of its subject and purpose; only entries `among` are looked at."""
    one = (col(ConsentEvent.subject_kind), col(ConsentEvent.subject_id), col(ConsentEvent.purpose))
    newest = select(func.max(ConsentEvent.id)).where(*among).group_by(*one).correlate(None)
    return and_(col(ConsentEvent.id).in_(newest), col(ConsentEvent.kind) == "given")


async def live_subjects(db: AsyncSession, purpose: str, *, now: datetime | None = None) -> Sequence[Subject]:
    """Everybody who agrees to `purpose` now and can be written to; one entry for an address that is known twice.

    Always in the same order, so that who goes on after a break meets the same pieces.
    """
    purposes.find(purpose)
    if purpose.startswith("topic:"):
        runs = _runs(purpose.partition(":")[2], now or datetime.now(UTC))
        if not (await db.exec(select(runs))).one():
            return []
    stopped = await mail_stops.keys(db, purpose)
    found: dict[bytes, Subject] = {}
    kinds: tuple[tuple[SubjectKind, type[Account] | type[Address]], ...] = (("account", Account), ("address", Address))
    for kind, table in kinds:
        live = col(table.id).in_(_live_numbers(kind, purpose))
        query = select(table.id, table.email_key).where(live).order_by(col(table.id))
        for row_id, key in (await db.exec(query)).all():
            if key not in stopped:
                found.setdefault(key, Subject(kind, row_id))
    return list(found.values())


def _live_numbers(kind: SubjectKind, purpose: str) -> SelectOfScalar[str]:
    """The subjects of `kind` whose newest entry about `purpose` is "given"."""
    given = is_given(col(ConsentEvent.purpose) == purpose)
    return select(ConsentEvent.subject_id).where(given, ConsentEvent.subject_kind == kind)


async def subjects_of_key(db: AsyncSession, email_key: bytes) -> list[Subject]:
    """Who has the address of this key now: an account, an address, both, or nobody."""
    account = (await db.exec(select(Account.id).where(Account.email_key == email_key))).first()
    address = (await db.exec(select(Address.id).where(Address.email_key == email_key))).first()
    found = [Subject("account", account)] if account else []
    return [*found, Subject("address", address)] if address else found
