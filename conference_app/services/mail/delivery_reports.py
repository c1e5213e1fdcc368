"""What delivery reports change: the email came back, and an address that does not exist is marked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conference_app import database
from conference_app.models import OutgoingEmail
from conference_app.purposes import DELIVERY
from conference_app.services.mail import bounces, mailboxes
from conference_app.services.mail.outbox import Status

BELIEVED_FOR = timedelta(days=14)
"""After an email left. Relays give up after some five days; what comes later is made up from the head of an old mail."""


async def take(report: bounces.Report, *, now: datetime | None = None) -> bool:
    """Note what a delivery report says; whether it is about an email that left lately. A permanent one marks the
    address, unless the person has another one by now.
    """
    now = now or datetime.now(UTC)
    async with database.session(DELIVERY) as db:
        row = await db.get(OutgoingEmail, report.email_id, with_for_update=True)
        if row is None or now - row.changed_at > BELIEVED_FOR:
            return False
        if report.is_permanent:
            row.status, row.reason, row.changed_at = Status.BOUNCED, report.code, now
            key = await mailboxes.key_of(db, mailboxes.recipient_of(row))
            is_there = key is not None and report.place == bounces.place_of(row.id, key)
            if key is not None and is_there and bounces.says_unknown(report.code):
                await bounces.mark(db, key, report.code, now)
        return True
