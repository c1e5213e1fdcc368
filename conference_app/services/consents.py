"""The consent ledger: who agreed to what, by which act, to which words, and when it ended.

The ledger only grows. What holds now is the newest entry of a person and a purpose; "given" is the only one that
allows anything. Purposes are data (`purposes`), off until given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.errors import NoConsent
from conference_app.models import Account, Address, ConsentEvent, MailStop, NewsletterTopic
from conference_app.services import purposes
from conference_app.services.signed_links import Subject, SubjectKind
from conference_app.texts import current_language, n_

__all__ = [
    "REASONS",
    "Entry",
    "Subject",
    "expire",
    "give",
    "has_live",
    "history",
    "live_purposes",
    "live_subjects",
    "object_to",
    "require",
    "stop_mail",
    "stopped_purposes",
    "subjects_of_key",
    "withdraw",
]

Kind = Literal["given", "withdrawn", "expired", "objected"]
ALL = "*"
"""In `mail_stop`: every purpose that needs a consent."""

REASONS: dict[str, str] = {
    "too_many": n_("Too many mails"),
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


async def _newest(db: AsyncSession, subject: Subject, purpose: str) -> ConsentEvent | None:
    query = (
        select(ConsentEvent)
        .where(ConsentEvent.purpose == purpose, ConsentEvent.subject_id == subject.id)
        .where(ConsentEvent.subject_kind == subject.kind)
        .order_by(col(ConsentEvent.id).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


def _event(
    subject: Subject,
    purpose: str,
    kind: Kind,
    *,
    act: str,
    page: str,
    words_sha256: str,
    language: str,
    now: datetime | None,
    reason: str = "",
) -> ConsentEvent:
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
    await _lift_stop(db, subject, purpose)
    newest = await _newest(db, subject, purpose)
    if newest is None or newest.kind != "given":
        db.add(event)
        await db.flush()


async def withdraw(
    db: AsyncSession,
    subject: Subject,
    purpose: str,
    *,
    act: str,
    page: str,
    words: str = "",
    language: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> None:
    """Record that `subject` takes `purpose` back; nothing is written if it was not given.

    A `reason` (of REASONS) may follow a withdrawal that had none, once.
    """
    sha256 = purposes.fingerprint(words) if words else ""
    event = _event(
        subject,
        purpose,
        "withdrawn",
        act=act,
        page=page,
        words_sha256=sha256,
        language=language,
        now=now,
        reason=reason,
    )
    newest = await _newest(db, subject, purpose)
    adds_reason = newest is not None and newest.kind == "withdrawn" and reason and not newest.reason
    if newest is not None and (newest.kind == "given" or adds_reason):
        db.add(event)
        await db.flush()


async def object_to(
    db: AsyncSession, subject: Subject, purpose: str, *, act: str, page: str, now: datetime | None = None
) -> None:
    """Record an objection (GDPR Art. 21): ends a live grant, and is kept also where there was none."""
    event = _event(subject, purpose, "objected", act=act, page=page, words_sha256="", language="", now=now)
    newest = await _newest(db, subject, purpose)
    if newest is None or newest.kind != "objected":
        db.add(event)
        await db.flush()


async def expire(db: AsyncSession, subject: Subject, purpose: str, *, now: datetime | None = None) -> None:
    """Record that what `subject` agreed to is over, such as a topic that is no longer available."""
    event = _event(subject, purpose, "expired", act="", page="", words_sha256="", language="", now=now)
    newest = await _newest(db, subject, purpose)
    if newest is not None and newest.kind == "given":
        db.add(event)
        await db.flush()


async def has_live(db: AsyncSession, subject: Subject, purpose: str, *, now: datetime | None = None) -> bool:
    """Whether `subject` agrees to `purpose` at this moment. Raises ValueError for an unknown purpose."""
    found = purposes.find(purpose)
    newest = await _newest(db, subject, purpose)
    if newest is None or newest.kind != "given" or not await _is_available(db, purpose, now or datetime.now(UTC)):
        return False
    if found.letters is None:
        return True
    key = await _email_key(db, subject)
    return key is not None and not {purpose, ALL} & await stopped_purposes(db, key)


async def _is_available(db: AsyncSession, purpose: str, now: datetime) -> bool:
    """Whether the topic of a purpose still runs; purposes without a topic always do."""
    if not purpose.startswith("topic:"):
        return True
    topic = await db.get(NewsletterTopic, purpose.partition(":")[2])
    return topic is not None and topic.closed_at is None and (topic.ends_at is None or topic.ends_at > now)


async def require(db: AsyncSession, subject: Subject, purpose: str) -> None:
    """Raises NoConsent unless `subject` agrees to `purpose` at this moment."""
    if not await has_live(db, subject, purpose):
        raise NoConsent(n_("This needs a consent that was not given, or was taken back."))


async def live_purposes(db: AsyncSession, subject: Subject) -> set[str]:
    """Every purpose whose newest entry is "given", of a running topic or not: what a stop of everything ends."""
    newest = select(func.max(ConsentEvent.id)).where(
        ConsentEvent.subject_id == subject.id, ConsentEvent.subject_kind == subject.kind
    )
    query = select(ConsentEvent.purpose).where(
        col(ConsentEvent.id).in_(newest.group_by(ConsentEvent.purpose)), ConsentEvent.kind == "given"
    )
    return set((await db.exec(query)).all())


async def live_subjects(db: AsyncSession, purpose: str, *, now: datetime | None = None) -> Sequence[Subject]:
    """Everybody who agrees to `purpose` now and can be written to; one entry for an address that is known twice."""
    purposes.find(purpose)
    if not await _is_available(db, purpose, now or datetime.now(UTC)):
        return []
    newest = select(func.max(ConsentEvent.id)).where(ConsentEvent.purpose == purpose)
    live = (
        select(ConsentEvent.subject_id)
        .where(col(ConsentEvent.id).in_(newest.group_by(col(ConsentEvent.subject_kind), col(ConsentEvent.subject_id))))
        .where(ConsentEvent.kind == "given")
    )
    stopped = await _stopped_keys(db, purpose)
    found: dict[bytes, Subject] = {}
    kinds: tuple[tuple[SubjectKind, type[Account] | type[Address]], ...] = (("account", Account), ("address", Address))
    for kind, table in kinds:
        of_kind = live.where(ConsentEvent.subject_kind == kind)
        for row_id, key in (await db.exec(select(table.id, table.email_key).where(col(table.id).in_(of_kind)))).all():
            if key not in stopped:
                found.setdefault(key, Subject(kind, row_id))
    return list(found.values())


async def history(db: AsyncSession, subject: Subject) -> list[Entry]:
    """Everything the ledger says about `subject`, newest first."""
    query = select(ConsentEvent).where(ConsentEvent.subject_id == subject.id, ConsentEvent.subject_kind == subject.kind)
    rows = (await db.exec(query.order_by(col(ConsentEvent.id).desc()))).all()
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


async def subjects_of_key(db: AsyncSession, email_key: bytes) -> list[Subject]:
    """Who has the address of this key now: an account, an address, both, or nobody."""
    account = (await db.exec(select(Account.id).where(Account.email_key == email_key))).first()
    address = (await db.exec(select(Address.id).where(Address.email_key == email_key))).first()
    found = [Subject("account", account)] if account else []
    return [*found, Subject("address", address)] if address else found


async def _email_key(db: AsyncSession, subject: Subject) -> bytes | None:
    table = Account if subject.kind == "account" else Address
    return (await db.exec(select(table.email_key).where(table.id == subject.id))).first()


async def stop_mail(db: AsyncSession, email_key: bytes, purpose: str = ALL, *, now: datetime | None = None) -> None:
    """Keep mails of `purpose` from the address of this key, whether or not anybody is known by it."""
    if purpose != ALL:
        purposes.find(purpose)
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"email_key": email_key, "purpose": purpose, "stopped_at": now or datetime.now(UTC)}
    await (await db.connection()).execute(insert(MailStop).values(row).on_conflict_do_nothing())


async def stopped_purposes(db: AsyncSession, email_key: bytes) -> set[str]:
    """What the address of this key wants no mail of; may hold ALL."""
    query = select(MailStop.purpose).where(MailStop.email_key == email_key)
    return set((await db.exec(query)).all())


async def _stopped_keys(db: AsyncSession, purpose: str) -> set[bytes]:
    query = select(MailStop.email_key).where(col(MailStop.purpose).in_((purpose, ALL)))
    return set((await db.exec(query)).all())


async def _lift_stop(db: AsyncSession, subject: Subject, purpose: str) -> None:
    """A new consent says that mails of this purpose are wanted again. The others have no live grant after a stop of all."""
    key = await _email_key(db, subject)
    if key is not None:
        stop = delete(MailStop).where(col(MailStop.email_key) == key)
        await db.exec(stop.where(col(MailStop.purpose).in_((purpose, ALL))))
