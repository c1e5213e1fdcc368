"""What an account holds about its person: shown in full, and changed field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account
from conference_app.purposes import RIGHTS
from conference_app.services import audit
from conference_app.services.accounts import photos
from conference_app.services.audit import AuditTag
from conference_app.services.people import person_fields
from conference_app.services.people.identity import TAKEN, username_key, username_taken
from conference_app.services.sign_in import email_proofs
from conference_app.texts import n_

EDITED = tuple(one for one in person_fields.FIELDS if one.is_column and one.name != "email")
"""What the profile's form changes; address and password have forms of their own, photos their own route."""
GONE = n_("This account no longer exists.")


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything an account holds about its person, as kept; blank for what was not given."""

    values: Mapping[str, str] = field(repr=False)
    """Name of person_fields → value."""
    is_verified: bool
    pending_email: str = field(repr=False)
    """The address that waits to be confirmed, or empty."""
    photo_version: str
    """Changes with the photo; empty without one."""
    created_at: datetime


async def get(account_id: str) -> Profile:
    """The account's own data. Raises NotFound."""
    async with database.reading(RIGHTS) as db:
        account = await db.get(Account, account_id)
    if account is None:
        raise NotFound(GONE)
    values = {one.name: getattr(account, one.name) or "" for one in person_fields.FIELDS if one.is_column}
    return Profile(
        values,
        account.email_verified_at is not None,
        await email_proofs.pending_change(account_id),
        await photos.version(account_id),
        account.created_at,
    )


def _checked(typed: Mapping[str, str]) -> dict[str, str | None]:
    country = typed.get("country", "").strip().upper()
    found = {one.name: person_fields.checked(one, typed.get(one.name, ""), country=country) for one in EDITED}
    problems = {name: value for name, value in found.items() if isinstance(value, ConferenceError)}
    if problems:
        raise InvalidInput(problems)
    return {name: value for name, value in found.items() if not isinstance(value, ConferenceError)}


async def update(account_id: str, typed: Mapping[str, str], *, now: datetime | None = None) -> Profile:
    """Keep what the form says; a field left blank is forgotten. Raises InvalidInput with every wrong field, NotFound.

    A language left blank stays as it is: pages and mails need one.
    """
    values = _checked(typed)
    taken = InvalidInput({"username": ConferenceError(TAKEN)})
    if await username_taken(str(values["username"]), by_another_than=account_id):
        raise taken
    try:
        await _write(account_id, values, now or datetime.now(UTC))
    except IntegrityError:
        raise taken from None
    return await get(account_id)


async def _write(account_id: str, values: Mapping[str, str | None], now: datetime) -> None:
    async with database.session(RIGHTS) as db:
        account = await db.get(Account, account_id)
        if account is None:
            raise NotFound(GONE)
        for name, value in values.items():
            if getattr(account, name) == value or (name == "language" and value is None):
                continue
            setattr(account, name, value)
            await audit.record(db, AuditTag.PROFILE_CHANGED, account_id=account_id, detail=name, now=now)
        account.username_key = username_key(account.username)
