"""What people without an account may put right themselves, by a link to their address: their name and their language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import Address, ContactThread
from conference_app.purposes import RIGHTS
from conference_app.services.people import person_fields
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import privacy_requests


@dataclass(frozen=True, slots=True)
class GuestDetails:
    """What is kept that a guest has told us about themselves. Empty: nothing."""

    language: str = ""
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    has_name: bool = False
    """Whether there is a conversation, where a name stands or may stand."""


async def held(person: DataOwner) -> GuestDetails:
    """The person's details as they are kept now; those of the newest conversation count."""
    async with database.reading(RIGHTS) as db:
        address = (await db.exec(_addresses(person))).first()
        thread = (await db.exec(_threads(person).order_by(col(ContactThread.last_at).desc()))).first()
    known = address or thread
    if known is None:
        return GuestDetails()
    return GuestDetails(known.language, known.email, (thread.name or "") if thread else "", thread is not None)


async def correct(person: DataOwner, *, name: str, language: str, now: datetime | None = None) -> None:
    """Keep these instead, everywhere; a blank name is forgotten. The correction is a case that is done.

    Raises InvalidInput (name, language).
    """
    name, language = _checked(name, language)
    async with database.session(RIGHTS) as db:
        if await _write(db, person, name or None, language):
            moment = now or datetime.now(UTC)
            await privacy_requests.carried_out(db, "rectify", person, now=moment)


def _checked(name: str, language: str) -> tuple[str, str]:
    problems: dict[str, ConferenceError] = {}
    found: list[str] = []
    for field_name, check, typed in (
        ("name", person_fields.check_line, name),
        ("language", person_fields.check_language, language),
    ):
        try:
            found.append(check(typed))
        except ConferenceError as error:
            problems[field_name] = error
    if problems:
        raise InvalidInput(problems)
    return found[0], found[1]


async def _write(db: AsyncSession, person: DataOwner, name: str | None, language: str) -> bool:
    """Whether anything was other than it is now."""
    rows = [*(await db.exec(_addresses(person))).all(), *(await db.exec(_threads(person))).all()]
    changed = [row for row in rows if row.language != language or (isinstance(row, ContactThread) and row.name != name)]
    for row in changed:
        row.language = language
        if isinstance(row, ContactThread):
            row.name = name
    return bool(changed)


def _addresses(person: DataOwner):
    return select(Address).where(col(Address.email_key).in_(person.email_keys))


def _threads(person: DataOwner):
    return select(ContactThread).where(col(ContactThread.email_key).in_(person.email_keys))
