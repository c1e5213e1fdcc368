"""The consent ledger: who agreed to what, by which act, to which words, and when it ended.

The ledger only grows. What holds now is the newest entry of a person and a purpose; "given" is the only one that
allows anything (`live_consents` reads that). Purposes are data (`purposes`), off until given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database, purposes
from conference_app.models import Account, Address, ConsentEvent, MailStop
from conference_app.purposes import CONSENT_PROOF
from conference_app.services.consent import live_consents, mail_stops
from conference_app.services.people.subjects import Subject
from conference_app.texts import current_language, n_

Kind = Literal["given", "withdrawn", "expired", "objected"]

REASONS: dict[str, str] = {
    "too_many": n_("Too many e-mails"),
    "not_useful": n_("Not useful to me"),
    "never_asked": n_("I never asked for it"),
    "other": n_("Another reason"),
}
"""Why somebody may stop, if they care to say; msgids. A closed list, so that the ledger holds no free text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger as the person may see it."""

    purpose: str
    kind: str
    control: str
    page: str
    words_sha256: str
    language: str
    reason: str
    occurred_at: datetime


async def lock(db: AsyncSession, subject: Subject) -> None:
    """Until the transaction ends nobody else writes about the subject: an entry depends on the one before it."""
    await database.lock(db, "consent", subject.kind, subject.id)


async def _newest(db: AsyncSession, subject: Subject, purpose: str) -> ConsentEvent | None:
    query = (
        select(ConsentEvent)
        .where(ConsentEvent.purpose == purpose, ConsentEvent.subject_id == subject.id)
        .where(ConsentEvent.subject_kind == subject.kind)
        .order_by(col(ConsentEvent.id).desc())
        .limit(1)
    )
    async with database.within(db, CONSENT_PROOF) as own:
        return (await own.exec(query)).first()


def _event(
    subject: Subject,
    purpose: str,
    kind: Kind,
    *,
    act: str = "",
    page: str = "",
    words_sha256: str = "",
    language: str = "",
    now: datetime | None = None,
    reason: str = "",
) -> ConsentEvent:
    if kind not in ("objected", "withdrawn") or purpose not in purposes.OPPOSABLE:
        purposes.find(purpose)
    if reason and reason not in REASONS:
        raise ValueError("unknown reason")
    return ConsentEvent(
        subject_kind=subject.kind,
        subject_id=subject.id,
        purpose=purpose,
        kind=kind,
        control=act[:60],
        page=page[:60],
        words_sha256=words_sha256,
        language=language or current_language(),
        reason=reason,
        occurred_at=now or datetime.now(UTC),
    )


async def _write(
    db: AsyncSession, subject: Subject, event: ConsentEvent, *, if_newest: Callable[[ConsentEvent | None], bool]
) -> None:
    """Add an entry, if the newest of the same purpose leaves something for it to say."""
    await lock(db, subject)
    if if_newest(await _newest(db, subject, event.purpose)):
        db.add(event)
        await db.flush()


def _is(kind: Kind) -> Callable[[ConsentEvent | None], bool]:
    return lambda newest: newest is not None and newest.kind == kind


def _is_not(kind: Kind) -> Callable[[ConsentEvent | None], bool]:
    return lambda newest: newest is None or newest.kind != kind


async def give(
    db: AsyncSession,
    subject: Subject,
    purpose: str,
    *,
    act: str,
    page: str,
    words: str = "",
    words_sha256: str = "",
    language: str = "",
    now: datetime | None = None,
) -> None:
    """Record that `subject` agreed to `purpose` by the control `act` on `page`, having read exactly `words`.

    `words_sha256` stands for the words where they were shown earlier and only their fingerprint was kept. Raises
    ValueError for a purpose that the registry does not know, and without words. Agreeing again to what holds writes
    nothing.
    """
    sha256 = words_sha256 or (purposes.fingerprint(words) if words else "")
    if not sha256:
        raise ValueError("a consent needs the words that were shown")
    event = _event(subject, purpose, "given", act=act, page=page, words_sha256=sha256, language=language, now=now)
    await lock(db, subject)
    await _lift_stop(db, subject, purpose, now)
    await _write(db, subject, event, if_newest=_is_not("given"))


async def withdraw(
    db: AsyncSession,
    subject: Subject,
    purpose: str,
    *,
    act: str,
    page: str,
    language: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> None:
    """Record that `subject` takes `purpose` back; nothing is written if it was not given.

    A `reason` (of REASONS) may follow a withdrawal that had none, once.
    """

    def says_something(newest: ConsentEvent | None) -> bool:
        adds_reason = newest is not None and newest.kind == "withdrawn" and bool(reason) and not newest.reason
        return adds_reason or _is("given")(newest)

    event = _event(subject, purpose, "withdrawn", act=act, page=page, language=language, now=now, reason=reason)
    await _write(db, subject, event, if_newest=says_something)


async def object_to(
    db: AsyncSession, subject: Subject, purpose: str, *, act: str, page: str, now: datetime | None = None
) -> None:
    """Record an objection (GDPR Art. 21): ends a live grant, and is kept also where there was none."""
    event = _event(subject, purpose, "objected", act=act, page=page, now=now)
    await _write(db, subject, event, if_newest=_is_not("objected"))


async def stop_objecting(
    db: AsyncSession, subject: Subject, purpose: str, *, act: str, page: str, now: datetime | None = None
) -> None:
    """Record that an objection to a use that needs no agreement (`purposes.OPPOSABLE`) is taken back.

    Raises ValueError for another purpose: what needs an agreement stays off until it is given anew.
    """
    if purpose not in purposes.OPPOSABLE:
        raise ValueError("unknown purpose")
    event = _event(subject, purpose, "withdrawn", act=act, page=page, now=now)
    await _write(db, subject, event, if_newest=_is("objected"))


async def expire(db: AsyncSession, subject: Subject, purpose: str, *, now: datetime | None = None) -> None:
    """Record that what `subject` agreed to is over, such as a topic that is no longer available."""
    await _write(db, subject, _event(subject, purpose, "expired", now=now), if_newest=_is("given"))


async def history(db: AsyncSession, subject: Subject) -> list[Entry]:
    """Everything the ledger says about `subject`, newest first."""
    mine = select(ConsentEvent).where(ConsentEvent.subject_id == subject.id, ConsentEvent.subject_kind == subject.kind)
    async with database.within(db, CONSENT_PROOF) as own:
        rows = (await own.exec(mine.order_by(col(ConsentEvent.id).desc()))).all()
    return [
        Entry(
            row.purpose,
            row.kind,
            row.control,
            row.page,
            row.words_sha256,
            row.language,
            row.reason,
            row.occurred_at,
        )
        for row in rows
    ]


async def _email_key(db: AsyncSession, subject: Subject) -> bytes | None:
    table = Account if subject.kind == "account" else Address
    return (await db.exec(select(table.email_key).where(table.id == subject.id))).first()


async def _lift_stop(db: AsyncSession, subject: Subject, purpose: str, now: datetime | None) -> None:
    """A new consent says that mails of this purpose are wanted again, and says nothing of others.

    Where everything was stopped, what is given in the ledger still, by whoever has the address, is stopped one by one.
    """
    key = await _email_key(db, subject)
    if key is None:
        return
    if mail_stops.ALL in await mail_stops.of_key(db, key):
        for other in await live_consents.subjects_of_key(db, key):
            for kept in await live_consents.live_purposes(db, other) - {purpose}:
                if purposes.find(kept).mail:
                    await mail_stops.stop(db, key, kept, now=now)
    stop = delete(MailStop).where(col(MailStop.email_key) == key)
    await db.exec(stop.where(col(MailStop.purpose).in_((purpose, mail_stops.ALL))))
