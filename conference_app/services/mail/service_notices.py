"""Word to every account holder about the service itself: scheduled maintenance. Nothing else fits into these emails.

`python -m conference_app.services.mail.service_notices 2026-12-01T22:00+01:00 30` announces half an hour of maintenance.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, OutgoingEmail
from conference_app.purposes import DELIVERY
from conference_app.services.emails import local_times
from conference_app.services.emails.blocks import paragraph
from conference_app.services.emails.messages import ServiceTemplate
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.jobs import queue
from conference_app.services.mail import outbox, permission
from conference_app.services.people.subjects import Subject
from conference_app.texts import n_, plural

PIECE = 1000
"""Emails queued in one transaction."""


async def _compose(db: AsyncSession, context: Context) -> Values | None:
    starts_at = datetime.fromtimestamp(int(context.refs["starts_at"]), UTC)
    if starts_at < context.now:
        return None
    when = await local_times.when(db, context, starts_at)
    minutes = int(context.refs["minutes"])
    return {"when": when, "how_long": plural("{count} minute", "{count} minutes", minutes)}


MAINTENANCE = register(
    ServiceTemplate(
        "maintenance",
        subject=n_("{brand} pauses on {when}"),
        body=(
            paragraph(
                n_("On {when} we work on the service for about {how_long}. Meetings cannot be held in that time.")
            ),
            paragraph(n_("There is nothing you have to do. Your meetings and settings stay as they are.")),
        ),
        compose=_compose,
        sample={"when": "1 December 2026, 21:00 (UTC)", "how_long": "30 minutes"},
    )
)


async def announce_maintenance(starts_at: datetime, minutes: int) -> None:
    """Tell every account holder with a confirmed address, once; a second call for the same time adds nothing.

    Raises ValueError for a time without zone, or a length that is not 1 to 10,080 minutes.
    """
    if starts_at.tzinfo is None or not 1 <= minutes <= 10_080:
        raise ValueError("maintenance needs a time with its zone, and 1 to 10,080 minutes")
    at = int(starts_at.timestamp())
    async with database.session() as db:
        payload = {"starts_at": at, "minutes": minutes}
        await queue.enqueue(db, "service.maintenance", payload, key=f"maintenance:{at}")


@queue.handler("service.maintenance")
async def _queue(payload: queue.Payload) -> None:
    """Write an email for everybody; what a killed run has written stays."""
    everybody = select(Account.id).order_by(Account.id)
    async with database.reading() as db:
        ids = (await db.exec(everybody)).all()
    for first in range(0, len(ids), PIECE):
        async with database.session() as db:
            await _queue_piece(db, payload, ids[first : first + PIECE])


async def _queue_piece(db: AsyncSession, payload: queue.Payload, ids: Sequence[str]) -> None:
    everybody = [Subject("account", account_id) for account_id in ids]
    reached = await permission.receivers(db, MAINTENANCE.email_class, MAINTENANCE.purpose.id, everybody)
    keys = {f"maintenance:{payload['starts_at']}:{subject.id}": subject.id for subject in reached}
    async with database.within(db, DELIVERY) as own:
        query = select(OutgoingEmail.unique_key).where(col(OutgoingEmail.unique_key).in_(keys))
        known = set((await own.exec(query)).all())
    for key, account_id in keys.items():
        if key not in known:
            message = MAINTENANCE.message(
                AccountRecipient(account_id), starts_at=payload["starts_at"], minutes=payload["minutes"]
            )
            await outbox.send(db, message, key=key, run_at=queue.now())


def main() -> None:
    """Announce from the command line; the running app sends."""
    try:
        starts_at, minutes = datetime.fromisoformat(sys.argv[1]), int(sys.argv[2])
        asyncio.run(announce_maintenance(starts_at, minutes))
    except (IndexError, ValueError):
        sys.exit("Say when and for how many minutes: 2026-12-01T22:00+01:00 30")


if __name__ == "__main__":
    main()
