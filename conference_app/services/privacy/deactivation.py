"""Deactivating an account: its links stop and nobody is signed in, until its owner goes on. Nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime

from conference_app import database
from conference_app.purposes import WISHES
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure_requests
from conference_app.services.room import host_rooms
from conference_app.services.sign_in import account_passwords, security_emails, sessions


async def deactivate(account_id: str, password: str, *, address: str, now: datetime | None = None) -> None:
    """Deactivate the account: its links stop, nobody is signed in, no mail but necessary ones. Signing in offers to go on.

    Raises InvalidInput for a wrong password, TooManyAttempts.
    """
    await account_passwords.confirm_password(account_id, password, address=address)
    async with database.session(WISHES) as db:
        row = await person_state.row_of(db, DataOwner(account_id))
        row.deactivated_at = row.deactivated_at or now or datetime.now(UTC)
        await security_emails.tell(db, account_id, AuditTag.DEACTIVATED, now=now)
        rooms = await host_rooms.of_host(db, account_id)
    await sessions.end_all(account_id)
    await host_rooms.send_home(rooms)


async def reactivate(account_id: str, *, now: datetime | None = None) -> None:
    """Activate the account again; an erasure that was asked for is taken back with it."""
    async with database.session(WISHES) as db:
        row = await person_state.row_of(db, DataOwner(account_id))
        row.deactivated_at = None
        await erasure_requests.take_back(db, row, now=now or datetime.now(UTC))
        await security_emails.tell(db, account_id, AuditTag.REACTIVATED, now=now)
