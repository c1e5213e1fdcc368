"""Another address for somebody without an account, and what is known by either."""

from __future__ import annotations

from conference_app import database
from conference_app.services.addresses import moves
from conference_app.services.addresses.moves import Moved
from conference_app.services.consent import ledger as consents
from conference_app.services.people import email_addresses
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import of_email
from tests.fakes import LOOKING, NOON

OLD, NEW = "old@example.com", "new@example.com"


async def moved(old: str = OLD, new: str = NEW) -> Moved:
    """Move what is kept under `old` to `new`."""
    async with database.session(*LOOKING) as db:
        return await moves.move(db, email_key(old), new, now=NOON)


async def back(done: Moved, old: str = OLD, new: str = NEW) -> None:
    """Take that back."""
    async with database.session(*LOOKING) as db:
        await moves.move_back(db, Moved.of_json(done.as_json()), old, new, since=NOON, now=NOON)


async def of_address(email: str) -> Subject | None:
    """Whose address it is; None if we do not know it."""
    async with database.reading(*LOOKING) as db:
        row = await email_addresses.find(db, email)
    return Subject("address", row.id) if row else None


async def counted(email: str) -> dict[str, int]:
    """How many rows of each table are about who has the address."""
    async with database.reading() as db:
        return await personal_rows.count(db, of_email(email_key(email)))


async def ledger(email: str) -> list[tuple[str, str, str]]:
    """What a person is shown of the ledger, the oldest first."""
    subject = await of_address(email)
    async with database.reading(*LOOKING) as db:
        found = await consents.history(db, subject) if subject else []
    return [(one.purpose, one.kind, f"{one.occurred_at:%H:%M}") for one in reversed(found)]
