"""Newsletters on their way into the queue, and to their end.

An email and its job are written for everybody with a live grant, in pieces that each commit whole; an email's key is
made of the newsletter and the address, so that doing it again adds nothing. A killed process goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Newsletter, OutgoingEmail
from conference_app.models.mail import MESSAGE_DAYS
from conference_app.purposes import DELIVERY
from conference_app.services.consent import live_consents
from conference_app.services.emails.recipients import AccountRecipient, AddressRecipient
from conference_app.services.jobs import queue
from conference_app.services.mail import outbox, permission
from conference_app.services.newsletters import sending, topics
from conference_app.services.newsletters.views import Counts, Stage, counts_of
from conference_app.services.people.subjects import Subject

JOB = sending.QUEUE_JOB


@queue.handler(JOB)
async def _queue(payload: queue.Payload) -> None:
    """Write an email for everybody with a live grant; what a killed run has written stays."""
    newsletter_id = str(payload["newsletter_id"])
    async with database.reading() as db:
        row = await db.get(Newsletter, newsletter_id)
        if row is None or row.status != Stage.QUEUING:
            return
        purpose = topics.purpose(row.topic_id or "")
        subjects = await live_consents.live_subjects(db, purpose, now=queue.now())
    for first in range(0, len(subjects), sending.PIECE):
        async with database.session() as db:
            if not await _is_queuing(db, newsletter_id):
                return  # staff stopped it
            await _queue_piece(db, newsletter_id, purpose, subjects[first : first + sending.PIECE])
    async with database.session() as db:
        queuing = (col(Newsletter.id) == newsletter_id, col(Newsletter.status) == Stage.QUEUING)
        await db.exec(update(Newsletter).where(*queuing).values(status=Stage.SENDING))
        await queue.enqueue(
            db, "newsletter.watch", {"newsletter_id": newsletter_id}, key=f"watch:{newsletter_id}", run_at=queue.now()
        )


async def _is_queuing(db: AsyncSession, newsletter_id: str) -> bool:
    row = await db.get(Newsletter, newsletter_id, with_for_update=True)
    return row is not None and row.status == Stage.QUEUING


async def _queue_piece(db: AsyncSession, newsletter_id: str, purpose: str, subjects: Sequence[Subject]) -> None:
    template = sending.MESSAGE
    reached = await permission.receivers(db, template.email_class, purpose, subjects)
    keys = {subject: _message_key(newsletter_id, reached[subject]) for subject in subjects if subject in reached}
    async with database.within(db, DELIVERY) as own:
        query = select(OutgoingEmail.unique_key).where(col(OutgoingEmail.unique_key).in_(keys.values()))
        known = set((await own.exec(query)).all())
    message_rows: list[dict[str, Any]] = []
    job_rows: list[dict[str, Any]] = []
    for subject, key in keys.items():
        if key in known:
            continue
        recipient = AccountRecipient(subject.id) if subject.kind == "account" else AddressRecipient(subject.id)
        message = template.message(recipient, purpose=purpose, newsletter_id=newsletter_id)
        row = outbox.email_row(message, key=key, now=queue.now(), newsletter_id=newsletter_id)
        message_rows.append(row)
        job_rows.append(outbox.job_row(row["id"], message, run_at=queue.now()))
    if message_rows:
        insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
        await db.exec(insert(OutgoingEmail), params=message_rows)
        await queue.enqueue_many(db, job_rows)


def _message_key(newsletter_id: str, email_key: bytes) -> str:
    """Made of the address: who registers while a newsletter is sent does not get it twice."""
    digest = hashlib.sha256(b"newsletter\0" + email_key).hexdigest()[:40]
    return f"newsletter:{newsletter_id}:{digest}"


@queue.handler("newsletter.watch")
async def _watch(payload: queue.Payload) -> None:
    """Note the end when no email waits any more, and keep the counts until the emails are forgotten."""
    newsletter_id, now = str(payload["newsletter_id"]), queue.now()
    async with database.session(DELIVERY) as db:
        row = await db.get(Newsletter, newsletter_id, with_for_update=True)
        if row is None:
            return
        counts = await counts_of(db, row)
        row.counted = json.dumps({name: getattr(counts, name) for name in Counts.__slots__})
        if row.status == Stage.SENDING and counts.queued == 0:
            row.status, row.finished_at = Stage.SENT, now
    if row.started_at is None or now > row.started_at + timedelta(days=MESSAGE_DAYS - 2):
        return  # the last count stays
    is_going = row.status == Stage.SENDING
    raise queue.Postponed(now + (timedelta(seconds=5) if is_going else timedelta(days=1)))
