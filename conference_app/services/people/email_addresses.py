"""E-mail addresses: what counts as one, when two are the same, and the people without account behind them."""

from __future__ import annotations

from datetime import UTC, datetime

import idna
from email_validator import EmailNotValidError, validate_email
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import ConferenceError
from conference_app.models.columns import lookup_key
from conference_app.models.people import Address
from conference_app.services.people.typed_text import typed_email
from conference_app.texts import current_language, n_


def check_email(text: str) -> str:
    """Normalize an address as it was typed or pasted (`typed_text.typed_email`). Raises ConferenceError with what is wrong with it; asks no other machine."""
    typed = typed_email(text)
    if not typed:
        raise ConferenceError(n_("Enter your e-mail address."))
    try:
        checked = validate_email(
            typed,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,
            test_environment=not settings().is_production,
            globally_deliverable=not settings().intranet_email,
        )
    except EmailNotValidError:
        message = n_("This does not look like an e-mail address. It needs a form like ann@example.com.")
        raise ConferenceError(message) from None
    return checked.normalized


def ascii_address(email: str) -> str:
    """The normalized address as it travels: its domain in ASCII (RFC 5891).

    Not by Python's own "idna" codec, which is of 2003: it turns straße.de into strasse.de, which is somebody else's.
    """
    local, _at, domain = email.rpartition("@")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain).decode()}"


def email_key(email: str) -> bytes:
    """The look-up key of a normalized address, 32 bytes: one for capitals and small letters; dots and +tags stay.

    Accounts and `Address` rows use the same key, so that a link made over it finds whoever has the address now.
    """
    return lookup_key("email", ascii_address(email).casefold())


async def find(db: AsyncSession, email: str) -> Address | None:
    """The row of a normalized address, if there is one."""
    return (await db.exec(select(Address).where(Address.email_key == email_key(email)))).first()


async def find_or_add(db: AsyncSession, email: str, *, language: str = "", now: datetime | None = None) -> Address:
    """The row of a normalized address, made in the caller's transaction if there is none."""
    await database.lock(db, "address", email_key(email).hex())
    found = await find(db, email)
    if found is None:
        found = Address(
            email=email,
            email_key=email_key(email),
            language=language or current_language(),
            created_at=now or datetime.now(UTC),
        )
        db.add(found)
        await db.flush()
    return found
