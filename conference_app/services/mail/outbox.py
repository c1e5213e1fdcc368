"""The one place that mail is sent from. An email is queued in the caller's transaction and leaves as a job.

When it leaves (`delivery`), everything is read anew: the recipient's address, the live grant, the template's
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
from conference_app.models import OutgoingEmail
from conference_app.models.columns import new_id
from conference_app.purposes import DELIVERY
from conference_app.services.emails.messages import Message, NewsletterMessage, PromotionMessage
from conference_app.services.emails.recipients import (
    AccountRecipient,
    AddressRecipient,
    ParticipantRecipient,
    RowRecipient,
)
from conference_app.services.emails.template import EmailClass, Refs
from conference_app.services.jobs import queue

JOB = "mail.send"
PRIORITY = {"necessary": 0, "participant": 1, "service": 2, "newsletter": 9, "promotion": 9}
"""What a person waits for goes before mass mail."""
ONCE_AT_MOST = frozenset({"newsletter", "promotion"})
"""Classes that are rather lost than sent twice."""


class Status(enum.StrEnum):
    """What became of an email."""

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
"""What an email that may still leave can be."""


async def send(db: AsyncSession, message: Message, *, key: str | None = None, run_at: datetime | None = None) -> str:
    """Queue `message`, to leave at `run_at` (default now) if and when the caller's transaction commits; its identifier.

    The same `key` sends once: while the email waits its time is replaced, after that nothing happens.
    """
    now = queue.now()
    if key is not None:
        async with database.within(db, DELIVERY) as own:
            query = select(OutgoingEmail).where(OutgoingEmail.unique_key == key).with_for_update()
            known = (await own.exec(query)).first()
        if known is not None:
            if known.status == Status.QUEUED:
                await _plan(db, known.id, message, run_at)
            return known.id
    row = email_row(message, key=key, now=now)
    db.add(OutgoingEmail(**row))
    await db.flush()
    await _plan(db, row["id"], message, run_at)
    return row["id"]


def email_row(message: Message, *, key: str | None, now: datetime, newsletter_id: str | None = None) -> dict[str, Any]:
    """The columns of a queued email."""
    recipient = message.recipient
    row: dict[str, Any] = {
        "id": new_id(),
        "unique_key": key,
        "email_class": message.template.email_class,
        "template": message.template.name,
        "purpose": message.template.purpose.id,
        "language": message.language,
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
    if isinstance(message, NewsletterMessage | PromotionMessage):
        row["purpose"] = message.purpose
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


async def _plan(db: AsyncSession, email_id: str, message: Message, run_at: datetime | None) -> None:
    payload = {**message.refs, "email": email_id}
    priority = PRIORITY[message.template.email_class]
    await queue.enqueue(db, JOB, payload, key=job_key(email_id), run_at=run_at, priority=priority)


def job_row(email_id: str, message: Message, *, run_at: datetime) -> dict[str, Any]:
    """The job that sends a queued email, for `queue.enqueue_many`."""
    return job_row_of(email_id, message.refs, message.template.email_class, run_at)


def job_row_of(email_id: str, refs: Refs, email_class: EmailClass, run_at: datetime) -> dict[str, Any]:
    """The same for an email that was kept."""
    payload = {**refs, "email": email_id}
    return queue.row(JOB, payload, key=job_key(email_id), run_at=run_at, priority=PRIORITY[email_class])


def job_key(email_id: str) -> str:
    """The key of the job that sends an email."""
    return f"mail:{email_id}"


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the waiting email of this `key`, if there is one."""
    waiting = (col(OutgoingEmail.unique_key) == key, col(OutgoingEmail.status) == Status.QUEUED)
    gone = (await db.exec(delete(OutgoingEmail).where(*waiting).returning(col(OutgoingEmail.id)))).all()
    for (email_id,) in gone:
        await queue.cancel(db, job_key(email_id))
