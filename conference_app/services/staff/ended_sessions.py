"""Staff sign a person out everywhere: against a stolen device or cookie, when the person cannot do it."""

from __future__ import annotations

from datetime import datetime

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Account
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.room import account_seats
from conference_app.services.sign_in import security_emails, sessions
from conference_app.texts import n_


async def end_all(person: DataOwner, *, staff_id: str, now: datetime | None = None) -> int:
    """End every session and ticket of the person's account, and tell them; how many sessions that were.

    They leave every running meeting as well, also one of their own, which goes on without them.

    The entry of the staff names that of the person, which goes with the account. For staff; who may call it is the
    caller's business. Raises NotFound for somebody without an account.
    """
    async with database.session() as db:
        if not person.account_id or await db.get(Account, person.account_id) is None:
            raise NotFound(n_("This person has no account."))
        ended = await sessions.end_others(db, person.account_id)
        told = await security_emails.tell(db, person.account_id, AuditTag.SESSIONS_ENDED_BY_STAFF, now=now)
        seats = await account_seats.take_all(db, person.account_id)
        await audit.record(db, AuditTag.STAFF_SESSIONS_ENDED, account_id=staff_id, detail=told, now=now)
    await account_seats.send_out(seats)
    return ended
