"""The one place that mail is sent from. A letter is queued in the caller's transaction and leaves as a job.

When it leaves (`mail_delivery`), everything is read anew: the recipient's address, the live grant, the template's
values. Kept afterwards are class, template, times and outcome, with the recipient by identifier.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import MailLetter
from conference_app.models.columns import new_id
from conference_app.purposes import DELIVERY
from conference_app.services.emails.messages import Letter, NewsletterLetter, PromotionLetter
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    RowRecipient,
)
from conference_app.services.emails.template import LetterClass, Refs
from conference_app.services.jobs import queue as jobs

JOB = "mail.send"
PRIORITY = {"necessary": 0, "participant": 1, "service": 2, "newsletter": 9, "promotion": 9}
"""What a person waits for goes before mass mail."""
ONCE_AT_MOST = frozenset({"newsletter", "promotion"})
"""Classes that are rather lost than sent twice."""


class Status(enum.StrEnum):
    """What became of a letter."""

    QUEUED = "queued"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    WITHHELD = "withheld"
    """Not sent on purpose: no grant, no address, not wanted any more."""
    REFUSED = "refused"
    """The mail server said no for good."""
    BOUNCED = "bounced"
    """It was taken and came back."""
    UNCERTAIN = "uncertain"
    """The connection or the process broke off while it went out."""
    FAILED = "failed"
    """Given up after many tries; its job is a dead letter, and sends it after all when staff try again."""


WAITING = (Status.QUEUED, Status.HANDING_OVER, Status.FAILED)
"""What a letter that may still leave can be."""


async def send(db: AsyncSession, letter: Letter, *, key: str | None = None, run_at: datetime | None = None) -> str:
    """Queue `letter`, to leave at `run_at` (default now) if and when the caller's transaction commits; its identifier.

    The same `key` sends once: while the letter waits its time is replaced, after that nothing happens.
    """
    now = jobs.now()
    if key is not None:
        async with database.within(db, DELIVERY) as own:
            query = select(MailLetter).where(MailLetter.unique_key == key).with_for_update()
            known = (await own.exec(query)).first()
        if known is not None:
            if known.status == Status.QUEUED:
                await _plan(db, known.id, letter, run_at)
            return known.id
    row = letter_row(letter, key=key, now=now)
    db.add(MailLetter(**row))
    await db.flush()
    await _plan(db, row["id"], letter, run_at)
    return row["id"]


def letter_row(letter: Letter, *, key: str | None, now: datetime, newsletter_id: str | None = None) -> dict[str, Any]:
    """The columns of a queued letter."""
    recipient = letter.recipient
    row: dict[str, Any] = {
        "id": new_id(),
        "unique_key": key,
        "letter_class": letter.template.letter_class,
        "template": letter.template.name,
        "purpose": letter.template.purpose.id,
        "language": letter.language,
        "account_id": None,
        "address_id": None,
        "source": "",
        "row_id": "",
        "meeting_id": None,
        "newsletter_id": newsletter_id,
        "status": Status.QUEUED,
        "reason": "",
        "created_at": now,
        "changed_at": now,
    }
    if isinstance(letter, NewsletterLetter | PromotionLetter):
        row["purpose"] = letter.purpose
    match recipient:
        case AccountRecipient(account_id):
            row["account_id"] = account_id
        case AddressRecipient(address_id):
            row["address_id"] = address_id
        case RowRecipient(source, row_id):
            row |= {"source": source, "row_id": row_id}
        case ParticipantRecipient(meeting_id, address_id):
            row |= {"meeting_id": meeting_id, "address_id": address_id}
    return row


async def _plan(db: AsyncSession, letter_id: str, letter: Letter, run_at: datetime | None) -> None:
    payload = {**letter.refs, "letter": letter_id}
    priority = PRIORITY[letter.template.letter_class]
    await jobs.enqueue(db, JOB, payload, key=job_key(letter_id), run_at=run_at, priority=priority)


def job_row(letter_id: str, letter: Letter, *, run_at: datetime) -> dict[str, Any]:
    """The job that sends a queued letter, for `jobs.enqueue_many`."""
    return job_row_of(letter_id, letter.refs, letter.template.letter_class, run_at)


def job_row_of(letter_id: str, refs: Refs, letter_class: LetterClass, run_at: datetime) -> dict[str, Any]:
    """The same for a letter that was kept."""
    payload = {**refs, "letter": letter_id}
    return jobs.row(JOB, payload, key=job_key(letter_id), run_at=run_at, priority=PRIORITY[letter_class])


def job_key(letter_id: str) -> str:
    """The key of the job that sends a letter."""
    return f"mail:{letter_id}"


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the waiting letter of this `key`, if there is one."""
    waiting = (col(MailLetter.unique_key) == key, col(MailLetter.status) == Status.QUEUED)
    gone = (await db.exec(delete(MailLetter).where(*waiting).returning(col(MailLetter.id)))).all()
    for (letter_id,) in gone:
        await jobs.cancel(db, job_key(letter_id))
