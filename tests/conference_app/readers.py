"""A newsletter, and people who agreed to get it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import func, select

from conference_app import database
from conference_app.models import ConsentEvent, OutgoingEmail
from conference_app.models.columns import new_id
from conference_app.models.people import Address
from conference_app.services.jobs import worker
from conference_app.services.newsletters import drafts, sending
from conference_app.services.newsletters.views import Draft
from conference_app.services.people import email_addresses
from tests.fakes import LOOKING

DRAFT = Draft("What is *new*", "Co nowego", "Hello <b>you</b>\n\n## More", "Dzień dobry")
KINDS = ("newsletter.queue", "newsletter.watch", "topic.end", "mail.send")


async def readers(count: int, purpose: str = "newsletter") -> list[str]:
    """So many addresses with a live grant; their identifiers. Written in bulk, as the services would one by one."""
    now = datetime.now(UTC)
    people = [
        {
            "id": new_id(),
            "email": f"reader{n}@example.com",
            "email_key": email_addresses.email_key(f"reader{n}@example.com"),
            "language": "pl" if n % 2 else "en",
            "created_at": now,
        }
        for n in range(count)
    ]
    grants = [
        {
            "subject_kind": "address",
            "subject_id": person["id"],
            "purpose": purpose,
            "kind": "given",
            "control": "test",
            "page": "/test",
            "words_sha256": "0" * 64,
            "language": "en",
            "reason": "",
            "occurred_at": now,
        }
        for person in people
    ]
    async with database.session(*LOOKING) as db:
        await db.exec(insert(Address), params=people)
        await db.exec(insert(ConsentEvent), params=grants)
    return [str(person["id"]) for person in people]


async def run(now: datetime | None = None) -> None:
    """Do what is due, to the last email."""
    await worker.run_due(now or datetime.now(UTC) + timedelta(seconds=1), kinds=KINDS)


async def sent(draft: Draft = DRAFT) -> str:
    """The identifier of a newsletter that was ordered to be sent; nothing of it has left yet."""
    newsletter_id = await drafts.save(draft)
    await sending.start(newsletter_id)
    return newsletter_id


async def emails_of(newsletter_id: str) -> int:
    """How many emails of it are in the queue or have left."""
    async with database.reading(*LOOKING) as session:
        return (await session.exec(select(func.count()).where(OutgoingEmail.newsletter_id == newsletter_id))).one()
